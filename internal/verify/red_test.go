package verify_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/access"
	"cognito-m2m/internal/access/accesstest"
	"cognito-m2m/internal/verify"
)

// TestRed changes what is served behind the back of what is known.
func TestRed(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		change func(*access.Environment)
		want   []string
	}{
		{
			name:   "a route wants another scope",
			change: func(e *access.Environment) { accesstest.Find(e, "GET /orders").Scopes = []string{"test-api/write"} },
			want: []string{
				"GET /orders with writer's token: 200, want 403",
				"GET /orders with reader's token: 403, want neither 401 nor 403",
			},
		},
		{
			name: "a route wants no scope",
			change: func(e *access.Environment) {
				accesstest.Find(e, "GET /orders/{id}").Scopes = nil
			},
			want: []string{"GET /orders/{id} with writer's token: 200, want 403"},
		},
		{
			name:   "an open route that only reads",
			change: func(e *access.Environment) { *accesstest.Find(e, "ANY /any") = access.Route{Key: "ANY /any"} },
			want: []string{
				"ANY /any with no token: 200, want 401", "ANY /any with a tampered token: 200, want 401",
				"ANY /any with visitor's token: 200, want 401",
			},
		},
		{
			name: "a route that is missing",
			change: func(e *access.Environment) {
				e.Routes = slices.DeleteFunc(e.Routes, func(r access.Route) bool { return r.Key == "POST /orders" })
			},
			want: []string{
				"POST /orders with no token: 404, want 401",
				"POST /orders with a tampered token: not tried: the route did not refuse, and another request could change data, want 401",
				"POST /orders with reader's token: not tried: the route did not refuse, and another request could change data, want 403",
				"POST /orders with visitor's token: not tried: the route did not refuse, and another request could change data, want 401",
			},
		},
		{
			name: "a client that can be given more",
			change: func(e *access.Environment) {
				e.Clients[2].Scopes = []string{"test-api/admin", "test-api/write"}
			},
			want: []string{
				"token endpoint with writer's secret: one with test-api/admin test-api/write, want a token with test-api/write",
				"GET /orders with writer's token: 200, want 403",
			},
		},
		{
			name:   "a client that is missing",
			change: func(e *access.Environment) { e.Clients = e.Clients[:2] },
			want:   []string{"token endpoint with writer's secret: 400 invalid_client, want a token"},
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := accesstest.Start(t, c.change)
			if _, there := r.Secrets["writer"]; !there {
				r.Secrets["writer"] = "0000000000000000000000000000000000000000000000000000"
			}
			got := slices.DeleteFunc(failures(run(t, r)), func(sentence string) bool {
				return strings.Contains(sentence, "there is no token for writer")
			})
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("failures (-want +got):\n%s", diff)
			}
		})
	}
}

// TestOneRequestReachesAnOpenRoute wants that a route which changes data and is open by mistake is
// called once and not four times.
func TestOneRequestReachesAnOpenRoute(t *testing.T) {
	t.Parallel()
	r := accesstest.Start(t, func(e *access.Environment) {
		*accesstest.Find(e, "DELETE /orders/{id}") = access.Route{Key: "DELETE /orders/{id}"}
	})
	report := run(t, r, "DELETE /orders/{id}")
	calls := slices.DeleteFunc(r.Calls(), func(call string) bool { return !strings.HasPrefix(call, "DELETE") })
	if diff := cmp.Diff([]string{"DELETE /orders/m2m-verify"}, calls); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	if got, want := failures(report)[0], "DELETE /orders/{id} with no token: 200, want 401"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestNotRotatedYet(t *testing.T) {
	t.Parallel()
	r := accesstest.Start(t)
	delete(r.Secrets, "reader")
	report := run(t, r)
	if report.TokensSpent != 2 {
		t.Errorf("spent %d tokens, want 2", report.TokensSpent)
	}
	want := []string{
		"token endpoint with reader's secret: not tried: its secret is not rotated yet, want a token",
		"ANY /any with reader's token: not tried: there is no token for reader, want neither 401 nor 403",
		"DELETE /orders/{id} with reader's token: not tried: there is no token for reader, want 403",
		"GET /orders with reader's token: not tried: there is no token for reader, want neither 401 nor 403",
		"POST /orders with reader's token: not tried: there is no token for reader, want 403",
	}
	if diff := cmp.Diff(want, failures(report)); diff != "" {
		t.Errorf("failures (-want +got):\n%s", diff)
	}
}

// TestWrongSecretThatOpens has a token endpoint that gives a token to everybody.
func TestWrongSecretThatOpens(t *testing.T) {
	t.Parallel()
	r := accesstest.Start(t)
	token := r.Token(t, "reader")
	generous := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"access_token": token, "token_type": "Bearer", "expires_in": 3600})
	}))
	t.Cleanup(generous.Close)
	r.TokenEndpoint = generous.URL
	want := "token endpoint with a wrong secret: a token, want 400 invalid_client"
	if got := failures(run(t, r)); !slices.Contains(got, want) {
		t.Errorf("%q is not among the failures:\n%s", want, strings.Join(got, "\n"))
	}
}

func TestAPIThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	r := accesstest.Start(t)
	release := make(chan struct{})
	silent := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	t.Cleanup(silent.Close)
	t.Cleanup(func() { close(release) })
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	for _, at := range []struct {
		url      string
		patience time.Duration
		want     string
	}{
		{silent.URL, 50 * time.Millisecond, "GET /orders with no token: no answer in time, want 401"},
		{closed.URL, time.Minute, "GET /orders with no token: no answer (dial tcp "},
	} {
		c := config(r)
		c.APIURL, c.Patience = at.url, at.patience
		c.Environment = &access.Environment{Name: "dev", Clients: c.Environment.Clients, Routes: []access.Route{*accesstest.Find(c.Environment, "GET /orders")}}
		report, err := verify.Run(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(failures(report), func(sentence string) bool { return strings.HasPrefix(sentence, at.want) }) {
			t.Errorf("%q is not among the failures:\n%s", at.want, strings.Join(failures(report), "\n"))
		}
	}
}
