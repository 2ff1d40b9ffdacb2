package gateway_test

import (
	"net/http"
	"testing"
	"time"

	"cognito-m2m/internal/gateway"
)

func settings(rate float64, burst int) gateway.RouteSettings {
	return gateway.RouteSettings{ThrottlingRateLimit: &rate, ThrottlingBurstLimit: &burst}
}

func TestThrottling(t *testing.T) {
	t.Parallel()
	a := newAPI(t, func(a *api) {
		a.config.Routes = openRoutes("GET /default", "GET /own", "GET /closed")
		a.config.Stages[0].DefaultRouteSettings = settings(2, 3)
		a.config.Stages[0].RouteSettings = map[string]gateway.RouteSettings{"GET /own": settings(1, 1), "GET /closed": settings(0, 0)}
	})
	allowed := func(path string) int {
		for n := 0; ; n++ {
			switch got := a.call(t, http.MethodGet, path); got.status {
			case 200:
			case 429:
				if got.body != `{"message":"Too Many Requests"}` {
					t.Errorf("got %s", got.body)
				}
				return n
			default:
				t.Fatalf("%s: got %d", path, got.status)
			}
		}
	}
	check := func(when, path string, want int) {
		t.Helper()
		if got := allowed(path); got != want {
			t.Errorf("%s, %s: %d requests got through, want %d", when, path, got, want)
		}
	}
	check("at first", "/default", 3)
	check("at first", "/own", 1)
	check("at first", "/closed", 0)
	a.clock.Advance(time.Second)
	check("after a second", "/default", 2)
	check("after a second", "/own", 1)
	a.clock.Advance(time.Hour)
	check("after an hour", "/default", 3)
	check("after an hour", "/closed", 0)
}

func TestThrottlingPerStage(t *testing.T) {
	t.Parallel()
	a := newAPI(t, func(a *api) {
		a.config.Stages = []gateway.Stage{{Name: "$default"}, {Name: "dev", DefaultRouteSettings: settings(1, 1)}}
	})
	for i, want := range []int{200, 429, 429} {
		if got := a.call(t, http.MethodGet, "/dev/open"); got.status != want {
			t.Errorf("dev, request %d: got %d", i, got.status)
		}
		if got := a.call(t, http.MethodGet, "/open"); got.status != 200 {
			t.Errorf("$default, request %d: got %d", i, got.status)
		}
	}
}
