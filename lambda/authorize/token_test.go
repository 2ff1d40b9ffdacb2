package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"
	lru "github.com/hashicorp/golang-lru/v2"

	"cognito-m2m/internal/jwtauth"
	"cognito-m2m/internal/jwtauth/jwtauthtest"
)

// TestLetsIn: who is let in, and that the function behind the API gets the token's claims as texts.
func TestLetsIn(t *testing.T) {
	t.Parallel()
	const id = jwtauthtest.ClientID
	contextOf := func(scope string) map[string]any {
		all := map[string]any{
			"client_id": id, "sub": id, "iss": jwtauthtest.IssuerURL, "jti": "0a1b2c3d-0000-4000-8000-000000000000", "token_use": "access",
			"iat": "1795343400", "auth_time": "1795343400", "exp": "1795347000", "version": "2",
		}
		if scope != "" {
			all["scope"] = scope
		}
		return all
	}
	for name, c := range map[string]struct {
		route   string
		changes map[string]any
		scope   string
	}{
		"a scope of the route":            {readRoute, nil, "test-api/read"},
		"another scope of the route":      {readRoute, map[string]any{"scope": "test-api/admin"}, "test-api/admin"},
		"one of several scopes":           {readRoute, map[string]any{"scope": "x/y test-api/read z"}, "x/y test-api/read z"},
		"a route without scopes":          {anyClient, map[string]any{"scope": "x/y"}, "x/y"},
		"no scope where none is required": {anyClient, map[string]any{"scope": nil}, ""},
		"scopes as a list":                {readRoute, map[string]any{"scope": []string{"x/y", "test-api/read"}}, "x/y test-api/read"},
		"aud of its client":               {readRoute, map[string]any{"aud": id}, "test-api/read"},
		"aud of its client, as a list":    {readRoute, map[string]any{"aud": []string{id}}, "test-api/read"},
		"nbf in the past":                 {readRoute, map[string]any{"nbf": jwtauthtest.Start.Unix()}, "test-api/read"},
		"claims of others":                {readRoute, map[string]any{"x": map[string]any{"isAuthorized": false}}, "test-api/read"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			token := jwtauthtest.Sign(t, jwtauthtest.With(c.changes))
			for _, identity := range []string{"Bearer " + token, token} {
				got := w.answer(t.Context(), t, request(t, c.route, identity, c.route))
				if !got.IsAuthorized {
					t.Fatalf("refused: %s", w.log)
				}
				if diff := cmp.Diff(contextOf(c.scope), got.Context); diff != "" {
					t.Errorf("context (-want +got):\n%s", diff)
				}
			}
			if w.log.String() != "" {
				t.Errorf("logged %s", w.log)
			}
		})
	}
}

// What a token does not have is left out of the context, and what is no text there becomes one.
func TestContextOfOtherClaims(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	token := jwtauthtest.Sign(t, jwtauthtest.With(map[string]any{"jti": nil, "sub": "", "version": map[string]any{"a": 1}, "auth_time": 1.5e3, "scope": nil}))
	got := w.answer(t.Context(), t, request(t, anyClient, token, anyClient)).Context
	want := map[string]any{
		"client_id": jwtauthtest.ClientID, "iss": jwtauthtest.IssuerURL, "token_use": "access", "iat": "1795343400", "exp": "1795347000",
		"auth_time": "1500", "version": `{"a":1}`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("context (-want +got):\n%s", diff)
	}
}

// TestAttacksOnTheFunction sends every token that the JWT authorizer must refuse.
func TestAttacksOnTheFunction(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("a token made the function ask for %s", r.URL)
	}))
	defer elsewhere.Close()
	w.wants(t, true, "a valid token, which is remembered")
	w.lets(t, readRoute, jwtauthtest.Sign(t, jwtauthtest.ValidClaims()))
	attacks := jwtauthtest.Attacks(t, elsewhere.URL)
	for _, c := range attacks {
		t.Run(c.Name, func(t *testing.T) {
			w.log.Take()
			if w.lets(t, anyClient, c.Token) {
				t.Error("it is let in")
			}
			w.wantOneLine(t, c.Token)
		})
	}
	if len(attacks) < 100 {
		t.Errorf("%d attacks: this test looks at next to nothing", len(attacks))
	}
	w.wants(t, true, "after all attacks, a valid token")
}

// wantOneLine wants the log to say once that a request was refused, without the token.
func (w *world) wantOneLine(t *testing.T, token string) {
	t.Helper()
	lines := w.lines(t)
	if len(lines) != 1 || lines[0]["msg"] != "refused" || lines[0]["reason"] == "" {
		t.Errorf("logged %s, want one line that it was refused", w.log)
	}
	for _, part := range append(strings.Split(token, "."), token) {
		if len(part) > 10 && strings.Contains(w.log.String(), part) {
			t.Errorf("the log has a token's %q: %s", part, w.log)
		}
	}
}

// TestRefuses: what a JWT authorizer may let in and this function does not, and why.
func TestRefuses(t *testing.T) {
	t.Parallel()
	signed := func(changes map[string]any) string { return jwtauthtest.Sign(t, jwtauthtest.With(changes)) }
	const id = jwtauthtest.ClientID
	for name, c := range map[string]struct {
		route, token string
		reason       error
		client       string // that the log names
	}{
		"ID token":                        {readRoute, signed(map[string]any{"token_use": "id"}), errUse, id},
		"no token_use":                    {readRoute, signed(map[string]any{"token_use": nil}), errUse, id},
		"token_use as a list":             {readRoute, signed(map[string]any{"token_use": []string{"access"}}), errUse, id},
		"aud of another client":           {readRoute, signed(map[string]any{"aud": "another"}), errAudience, ""},
		"aud of its client and another":   {readRoute, signed(map[string]any{"aud": []string{id, "another"}}), errAudience, ""},
		"aud null":                        {readRoute, jwtauthtest.RawSigned(t, `{"alg":"RS256","kid":"key-1"}`, `{"client_id":"c","aud":null,"token_use":"access","iss":"`+jwtauthtest.IssuerURL+`"}`), errAudience, ""},
		"aud without client_id":           {readRoute, signed(map[string]any{"client_id": nil, "aud": id}), errClient, ""},
		"client_id empty":                 {readRoute, signed(map[string]any{"client_id": ""}), errClient, ""},
		"client_id no parameter can have": {readRoute, signed(map[string]any{"client_id": "a/b"}), errClient, ""},
		"client_id with a line break":     {readRoute, signed(map[string]any{"client_id": "a\n"}), errClient, ""},
		"client_id too long":              {readRoute, signed(map[string]any{"client_id": strings.Repeat("a", 129)}), errClient, ""},
		"no scope":                        {readRoute, signed(map[string]any{"scope": nil}), errScope, id},
		"another scope":                   {readRoute, signed(map[string]any{"scope": "test-api/write"}), errScope, id},
		"scope of another route":          {adminRoute, signed(nil), errScope, id},
		"a part of a scope":               {readRoute, signed(map[string]any{"scope": "test-api/rea test-api/readx api/read"}), errScope, id},
		"a scope in another case":         {readRoute, signed(map[string]any{"scope": "TEST-API/READ"}), errScope, id},
		"a scope behind a tab":            {readRoute, signed(map[string]any{"scope": "x\ttest-api/read"}), errScope, id},
		"scope with a number":             {anyClient, signed(map[string]any{"scope": []any{"test-api/read", 1}}), jwtauth.ErrScopeClaim, id},
		"scope object":                    {anyClient, signed(map[string]any{"scope": map[string]string{}}), jwtauth.ErrScopeClaim, id},
		"an unknown route":                {"GET /other", signed(nil), errRoute, ""},
		"another method":                  {"POST /orders", signed(nil), errRoute, ""},
		"the route in another case":       {"get /orders", signed(nil), errRoute, ""},
		"the default route":               {"$default", signed(nil), errRoute, ""},
		"another issuer":                  {readRoute, signed(map[string]any{"iss": jwtauthtest.IssuerURL + "2"}), jwtauth.ErrIssuer, id},
		"an unknown key":                  {readRoute, jwtauthtest.SignRaw(t, jose.RS256, jwtauthtest.Keys()[0], map[jose.HeaderKey]any{"kid": "x"}, jwtauthtest.PayloadOf(t, jwtauthtest.ValidClaims())), jwtauth.ErrUnknownKey, ""},
		"another key":                     {readRoute, jwtauthtest.SignRaw(t, jose.RS256, jwtauthtest.Keys()[1], map[jose.HeaderKey]any{"kid": "key-1"}, jwtauthtest.PayloadOf(t, jwtauthtest.ValidClaims())), jwtauth.ErrSignature, ""},
		"no token":                        {readRoute, "", jwtauth.ErrSegments, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			if w.lets(t, c.route, c.token) {
				t.Fatal("it is let in")
			}
			w.wantOneLine(t, c.token)
			line := w.lines(t)[0]
			if line["reason"] != c.reason.Error() && !strings.HasPrefix(w.lastReason(t), c.reason.Error()+" (") {
				t.Errorf("reason %q, want %q", line["reason"], c.reason)
			}
			if line["clientId"] != c.client || line["routeKey"] != c.route || line["requestId"] != "request-1" {
				t.Errorf("logged %s, want client %q and route %q", w.log, c.client, c.route)
			}
		})
	}
}

// More tokens than are remembered are let in, again and again.
func TestMoreTokensThanAreRemembered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	small, err := lru.New[string, verified](3)
	if err != nil {
		t.Fatal(err)
	}
	w.authorizer.verified = small
	for range 2 {
		for i := range 10 {
			if !w.lets(t, readRoute, jwtauthtest.Sign(t, jwtauthtest.With(map[string]any{"jti": i}))) {
				t.Fatalf("refused: %s", w.log)
			}
		}
	}
}

// Of the RSA algorithms that a JWT authorizer accepts, a pool uses one.
func TestOnlyRS256(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.keys.answer(func(rw http.ResponseWriter, _ *http.Request) {
		encode(t, rw, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{
			{Key: jwtauthtest.Keys()[0].Public(), KeyID: "any"},
			{Key: jwtauthtest.Keys()[0].Public(), KeyID: "384", Algorithm: "RS384"},
			{Key: jwtauthtest.Keys()[0].Public(), KeyID: "enc", Use: "enc"},
		}})
	})
	for _, c := range []struct {
		kid       string
		algorithm jose.SignatureAlgorithm
		want      bool
	}{
		{"any", jose.RS256, true},
		{"any", jose.RS384, false},
		{"any", jose.RS512, false},
		{"any", jose.PS256, false},
		{"384", jose.RS256, false},
		{"384", jose.RS384, false},
		{"enc", jose.RS256, false},
	} {
		token := jwtauthtest.SignRaw(t, c.algorithm, jwtauthtest.Keys()[0], map[jose.HeaderKey]any{"kid": c.kid}, jwtauthtest.PayloadOf(t, jwtauthtest.ValidClaims()))
		if got := w.lets(t, readRoute, token); got != c.want {
			t.Errorf("%s under key %s: let in %t, want %t", c.algorithm, c.kid, got, c.want)
		}
	}
}

// A token ends by the wall clock, which is what its times are of.
func TestTokenEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	token := jwtauthtest.Sign(t, jwtauthtest.ValidClaims())
	w.clock.Advance(time.Hour - 1)
	if !w.lets(t, readRoute, token) {
		t.Errorf("a nanosecond before its end: %s", w.log)
	}
	w.clock.Advance(1)
	if w.lets(t, readRoute, token) || w.lastReason(t) != jwtauth.ErrExpired.Error() {
		t.Errorf("at its end: %s", w.log)
	}
	w.clock.Move(-2*time.Hour, 0)
	if w.lets(t, readRoute, token) || w.lastReason(t) != jwtauth.ErrIssuedInFuture.Error() {
		t.Errorf("before it was issued: %s", w.log)
	}
}
