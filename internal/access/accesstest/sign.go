package accesstest

import (
	"crypto/rsa"
	"encoding/json"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"cognito-m2m/internal/m2mtest"
)

// Claims are those of a genuine access token of a client, issued a minute ago, with changes; a nil
// takes one out.
func (r *Run) Claims(name string, changes map[string]any) map[string]any {
	c, now := r.Client(name), time.Now().Add(-time.Minute)
	claims := map[string]any{
		"sub": c.ID, "client_id": c.ID, "token_use": "access", "scope": c.Scopes[0], "iss": Issuer,
		"iat": now.Unix(), "auth_time": now.Unix(), "exp": now.Add(time.Hour).Unix(), "version": 2,
		"jti": "0a1b2c3d-0000-4000-8000-000000000000",
	}
	for claim, value := range changes {
		if claims[claim] = value; value == nil {
			delete(claims, claim)
		}
	}
	return claims
}

// Sign makes a token that the user pool's own key has signed, or its key for ID tokens if that is
// what the claims say. Changes are those of the header.
func (r *Run) Sign(t testing.TB, claims, changes map[string]any) string {
	t.Helper()
	key := r.key(claims["token_use"] == "id")
	header := map[string]any{"kid": key.KeyID, "alg": "RS256"}
	for name, value := range changes {
		if header[name] = value; value == nil {
			delete(header, name)
		}
	}
	return m2mtest.SignRS256(t, key.Key.(*rsa.PrivateKey), encoded(t, header), encoded(t, claims))
}

// SignRaw makes a token of claims that need not be such.
func (r *Run) SignRaw(t testing.TB, claims string) string {
	t.Helper()
	key := r.key(false)
	return m2mtest.SignRS256(t, key.Key.(*rsa.PrivateKey), encoded(t, map[string]any{"kid": key.KeyID, "alg": "RS256"}), []byte(claims))
}

func (r *Run) key(ofIDTokens bool) jose.JSONWebKey {
	accessToken, idToken := r.Keys.JWKs()
	if ofIDTokens {
		return idToken[0]
	}
	return accessToken[0]
}

func encoded(t testing.TB, object map[string]any) []byte {
	t.Helper()
	raw, err := json.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
