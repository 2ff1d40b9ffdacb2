package explain_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"cognito-m2m/internal/access"
	"cognito-m2m/internal/access/accesstest"
	"cognito-m2m/internal/explain"
	"cognito-m2m/internal/jwtauth"
)

// token is something that a caller sends as a token, and what is to be said.
type token struct {
	name  string
	token string
	route string // "" is GET /orders
	want  string // in the verdict
}

func (k token) method() (method, path string) {
	method, path, _ = strings.Cut(k.route, " ")
	if k.route == "" {
		return http.MethodGet, "/orders"
	}
	return method, path
}

// explainedAt is when tokens are explained: after they were issued and before they expire, however
// long the tests take.
var explainedAt = time.Now().Add(30 * time.Minute)

// config knows everything about the environment.
func config(t *testing.T, r *accesstest.Run) explain.Config {
	t.Helper()
	keys, _, err := jwtauth.FetchKeys(t.Context(), http.DefaultClient, r.JWKSURL)
	if err != nil {
		t.Fatal(err)
	}
	return explain.Config{Environment: r.Environment, Keys: keys, Now: func() time.Time { return explainedAt }}
}

func explained(t *testing.T, pasted string, c explain.Config) *explain.Report {
	t.Helper()
	report, err := explain.Explain(pasted, c)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// TestVerdictIsTheGateways holds every verdict against what the gateway answers to a request with
// that token.
func TestVerdictIsTheGateways(t *testing.T) {
	t.Parallel()
	r := accesstest.Start(t)
	c := config(t, r)
	for _, k := range slices.Concat(badTokens(t, r), mistakenTokens(t, r), goodTokens(t, r)) {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			method, path := k.method()
			c := c
			c.Route = method + " " + path
			report := explained(t, k.token, c)
			if want := r.Status(t, method, path, k.token); report.Status != want {
				t.Errorf("explained as %d, and the gateway answers %d: %s", report.Status, want, report.Verdict)
			}
			if !strings.Contains(report.Verdict, k.want) {
				t.Errorf("verdict %q does not say %q", report.Verdict, k.want)
			}
			wantNoSecrets(t, r, k.token, report)
		})
	}
}

func badTokens(t *testing.T, r *accesstest.Run) []token {
	t.Helper()
	sign := func(changes map[string]any) string { return r.Sign(t, r.Claims("reader", changes), nil) }
	header := func(changes map[string]any) string { return r.Sign(t, r.Claims("reader", nil), changes) }
	genuine := r.Token(t, "reader")
	in := func(d time.Duration) int64 { return explainedAt.Add(d).Unix() }
	parts := strings.Split(genuine, ".")
	return []token{
		{name: "expired", token: sign(map[string]any{"iat": in(-3 * time.Hour), "exp": in(-2 * time.Hour)}), want: "401: the token expired 2h ago"},
		{name: "of another pool", token: sign(map[string]any{"iss": accesstest.Issuer + "x"}), want: "401: the token is from another user pool"},
		{name: "of a client of another API", token: r.Token(t, "visitor"), want: "401: the token was issued to the client visitor, and the API accepts only reader ("},
		{name: "of an unknown client", token: sign(map[string]any{"client_id": "1example23456789"}), want: `401: the token was issued to another client: its client_id is "1example23456789", and the API accepts reader (`},
		{name: "without the scope", token: r.Token(t, "writer"), want: `403: GET /orders requires test-api/read or test-api/admin; the token has "test-api/write". The client reader has it`},
		{name: "with no scope at all", token: sign(map[string]any{"scope": nil}), want: "403: GET /orders requires test-api/read or test-api/admin; the token has none. The client reader may have this scope"},
		{name: "tampered with", token: genuine[:len(genuine)-20] + flipped(genuine[len(genuine)-20]) + genuine[len(genuine)-19:], want: "401: the signature does not match"},
		{name: "with other claims", token: parts[0] + "." + strings.Split(sign(nil), ".")[1] + "." + parts[2], want: "401: the signature does not match"},
		{name: "not valid yet", token: sign(map[string]any{"nbf": in(5*time.Minute + 30*time.Second)}), want: "401: the token is not valid yet: it will be in 5m"},
		{name: "issued in the future", token: sign(map[string]any{"iat": in(10*time.Minute + 30*time.Second)}), want: "401: the token was issued in the future: in 10m"},
		{name: "without a key id", token: header(map[string]any{"kid": nil}), want: "401: the header has no key id"},
		{name: "with an unknown key id", token: header(map[string]any{"kid": "another"}), want: "401: the token names a key that the user pool does not publish"},
		{name: "signed with HMAC", token: header(map[string]any{"alg": "HS256"}), want: `401: the token is signed with "HS256"`},
		{name: "not signed", token: header(map[string]any{"alg": "none"}), want: `401: the token is signed with "none"`},
		{name: "signed with RS512, it says", token: header(map[string]any{"alg": "RS512"}), want: "401: the token's key is for RS256"},
		{name: "with a key of its own", token: header(map[string]any{"jwk": map[string]any{}}), want: "401: the header has the member jwk"},
		{name: "garbage", token: "nonsense", want: "401: this is not a token"},
		{name: "three parts of garbage", token: "a.b.c", want: "401: the header can't be read"},
		{name: "cut", token: genuine[:len(genuine)-3], want: "401: "},
		{name: "an ID token", token: sign(map[string]any{"token_use": "id", "aud": r.Client("reader").ID, "client_id": nil, "scope": nil}), want: "403: GET /orders requires test-api/read or test-api/admin; the token has none because it is an ID token. Send the access token"},
		{name: "a secret", token: string(r.Secrets["reader"]), want: "401: this looks like a client secret, not a token"},
		{name: "a client id", token: r.Client("reader").ID, want: "401: this is the app client id of reader, not a token"},
		{name: "another client id", token: "1h57kf5cpq17m0eml12lt00st", want: "401: this looks like an app client id"},
		{name: "an encrypted token", token: strings.Repeat("eyJhbGciOiJSU0EtT0FFUCJ9.", 4) + "YQ", want: "401: this is an encrypted token (JWE)"},
		{name: "the whole answer", token: `{"access_token":"` + genuine + `","expires_in":3600}`, want: "401: this is the whole answer of the token endpoint"},
		{name: "nothing", token: "", want: "401: there is no token"},
		{name: "no exp", token: sign(map[string]any{"exp": nil}), want: "401: the token does not say when it expires"},
		{name: "no iat", token: sign(map[string]any{"iat": nil}), want: "401: the token does not say when it was issued"},
		{name: "exp as a text", token: sign(map[string]any{"exp": fmt.Sprint(in(time.Hour))}), want: "401: its exp is not a whole number of seconds"},
		{name: "a fraction", token: sign(map[string]any{"exp": 4e9 + 0.5}), want: "401: its exp is not a whole number of seconds"},
		{name: "no issuer", token: sign(map[string]any{"iss": nil}), want: "401: the token has no issuer"},
		{name: "no client", token: sign(map[string]any{"client_id": nil}), want: "401: the token has no client"},
		{name: "an audience beats the client", token: sign(map[string]any{"aud": "another"}), want: `401: the token was issued to another client: its aud is "another"`},
		{name: "an audience of numbers", token: sign(map[string]any{"aud": []any{1}}), want: "401: the token has no client (aud)"},
		{name: "scope as a number", token: sign(map[string]any{"scope": 1}), want: "401: its scope is neither"},
		{name: "two scopes with a line break", token: sign(map[string]any{"scope": "x\ntest-api/read"}), want: "403: "},
		{name: "no such route", token: genuine, route: "GET /nowhere", want: "404: no route matches \"GET /nowhere\". The routes are: ANY /any, "},
		{name: "another method", token: genuine, route: "PUT /orders", want: "404: no route matches"},
	}
}

func goodTokens(t *testing.T, r *accesstest.Run) []token {
	t.Helper()
	sign := func(changes map[string]any) string { return r.Sign(t, r.Claims("reader", changes), nil) }
	id := r.Client("reader").ID
	return []token{
		{name: "genuine", token: r.Token(t, "reader"), want: "let this through to GET /orders."},
		{name: "with a path parameter", token: r.Token(t, "reader"), route: "GET /orders/7", want: "let this through to GET /orders/{id}."},
		{name: "without a scope where none is wanted", token: sign(map[string]any{"scope": nil}), route: "PUT /any", want: "through to ANY /any."},
		{name: "an ID token where no scope is wanted", token: sign(map[string]any{"token_use": "id", "aud": id, "scope": nil}), route: "GET /any", want: "through to ANY /any."},
		{name: "an audience", token: sign(map[string]any{"aud": []any{"another", id}, "client_id": "another"}), want: "through to GET /orders."},
		{name: "scp", token: sign(map[string]any{"scope": nil, "scp": []any{"test-api/admin"}}), want: "through to GET /orders."},
		{name: "nbf", token: sign(map[string]any{"nbf": time.Now().Add(-time.Minute).Unix()}), want: "through to GET /orders."},
	}
}

// flipped is another character of base64url whose every bit counts.
func flipped(c byte) string {
	if c == 'A' {
		return "B"
	}
	return "A"
}

// wantNoSecrets wants that neither the token nor its signature nor a secret is in any form of the
// report.
func wantNoSecrets(t *testing.T, r *accesstest.Run, pasted string, report *explain.Report) {
	t.Helper()
	raw, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	if err := report.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	secrets := strings.Split(pasted, ".")
	for _, secret := range r.Secrets {
		secrets = append(secrets, string(secret))
	}
	for _, printed := range []string{string(raw), text.String()} {
		for _, secret := range secrets {
			if len(secret) > 26 && strings.Contains(printed, secret) {
				t.Errorf("a part of what was pasted is printed:\n%s", printed)
			}
		}
	}
}

func TestWithoutARoute(t *testing.T) {
	t.Parallel()
	r := accesstest.Start(t)
	report := explained(t, r.Token(t, "reader"), config(t, r))
	want := "API Gateway would let this through to ANY /any, GET /orders, GET /orders/{id}, and answer 403 on DELETE /orders/{id}, POST /orders."
	if report.Status != http.StatusOK || report.Verdict != want {
		t.Errorf("got %d %s\nwant %s", report.Status, report.Verdict, want)
	}
	r.Environment.Routes = []access.Route{*accesstest.Find(r.Environment, "POST /orders")}
	if report := explained(t, r.Token(t, "reader"), config(t, r)); report.Status != http.StatusForbidden {
		t.Errorf("with no route that it opens: got %d %s", report.Status, report.Verdict)
	}
}

// TestWhatStandsAroundAToken accepts what people copy.
func TestWhatStandsAroundAToken(t *testing.T) {
	t.Parallel()
	r := accesstest.Start(t)
	c, genuine := config(t, r), r.Token(t, "reader")
	for _, pasted := range []string{
		genuine, " " + genuine + "\n", "Bearer " + genuine, "Authorization: Bearer " + genuine + "\r\n", "authorization:  bearer " + genuine,
		`"Authorization: Bearer ` + genuine + `"`, "-H 'Authorization: Bearer " + genuine + "'", `--header "authorization: ` + genuine + `"`, "> authorization: Bearer " + genuine, `"Authorization": "Bearer ` + genuine + `",`,
	} {
		if report := explained(t, pasted, c); report.Status != http.StatusOK {
			t.Errorf("%.25q...: got %d %s", pasted, report.Status, report.Verdict)
		}
	}
	for pasted, want := range map[string]string{
		"Bearer":                             "there is no token",
		"Basic cmVhZGVyOnNlY3JldA==":         "these are a client's credentials",
		genuine[:100] + "\n" + genuine[100:]: "there is white space inside it",
	} {
		report := explained(t, pasted, c)
		if report.Status != http.StatusUnauthorized || !strings.Contains(report.Verdict, want) {
			t.Errorf("%.20q...: got %d %s, want %s", pasted, report.Status, report.Verdict, want)
		}
		wantNoSecrets(t, r, pasted, report)
	}
}

func TestOfflineLeavesOpenWhatItCantKnow(t *testing.T) {
	t.Parallel()
	r := accesstest.Start(t)
	for i := range r.Environment.Clients {
		r.Environment.Clients[i].ID = ""
	}
	unknown := *r.Environment.Routes[0].Authorizer
	unknown.Issuer, unknown.Audience = "", nil
	for i := range r.Environment.Routes {
		r.Environment.Routes[i].Authorizer = &unknown
	}
	c := explain.Config{Environment: r.Environment, Route: "GET /orders"}
	claims := map[string]any{"client_id": "x", "scope": "test-api/read", "iss": "y", "iat": 1, "exp": 4e9}
	report := explained(t, r.Sign(t, claims, nil), c)
	if want := "It is not known whether API Gateway would accept this: issuer, signature and client were not checked."; report.Status != 0 || report.Verdict != want {
		t.Errorf("got %d %q, want %q", report.Status, report.Verdict, want)
	}
	claims["exp"] = 2
	if report := explained(t, r.Sign(t, claims, nil), c); report.Status != http.StatusUnauthorized {
		t.Errorf("expired: got %d %s", report.Status, report.Verdict)
	}
}

// TestHostileClaims wants that a token can't move the cursor of who reads about it.
func TestHostileClaims(t *testing.T) {
	t.Parallel()
	r := accesstest.Start(t)
	hostile := "\x1b[2J\u202e" + strings.Repeat("x", 10_000)
	for _, claim := range []string{"iss", "client_id", "scope", "token_use"} {
		report := explained(t, r.Sign(t, r.Claims("reader", map[string]any{claim: hostile}), nil), config(t, r))
		var text strings.Builder
		if err := report.WriteText(&text); err != nil {
			t.Fatal(err)
		}
		if strings.ContainsAny(text.String(), "\x1b\u202e") || text.Len() > 2000 {
			t.Errorf("%s is printed as it stands (%d bytes)", claim, text.Len())
		}
	}
}

func TestClockOfThisMachine(t *testing.T) {
	t.Parallel()
	r := accesstest.Start(t)
	slow := func() time.Time { return time.Now().Add(-2 * time.Hour) }
	keys, served, err := jwtauth.FetchKeys(t.Context(), http.DefaultClient, r.JWKSURL)
	if err != nil {
		t.Fatal(err)
	}
	report := explained(t, r.Token(t, "reader"), explain.Config{Environment: r.Environment, Keys: keys, Ahead: served.Sub(slow()), Now: slow})
	if report.Status != http.StatusOK || !strings.Contains(report.Checks[0].Text, "slow; the user pool's clock decides") {
		t.Errorf("got %d %s, first %s", report.Status, report.Verdict, report.Checks[0].Text)
	}
}

func TestOpenRoute(t *testing.T) {
	t.Parallel()
	e := &access.Environment{Name: "dev", Routes: []access.Route{{Key: "GET /health"}}}
	for _, route := range []string{"GET /health", ""} {
		if report := explained(t, "nonsense", explain.Config{Environment: e, Route: route}); report.Status != http.StatusOK {
			t.Errorf("%q: got %d %s", route, report.Status, report.Verdict)
		}
	}
}

func TestSeveralAuthorizers(t *testing.T) {
	t.Parallel()
	r := accesstest.Start(t)
	other := *r.Environment.Routes[0].Authorizer
	other.Name = "Other"
	r.Environment.Routes[0].Authorizer = &other
	if _, err := explain.Explain("x.y.z", explain.Config{Environment: r.Environment}); err == nil {
		t.Error("without a route it is not known which authorizer is meant")
	}
	if _, err := explain.Explain("x.y.z", explain.Config{Environment: r.Environment, Route: "GET /any"}); err != nil {
		t.Errorf("with a route: %v", err)
	}
}
