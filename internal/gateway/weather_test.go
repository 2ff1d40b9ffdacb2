package gateway_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"cognito-m2m/internal/chaos"
	"cognito-m2m/internal/gateway"
	"cognito-m2m/internal/m2mtest"
)

// idAndRest is a log line whose id alone differs from one request to the next.
const idAndRest = `$context.requestId $context.routeKey $context.status $context.responseLength $context.error.message $context.error.responseType ` +
	`[$context.integrationErrorMessage] $context.integrationStatus $context.integration.status $context.integrationLatency $context.awsEndpointRequestId`

// told is what the weather has told.
type told struct {
	mu     sync.Mutex
	events []chaos.Event
}

func (o *told) hear(e chaos.Event) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.events = append(o.events, e)
}

func (o *told) all() []chaos.Event {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.events
}

// under starts an API whose calls all meet one kind of weather.
func under(t *testing.T, rule string, changes ...func(*api)) (a *api, events *told) {
	t.Helper()
	parsed, err := chaos.ParseRule("100%:" + rule)
	if err != nil {
		t.Fatal(err)
	}
	events = &told{}
	weather := chaos.New(chaos.Config{Rules: []chaos.Rule{parsed}, Seed: 1, Report: events.hear})
	a = newAPI(t, append(changes, func(a *api) {
		a.config.Stages[0].AccessLogFormat = idAndRest
		a.config.Weather = weather.Call
	})...)
	return a, events
}

// What the weather answers is what AWS answers for a reason of its own, and so is the line in the
// access log, which says that it was the weather.
func TestWeatherAnswersAsAWSDoes(t *testing.T) {
	t.Parallel()
	for kind, c := range map[chaos.Kind]struct {
		genuine func(*api)
		calls   int
	}{
		chaos.TooMany: {func(a *api) { a.config.Stages[0].DefaultRouteSettings = settings(0, 0) }, 0},
		chaos.Failed: {func(a *api) {
			a.function.respond = func(context.Context, []byte) ([]byte, string, error) {
				return nil, "lambda-request-1", errors.New("the function failed, because of bad weather (--chaos)")
			}
		}, 1},
		chaos.Unavailable: {func(a *api) {
			a.config.Integrations[0].TimeoutInMillis = 50
			a.function.respond = func(ctx context.Context, _ []byte) ([]byte, string, error) {
				<-ctx.Done()
				return nil, "lambda-request-1", ctx.Err()
			}
		}, 1},
	} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			genuine := newAPI(t, c.genuine, func(a *api) { a.config.Stages[0].AccessLogFormat = idAndRest })
			a, events := under(t, "kinds="+string(kind))
			want, got := genuine.call(t, http.MethodGet, "/open"), a.call(t, http.MethodGet, "/open")
			for _, header := range []string{"Apigw-Requestid", "Date"} {
				want.header.Del(header)
				got.header.Del(header)
			}
			if got.status != want.status || got.body != want.body || !sameHeader(got.header, want.header) {
				t.Errorf("got %+v, want %+v", got, want)
			}
			if a.rest() != genuine.rest() || a.rest() == "" {
				t.Errorf("access log: got %q, want %q", a.rest(), genuine.rest())
			}
			if a.function.calls() != c.calls {
				t.Errorf("the function was called %d times, want %d", a.function.calls(), c.calls)
			}
			if told := events.all(); len(told) != 1 || told[0].Kind != kind || told[0].Route != "GET /open" {
				t.Errorf("told: %+v", told)
			}
		})
	}
}

// rest is the one line of the access log without its id.
func (a *api) rest() string {
	_, rest, _ := strings.Cut(a.log.String(), " ")
	return rest
}

func sameHeader(a, b http.Header) bool {
	var one, other strings.Builder
	_, _ = a.Write(&one), b.Write(&other)
	return one.String() == other.String()
}

// A late answer is the function's own, and never later than the integration may take.
func TestLateAnswers(t *testing.T) {
	t.Parallel()
	for late, timeout := range map[string]int{"late=30ms": 0, "late=29s": 2000} {
		a, events := under(t, "kinds=late:"+late, func(a *api) { a.config.Integrations[0].TimeoutInMillis = timeout })
		begun := time.Now()
		got := a.call(t, http.MethodGet, "/open?x=1")
		if took := time.Since(begun); took < 30*time.Millisecond {
			t.Errorf("%s: it took %s", late, took)
		}
		if got.status != 200 || !strings.Contains(got.body, "x=1") || len(events.all()) != 1 {
			t.Errorf("%s: got %+v, told %+v", late, got, events.all())
		}
	}
}

// A caller that goes away ends the wait: the gateway can end.
func TestLateAnswerNobodyWaitsFor(t *testing.T) {
	t.Parallel()
	a, _ := under(t, "kinds=late:late=29s")
	ctx, cancel := context.WithCancel(t.Context())
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, a.url+"/open", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	var call sync.WaitGroup
	call.Go(func() {
		if response, err := http.DefaultTransport.RoundTrip(request); err == nil {
			_ = response.Body.Close()
			t.Error("it was answered")
		}
	})
	m2mtest.Eventually(t, "the function's call", func() bool { return a.function.calls() > 0 })
	cancel()
	call.Wait()
	a.server.Close() // it waits for the call's end
	if got := a.rest(); !strings.HasPrefix(got, "GET /open 200 ") {
		t.Errorf("access log: %q", got)
	}
}

// A cut connection gives no answer, or half of one that says how long it would have been. The
// function was called, and the access log says what was sent.
func TestCutConnections(t *testing.T) {
	t.Parallel()
	a, events := under(t, "kinds=cut")
	transport := &http.Transport{DisableKeepAlives: true}
	before, within := 0, 0
	for range 40 {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, a.url+"/open", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		response, err := transport.RoundTrip(request)
		if err != nil {
			before++
			continue
		}
		body, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if !errors.Is(err, io.ErrUnexpectedEOF) || response.StatusCode != 200 || int64(len(body)) != response.ContentLength/2 {
			t.Errorf("got %d, %d of %d bytes, %v", response.StatusCode, len(body), response.ContentLength, err)
		}
		within++
	}
	if before == 0 || within == 0 || before+within != len(events.all()) || a.function.calls() != 40 {
		t.Errorf("%d before and %d within the answer, %d told, %d calls of the function", before, within, len(events.all()), a.function.calls())
	}
	if got := strings.Count(a.log.String(), "GET /open 200 "); got != 40 {
		t.Errorf("%d lines of 200 in the access log, want 40", got)
	}
}

// A reply without a body has no middle.
func TestCutWithoutABody(t *testing.T) {
	t.Parallel()
	a, _ := under(t, "kinds=cut", func(a *api) { a.config.Routes = openRoutes("ANY /open") })
	a.function.respond = func(context.Context, []byte) ([]byte, string, error) { return []byte(`{"statusCode":204}`), "", nil }
	transport := &http.Transport{DisableKeepAlives: true}
	for range 20 {
		for _, method := range []string{http.MethodHead, http.MethodGet} {
			request, err := http.NewRequestWithContext(t.Context(), method, a.url+"/open", http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			if response, err := transport.RoundTrip(request); err == nil {
				_ = response.Body.Close()
				t.Errorf("%s: got %d", method, response.StatusCode)
			}
		}
	}
}

// The weather is for calls that would reach their function: it neither hides a refusal nor counts
// it.
func TestWeatherIsAboutCallsOfAFunction(t *testing.T) {
	t.Parallel()
	var asked m2mtest.Buffer
	a := newAPI(t, func(a *api) {
		a.config.Weather = func(route, client string) chaos.Decision {
			fmt.Fprintf(&asked, "%s %s\n", route, client)
			return chaos.Decision{}
		}
		a.config.Routes = append(a.config.Routes, gateway.Route{Key: "GET /throttled", IntegrationID: "echo"})
		a.config.Stages[0].RouteSettings = map[string]gateway.RouteSettings{"GET /throttled": settings(0, 0)}
	})
	valid := "Bearer " + sign(t, validClaims())
	for _, c := range []struct {
		target, token string
		want          int
	}{
		{"/nothing", valid, 404},
		{"/throttled", "", 429},
		{"/test_jwt", "", 401},
		{"/test_jwt/read", "Bearer " + sign(t, with(map[string]any{"scope": "x"})), 403},
		{"/open", "", 200},
		{"/test_jwt", valid, 200},
	} {
		if got := a.call(t, http.MethodGet, c.target, "Authorization", c.token); got.status != c.want {
			t.Errorf("%s: got %d, want %d", c.target, got.status, c.want)
		}
	}
	if want := "GET /open \nANY /test_jwt " + clientID + "\n"; asked.String() != want {
		t.Errorf("asked about %q, want %q", asked.String(), want)
	}
}
