package gateway_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/gateway"
)

func corsAPI(t *testing.T, cors gateway.CORS, changes ...func(*api)) *api {
	t.Helper()
	return newAPI(t, append(changes, func(a *api) { a.config.API.CORS = &cors })...)
}

func corsHeaders(header http.Header) map[string]string {
	found := map[string]string{}
	for name := range header {
		if short, ok := strings.CutPrefix(name, "Access-Control-"); ok {
			found[short] = header.Get(name)
		}
	}
	return found
}

func (a *api) preflight(t testing.TB, path, origin string) response {
	t.Helper()
	return a.call(t, http.MethodOptions, path, "Origin", origin, "Access-Control-Request-Method", "GET")
}

func TestPreflight(t *testing.T) {
	t.Parallel()
	maxAge := 600
	cors := gateway.CORS{
		AllowOrigins: []string{"https://app.example.com", "http://*"}, AllowMethods: []string{"GET", "POST"},
		AllowHeaders: []string{"authorization", "content-type"}, ExposeHeaders: []string{"date"}, MaxAge: &maxAge, AllowCredentials: true,
	}
	allowed := func(origin string) map[string]string {
		return map[string]string{
			"Allow-Origin": origin, "Allow-Methods": "GET,POST", "Allow-Headers": "authorization,content-type",
			"Max-Age": "600", "Allow-Credentials": "true",
		}
	}
	a := corsAPI(t, cors)
	for _, c := range []struct {
		name, path, origin string
		want               map[string]string
	}{
		{"route without OPTIONS", "/open", "https://app.example.com", allowed("https://app.example.com")},
		{"protected route without OPTIONS", "/test_jwt/read", "https://app.example.com", allowed("https://app.example.com")},
		{"origin pattern", "/open", "http://localhost:3000", allowed("http://localhost:3000")},
		{"other origin", "/open", "https://evil.example.com", map[string]string{}},
		{"longer origin", "/open", "https://app.example.com.evil.com", map[string]string{}},
		{"null origin", "/open", "null", map[string]string{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := a.preflight(t, c.path, c.origin)
			if got.status/100 != 2 || got.body != "" {
				t.Errorf("got %d %q", got.status, got.body)
			}
			if diff := cmp.Diff(c.want, corsHeaders(got.header)); diff != "" {
				t.Error(diff)
			}
		})
	}
	if calls := a.function.calls(); calls != 0 {
		t.Errorf("the function was called %d times", calls)
	}
}

// ANY and $default catch OPTIONS: with an authorizer on them, the preflight is refused.
func TestPreflightOnProtectedCatchAll(t *testing.T) {
	t.Parallel()
	cors := gateway.CORS{AllowOrigins: []string{"*"}}
	a := corsAPI(t, cors, func(a *api) { a.config.Routes = append(a.config.Routes, jwtRoute("$default")) })
	for _, path := range []string{"/test_jwt", "/anything"} {
		if got := a.preflight(t, path, "https://x"); got.status != 401 {
			t.Errorf("%s: got %d", path, got.status)
		}
	}
	b := corsAPI(t, cors, func(a *api) {
		a.config.Routes = append(openRoutes("OPTIONS /{proxy+}"), jwtRoute("$default"))
	})
	if got := b.preflight(t, "/anything", "https://x"); got.status/100 != 2 {
		t.Errorf("with an open OPTIONS route: got %d", got.status)
	}
}

func TestCORSHeadersOnResponses(t *testing.T) {
	t.Parallel()
	backend := answering(`{"statusCode":200,"headers":{"Access-Control-Allow-Origin":"https://backend","access-control-max-age":"1","X-Other":"kept"}}`)
	withBackend := func(a *api) { a.function = backend }
	a := corsAPI(t, gateway.CORS{AllowOrigins: []string{"*"}, ExposeHeaders: []string{"date", "x-api-id"}}, withBackend)
	got := a.call(t, http.MethodGet, "/open", "Origin", "https://x")
	want := map[string]string{"Allow-Origin": "*", "Expose-Headers": "date,x-api-id"}
	if diff := cmp.Diff(want, corsHeaders(got.header)); diff != "" || got.header.Get("X-Other") != "kept" {
		t.Error(diff)
	}
	if got := a.call(t, http.MethodGet, "/open"); len(corsHeaders(got.header)) != 0 {
		t.Errorf("without Origin: got %v", corsHeaders(got.header))
	}
	without := newAPI(t, withBackend)
	if got := without.call(t, http.MethodGet, "/open", "Origin", "https://x"); got.header.Get("Access-Control-Allow-Origin") != "https://backend" {
		t.Errorf("without CORS on the API: got %v", corsHeaders(got.header))
	}
}

// The refusals of a route have one reply, which no request changes for the next one.
func TestRefusalsOfARouteAreApart(t *testing.T) {
	t.Parallel()
	a := corsAPI(t, gateway.CORS{AllowOrigins: []string{"https://x"}})
	token := "Bearer " + sign(t, with(map[string]any{"scope": "other"}))
	first := a.call(t, http.MethodGet, "/test_jwt/read", "Authorization", token, "Origin", "https://x")
	if first.status != 403 || first.header.Get("Access-Control-Allow-Origin") != "https://x" || first.header.Get("Vary") != "Origin" {
		t.Fatalf("got %d %v", first.status, first.header)
	}
	second := a.call(t, http.MethodGet, "/test_jwt/read", "Authorization", token)
	if second.header.Get("Apigw-Requestid") == first.header.Get("Apigw-Requestid") {
		t.Error("two requests have one id")
	}
	for _, name := range []string{"Apigw-Requestid", "Date"} {
		first.header.Del(name)
		second.header.Del(name)
	}
	first.header.Del("Access-Control-Allow-Origin")
	first.header.Del("Vary")
	if diff := cmp.Diff(first.header, second.header); diff != "" {
		t.Errorf("without an origin (-with +without):\n%s", diff)
	}
}

// Without CORS on the API, OPTIONS is a method like any other.
func TestOptionsWithoutCORS(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	if got := a.preflight(t, "/open", "https://x"); got.status != 404 {
		t.Errorf("got %d", got.status)
	}
	if got := a.preflight(t, "/test_jwt", "https://x"); got.status != 401 {
		t.Errorf("got %d", got.status)
	}
}
