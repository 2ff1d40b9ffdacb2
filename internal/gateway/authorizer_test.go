package gateway_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"cognito-m2m/internal/gateway"
)

const (
	unauthorized = `{"message":"Unauthorized"}`
	forbidden    = `{"message":"Forbidden"}`
	invalidToken = `Bearer scope="" error="invalid_token"`
)

// The rows of docs/aws-behaviour.md, section 4.4, that are documented or observed.
func TestRefusals(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	for _, c := range []struct {
		name, path, authorization string
		status                    int
		body, challenge           string
	}{
		{"no token", "/test_jwt", "", 401, unauthorized, `Bearer`},
		{
			"garbage token", "/test_jwt", "Bearer garbage", 401, unauthorized,
			`Bearer scope="" error="invalid_token" error_description="token contains an invalid number of segments"`,
		},
		{
			"audience", "/test_jwt", "Bearer " + sign(t, with(map[string]any{"client_id": "stranger"})), 401, unauthorized,
			`Bearer scope="" error="invalid_token" error_description="the token does not have a valid audience"`,
		},
		{
			"scope", "/test_jwt/read", "Bearer " + sign(t, with(map[string]any{"scope": "test-api/write"})), 403, forbidden,
			`Bearer scope="test-api/read test-api/admin" error="insufficient_scope" error_description="expected scopes: [test-api/read test-api/admin]"`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := a.call(t, http.MethodGet, c.path, "Authorization", c.authorization)
			if got.status != c.status || got.body != c.body {
				t.Errorf("got %d %s, want %d %s", got.status, got.body, c.status, c.body)
			}
			if challenge := got.header.Get("Www-Authenticate"); challenge != c.challenge {
				t.Errorf("www-authenticate\n got %s\nwant %s", challenge, c.challenge)
			}
			if contentType := got.header.Get("Content-Type"); contentType != "application/json" {
				t.Errorf("got content type %q", contentType)
			}
			if id := got.header.Get("Apigw-Requestid"); len(id) != 16 || !strings.HasSuffix(id, "=") {
				t.Errorf("got apigw-requestid %q", id)
			}
		})
	}
	if calls := a.function.calls(); calls != 0 {
		t.Errorf("the function was called %d times", calls)
	}
}

func TestValidToken(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	token := sign(t, validClaims())
	for _, c := range []struct{ name, authorization, path string }{
		{"bearer", "Bearer " + token, "/test_jwt"},
		{"bare", token, "/test_jwt"},
		{"one of the route's scopes", "Bearer " + token, "/test_jwt/read"},
		{"scope among others", "Bearer " + sign(t, with(map[string]any{"scope": "x/y test-api/admin"})), "/test_jwt/read"},
		{"scp list", "Bearer " + sign(t, with(map[string]any{"scope": nil, "scp": []string{"test-api/read"}})), "/test_jwt/read"},
		{"scp string", "Bearer " + sign(t, with(map[string]any{"scope": nil, "scp": "a test-api/read"})), "/test_jwt/read"},
		{"aud", "Bearer " + sign(t, with(map[string]any{"aud": clientID, "client_id": nil})), "/test_jwt"},
		{"aud list", "Bearer " + sign(t, with(map[string]any{"aud": []string{"x", clientID}, "client_id": "stranger"})), "/test_jwt"},
		{"id token without scope", "Bearer " + sign(t, with(map[string]any{"token_use": "id", "scope": nil})), "/test_jwt"},
		{"nbf reached", "Bearer " + sign(t, with(map[string]any{"nbf": start.Unix()})), "/test_jwt"},
		{"last second", "Bearer " + sign(t, with(map[string]any{"exp": start.Add(time.Second).Unix()})), "/test_jwt"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := a.call(t, http.MethodGet, c.path, "Authorization", c.authorization); got.status != 200 {
				t.Errorf("got %d %s %s", got.status, got.body, got.header.Get("Www-Authenticate"))
			}
		})
	}
}

func TestTokenExpires(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	token := "Bearer " + sign(t, validClaims())
	a.clock.Advance(time.Hour - time.Nanosecond)
	if got := a.call(t, http.MethodGet, "/test_jwt", "Authorization", token); got.status != 200 {
		t.Fatalf("just before exp: got %d", got.status)
	}
	a.clock.Advance(time.Nanosecond)
	got := a.call(t, http.MethodGet, "/test_jwt", "Authorization", token)
	if got.status != 401 || !strings.HasPrefix(got.header.Get("Www-Authenticate"), invalidToken) {
		t.Errorf("at exp: got %d %s", got.status, got.header.Get("Www-Authenticate"))
	}
}

func TestIdentitySources(t *testing.T) {
	t.Parallel()
	token := sign(t, validClaims())
	for _, c := range []struct {
		name, source, target string
		headers              []string
		status               int
	}{
		{"other header", "$request.header.x-token", "/test_jwt", []string{"X-Token", token}, 200},
		{"other header, case", "$request.header.X-TOKEN", "/test_jwt", []string{"x-token", "Bearer " + token}, 200},
		{"other header, token elsewhere", "$request.header.X-Token", "/test_jwt", []string{"Authorization", token}, 401},
		{"query", "$request.querystring.t", "/test_jwt?t=" + token, nil, 200},
		{"query with bearer", "$request.querystring.t", "/test_jwt?t=Bearer%20" + token, nil, 200},
		{"query, empty", "$request.querystring.t", "/test_jwt?t=", nil, 401},
		{"query, twice", "$request.querystring.t", "/test_jwt?t=" + token + "&t=" + token, nil, 401},
		{"query, other case", "$request.querystring.t", "/test_jwt?T=" + token, nil, 401},
		{"header does not count for query", "$request.querystring.t", "/test_jwt", []string{"Authorization", token}, 401},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a := newAPI(t, func(a *api) { a.config.Authorizers[0].IdentitySource = []string{c.source} })
			if got := a.call(t, http.MethodGet, c.target, c.headers...); got.status != c.status {
				t.Errorf("got %d, want %d", got.status, c.status)
			}
		})
	}
}

// A second authorizer of the same issuer has its own audience.
func TestAuthorizersOfOneIssuer(t *testing.T) {
	t.Parallel()
	a := newAPI(t, func(a *api) {
		second := a.config.Authorizers[0]
		second.ID, second.Name, second.Audience = "partners", "Partners", []string{"partner"}
		a.config.Authorizers = append(a.config.Authorizers, second)
		a.config.Routes = append(a.config.Routes, gateway.Route{
			Key: "GET /partners", AuthorizationType: "JWT", AuthorizerID: "partners", IntegrationID: "echo",
		})
	})
	own, partner := "Bearer "+sign(t, validClaims()), "Bearer "+sign(t, with(map[string]any{"client_id": "partner"}))
	for _, c := range []struct {
		path, token string
		status      int
	}{
		{"/test_jwt", own, 200},
		{"/test_jwt", partner, 401},
		{"/partners", own, 401},
		{"/partners", partner, 200},
	} {
		if got := a.call(t, http.MethodGet, c.path, "Authorization", c.token); got.status != c.status {
			t.Errorf("%s: got %d, want %d", c.path, got.status, c.status)
		}
	}
	if fetched := a.issuer.jwks.Load(); fetched != 1 {
		t.Errorf("the keys were fetched %d times", fetched)
	}
}

func TestScopesThatDoNotCount(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	for name, scope := range map[string]any{
		"substring":           "test-api/rea",
		"longer":              "test-api/reader",
		"without identifier":  "read",
		"in upper case":       "TEST-API/READ",
		"separated by a tab":  "x\ttest-api/read",
		"separated by a line": "x\ntest-api/read",
		"separated by commas": "x,test-api/read",
		"list of one string":  []string{"x test-api/read"},
		"empty":               "",
		"spaces":              "   ",
		"wildcard":            "*",
		"identifier wildcard": "test-api/*",
	} {
		t.Run(name, func(t *testing.T) {
			token := sign(t, with(map[string]any{"scope": scope}))
			if got := a.call(t, http.MethodGet, "/test_jwt/read", "Authorization", token); got.status != 403 {
				t.Errorf("got %d", got.status)
			}
		})
	}
	for name, claims := range map[string]map[string]any{
		"no scope at all":   {"scope": nil},
		"scopes, in plural": {"scope": nil, "scopes": "test-api/read"},
		"scope object":      {"scope": map[string]bool{"test-api/read": true}},
		"list with numbers": {"scope": []any{"test-api/read", 1}},
	} {
		t.Run(name, func(t *testing.T) {
			got := a.call(t, http.MethodGet, "/test_jwt/read", "Authorization", sign(t, with(claims)))
			if got.status != 401 && got.status != 403 {
				t.Errorf("got %d", got.status)
			}
		})
	}
	if calls := a.function.calls(); calls != 0 {
		t.Errorf("the function was called %d times", calls)
	}
}

// Two Authorization headers never authorize, whichever of the two is valid.
func TestTwoAuthorizationHeaders(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	valid := "Bearer " + sign(t, validClaims())
	for _, c := range [][2]string{{valid, valid}, {valid, "Bearer x"}, {"Bearer x", valid}, {valid, ""}, {"", valid}, {valid, "Basic eDp5"}} {
		got := a.call(t, http.MethodGet, "/test_jwt", "Authorization", c[0], "Authorization", c[1])
		if got.status != 401 {
			t.Errorf("%.12q and %.12q: got %d", c[0], c[1], got.status)
		}
	}
	if calls := a.function.calls(); calls != 0 {
		t.Errorf("the function was called %d times", calls)
	}
}
