package verify_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/client"
	"cognito-m2m/internal/access"
	"cognito-m2m/internal/access/accesstest"
	"cognito-m2m/internal/verify"
)

func run(t *testing.T, r *accesstest.Run, try ...string) *verify.Report {
	t.Helper()
	report, err := verify.Run(t.Context(), config(r, try...))
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func config(r *accesstest.Run, try ...string) verify.Config {
	return verify.Config{Environment: r.Environment, APIURL: r.APIURL, Credentials: r.Credentials, Try: try}
}

// failures are the failed checks as sentences.
func failures(r *verify.Report) []string {
	var sentences []string
	for _, c := range r.Failed() {
		sentences = append(sentences, c.String())
	}
	return sentences
}

func TestNothingRedAndNothingChanged(t *testing.T) {
	t.Parallel()
	r := accesstest.Start(t)
	report := run(t, r)
	if diff := cmp.Diff([]string(nil), failures(report)); diff != "" {
		t.Errorf("failures (-want +got):\n%s", diff)
	}
	if report.TokensSpent != 3 {
		t.Errorf("spent %d tokens, want 3", report.TokensSpent)
	}
	// GET routes without path parameters, once for each client that may.
	if diff := cmp.Diff([]string{"GET /any", "GET /any", "GET /orders"}, r.Calls()); diff != "" {
		t.Errorf("the function was called (-want +got):\n%s", diff)
	}
}

func TestEveryRouteIsAskedForItsRefusals(t *testing.T) {
	t.Parallel()
	report := run(t, accesstest.Start(t))
	got := map[string][]string{}
	for _, c := range report.Checks {
		if c.Route != "" && c.Outcome == verify.OK {
			got[c.Route] = append(got[c.Route], fmt.Sprintf("%s%s %s", c.Case, strings.Replace(" "+c.Client, " ", "/", 1), c.Got))
		}
	}
	always := []string{"no-token/ 401", "tampered-token/ 401"}
	want := map[string][]string{
		"ANY /any":            append(slices.Clone(always), "client-token/visitor 401", "client-token/reader 200", "client-token/writer 200"),
		"GET /orders":         append(slices.Clone(always), "client-token/visitor 401", "client-token/writer 403", "client-token/reader 200"),
		"GET /orders/{id}":    append(slices.Clone(always), "client-token/visitor 401", "client-token/writer 403"),
		"DELETE /orders/{id}": append(slices.Clone(always), "client-token/reader 403", "client-token/visitor 401"),
		"POST /orders":        append(slices.Clone(always), "client-token/reader 403", "client-token/visitor 401"),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("answered checks (-want +got):\n%s", diff)
	}
}

func TestMarkedRoutesAreTried(t *testing.T) {
	t.Parallel()
	r := accesstest.Start(t)
	run(t, r, "POST /orders", "GET /orders/{id}")
	for _, want := range []string{"POST /orders", "GET /orders/m2m-verify"} {
		if !slices.Contains(r.Calls(), want) {
			t.Errorf("%s was not called: %v", want, r.Calls())
		}
	}
	if slices.Contains(r.Calls(), "DELETE /orders/m2m-verify") {
		t.Error("a route that is not marked was called")
	}
}

// TestThrottledIsAskedAgain has an API that throttles its first request.
func TestThrottledIsAskedAgain(t *testing.T) {
	t.Parallel()
	r := accesstest.Start(t)
	behind, err := url.Parse(r.APIURL)
	if err != nil {
		t.Fatal(err)
	}
	var asked atomic.Int64
	proxy := httputil.NewSingleHostReverseProxy(behind)
	busy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		if asked.Add(1) == 1 {
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		proxy.ServeHTTP(w, request)
	}))
	t.Cleanup(busy.Close)
	r.APIURL = busy.URL
	if diff := cmp.Diff([]string(nil), failures(run(t, r))); diff != "" {
		t.Errorf("failures (-want +got):\n%s", diff)
	}
}

// TestRoutesBehindRoutes asks each route with a request that no other one takes.
func TestRoutesBehindRoutes(t *testing.T) {
	t.Parallel()
	more := func(e *access.Environment) {
		jwt := e.Routes[0].Authorizer
		e.Routes = append(
			e.Routes,
			access.Route{Key: "$default", Authorizer: jwt},
			access.Route{Key: "ANY /files/{proxy+}", Authorizer: jwt},
			access.Route{Key: "GET /any", Authorizer: jwt, Scopes: []string{"test-api/write"}},
			access.Route{Key: "GET /files/{id}", Authorizer: jwt},
			access.Route{Key: "GET /files/{id}/{proxy+}", Authorizer: jwt},
			access.Route{Key: "GET /files/{id}/{part}", Authorizer: jwt},
		)
	}
	r := accesstest.Start(t, more)
	more(r.Environment)
	report := run(t, r, "$default")
	if diff := cmp.Diff([]string(nil), failures(report)); diff != "" {
		t.Errorf("failures (-want +got):\n%s", diff)
	}
	for _, c := range report.Checks {
		if c.Case == verify.NoToken && c.Outcome != verify.OK {
			t.Errorf("%s", c)
		}
	}
	// ANY /any is not asked with GET, which is another route's.
	want := []string{"GET /any", "GET /m2m-verify", "GET /m2m-verify", "GET /orders"}
	if diff := cmp.Diff(want, r.Calls()); diff != "" {
		t.Errorf("the function was called (-want +got):\n%s", diff)
	}
}

func TestAccessToAWSIsAnError(t *testing.T) {
	t.Parallel()
	r := accesstest.Start(t)
	denied := errors.New("these AWS credentials do not allow it")
	c := config(r)
	c.Credentials = func(string) client.Source { return failing{denied} }
	if _, err := verify.Run(t.Context(), c); !errors.Is(err, denied) {
		t.Errorf("got error %v", err)
	}
}

type failing struct{ err error }

func (f failing) Credentials(context.Context) (client.Credentials, error) {
	return client.Credentials{}, f.err
}

func TestTokenInTheQuery(t *testing.T) {
	t.Parallel()
	inQuery := func(e *access.Environment) {
		for i := range e.Routes {
			a := *e.Routes[i].Authorizer
			a.Name, a.Header, a.Query = "Query", "", "auth"
			e.Routes[i].Authorizer = &a
		}
	}
	r := accesstest.Start(t, inQuery)
	inQuery(r.Environment)
	if diff := cmp.Diff([]string(nil), failures(run(t, r))); diff != "" {
		t.Errorf("failures (-want +got):\n%s", diff)
	}
}

func TestReportHoldsNoSecrets(t *testing.T) {
	t.Parallel()
	r := accesstest.Start(t, func(e *access.Environment) { e.Routes = e.Routes[:1] })
	report := run(t, r)
	raw, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	if err := report.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	for _, printed := range []string{string(raw), text.String(), fmt.Sprintf("%+v", report)} {
		if strings.Contains(printed, "eyJ") {
			t.Error("a token is printed")
		}
		for name, secret := range r.Secrets {
			if strings.Contains(printed, string(secret)) {
				t.Errorf("the secret of %s is printed", name)
			}
		}
	}
}
