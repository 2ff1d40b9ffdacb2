package gateway_test

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/gateway"
	"cognito-m2m/internal/redacted"
)

// watched collects what an API says of its requests.
type watched struct {
	mu       sync.Mutex
	requests []gateway.Request
}

func (w *watched) observe(r gateway.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.requests = append(w.requests, r)
}

func (w *watched) into(a *api) { a.config.Observe = w.observe }

// the only request there was, once its answer is there.
func (w *watched) only(t *testing.T) gateway.Request {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.requests) != 1 {
		t.Fatalf("got %d records, want 1: %+v", len(w.requests), w.requests)
	}
	return w.requests[0]
}

func TestObservedRequests(t *testing.T) {
	t.Parallel()
	failing := &function{respond: func(context.Context, []byte) ([]byte, string, error) { return nil, "", errCrash }}
	throttled := func(a *api) {
		none := 0.0
		a.config.Stages[0].DefaultRouteSettings.ThrottlingRateLimit = &none
		burst := 0
		a.config.Stages[0].DefaultRouteSettings.ThrottlingBurstLimit = &burst
	}
	for _, c := range []struct {
		name, target, token string
		change              func(*api)
		want                gateway.Request
	}{
		{"answered", "/test_jwt/read?a=secret", sign(t, validClaims()), nil, gateway.Request{
			Path: "/test_jwt/read", ClientID: clientID, Status: 200, Route: "GET /test_jwt/read",
		}},
		{"no token", "/test_jwt", "", nil, gateway.Request{Path: "/test_jwt", Status: 401, Refused: "no token", Route: "ANY /test_jwt"}},
		{"expired", "/test_jwt", sign(t, with(map[string]any{"exp": 1})), nil, gateway.Request{
			Path: "/test_jwt", Status: 401, Refused: "invalid_token: the token has expired", Route: "ANY /test_jwt",
		}},
		{"without the scope", "/test_jwt/read", sign(t, with(map[string]any{"scope": "x"})), nil, gateway.Request{
			Path: "/test_jwt/read", ClientID: clientID, Status: 403,
			Refused: "insufficient_scope: expected scopes: [test-api/read test-api/admin]", Route: "GET /test_jwt/read",
		}},
		{"no route", "/a%20b%0Ac", "", nil, gateway.Request{Path: `/a b\u000ac`, Status: 404, Refused: "no route"}},
		{"throttled", "/open", "", throttled, gateway.Request{Path: "/open", Status: 429, Refused: "Too Many Requests", Route: "GET /open"}},
		{"failed function", "/open", "", func(a *api) { a.function = failing }, gateway.Request{
			Path: "/open", Status: 500, Refused: "invoking function: the process exited", Route: "GET /open",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var seen watched
			a := newAPI(t, seen.into, func(a *api) {
				if c.change != nil {
					c.change(a)
				}
				respond := a.function.respond
				a.function.respond = func(ctx context.Context, payload []byte) ([]byte, string, error) {
					a.clock.Advance(7 * time.Millisecond)
					if respond == nil {
						respond = echo
					}
					return respond(ctx, payload)
				}
			})
			answer := a.call(t, http.MethodGet, c.target, "Authorization", c.token)
			c.want.ID = answer.header.Get("Apigw-Requestid")
			if c.want.Status == http.StatusUnauthorized || c.want.Status == http.StatusForbidden {
				c.want.Sent = redacted.Text(c.token)
			}
			c.want.Method, c.want.Received = http.MethodGet, start
			if a.function.calls() > 0 {
				c.want.Duration = 7 * time.Millisecond
			}
			if diff := cmp.Diff(c.want, seen.only(t)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
