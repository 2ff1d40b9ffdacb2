package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"cognito-m2m/internal/jwtauth/jwtauthtest"
)

// FuzzToken: no token is let in that the pool did not issue.
func FuzzToken(f *testing.F) {
	w := newWorld(f)
	valid := jwtauthtest.Sign(f, jwtauthtest.ValidClaims())
	for _, attack := range jwtauthtest.Attacks(f, "https://elsewhere.example.com") {
		f.Add(attack.Token)
	}
	for _, seed := range []string{valid, valid + "\n", "Bearer " + valid, "", "..", valid[:strings.LastIndex(valid, ".")+1]} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		w.log.Take()
		if w.answer(t.Context(), t, request(t, anyClient, token, anyClient)).IsAuthorized != (strings.TrimPrefix(token, "Bearer ") == valid) {
			t.Errorf("%q: log %s", token, w.log)
		}
	})
}

// FuzzClaims signs any claims as the pool: whoever is let in has what an independent reading of
// them asks for.
func FuzzClaims(f *testing.F) {
	w := newWorld(f)
	for _, seed := range []string{
		string(jwtauthtest.PayloadOf(f, jwtauthtest.ValidClaims())), `{}`, `null`, `{"scope":["test-api/read"]}`, "\xff",
		string(jwtauthtest.PayloadOf(f, jwtauthtest.With(map[string]any{"aud": jwtauthtest.ClientID, "token_use": "id"}))),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, payload string) {
		w.log.Take()
		token := jwtauthtest.SignRaw(t, jose.RS256, jwtauthtest.Keys()[0], map[jose.HeaderKey]any{"kid": jwtauthtest.KeyID}, []byte(payload))
		if !w.lets(t, readRoute, token) {
			return
		}
		var claims struct {
			Issuer   string `json:"iss"`
			Use      string `json:"token_use"`
			ClientID string `json:"client_id"`
			Expires  int64  `json:"exp"`
		}
		if err := json.Unmarshal([]byte(payload), &claims); err != nil {
			t.Fatalf("%q: %v", payload, err)
		}
		if claims.Issuer != jwtauthtest.IssuerURL || claims.Use != "access" || claims.ClientID == "" || claims.Expires <= jwtauthtest.Start.Unix() {
			t.Errorf("let in: %q", payload)
		}
	})
}

// FuzzEvent: whatever the event, the function answers, and lets nobody in without the token.
func FuzzEvent(f *testing.F) {
	w := newWorld(f)
	valid := jwtauthtest.Sign(f, jwtauthtest.ValidClaims())
	whole := request(f, anyClient, "Bearer TOKEN", anyClient)
	for _, seed := range []string{
		string(whole), `{}`, `null`, `[]`, `"TOKEN"`, `{"version":"2.0","type":"REQUEST","routeKey":"ANY /any-client","identitySource":["TOKEN"]}`,
		`{"version":"1.0","type":"REQUEST","routeKey":"ANY /any-client","identitySource":"TOKEN"}`, `{"identitySource":[null]}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, event string) {
		w.log.Take()
		if w.answer(t.Context(), t, []byte(event)).IsAuthorized {
			t.Errorf("without a token: %q", event)
		}
		// A token that is at the right place opens the door, and at no other.
		let := w.answer(t.Context(), t, []byte(strings.ReplaceAll(event, "TOKEN", valid))).IsAuthorized
		var read struct {
			Version, Type, RouteKey string
			IdentitySource          []string
		}
		_ = json.Unmarshal([]byte(event), &read) // what is of another type stays empty
		names := strings.Contains(strings.Join(read.IdentitySource, " "), "TOKEN")
		if let && (!names || read.Version != "2.0" || read.Type != "REQUEST" || w.authorizer.routes[read.RouteKey] == nil) {
			t.Errorf("let in: %q", event)
		}
	})
}
