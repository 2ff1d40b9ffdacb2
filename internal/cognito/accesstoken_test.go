package cognito_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/cognito"
)

func (p pool) jwks(t *testing.T) jose.JSONWebKeySet {
	t.Helper()
	got := p.do(t, p.request(t, http.MethodGet, "/"+poolID+"/.well-known/jwks.json", ""))
	var set jose.JSONWebKeySet
	if err := json.Unmarshal([]byte(got.body), &set); err != nil {
		t.Fatal(err)
	}
	return set
}

// verify checks a token's signature against the JWKS that the pool serves, and returns its claims.
func verify(t *testing.T, p pool, token string) map[string]any {
	t.Helper()
	signed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		t.Fatal(err)
	}
	published := p.jwks(t)
	matching := published.Key(signed.Signatures[0].Header.KeyID)
	if len(matching) != 1 {
		t.Fatalf("keys with the token's kid: got %d, want 1", len(matching))
	}
	payload, err := signed.Verify(matching[0])
	if err != nil {
		t.Fatal(err)
	}
	var claims map[string]any
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	return claims
}

func TestAccessTokenClaims(t *testing.T) {
	t.Parallel()
	p := startPool(t)
	got := verify(t, p, p.token(t, writerID, writerSecret, ""))
	id, _ := got["jti"].(string)
	if !uuidPattern.MatchString(id) {
		t.Errorf("jti: got %q, want a UUID", id)
	}
	delete(got, "jti")
	now := float64(issuedAt.Unix())
	want := map[string]any{
		"sub": writerID, "client_id": writerID, "token_use": "access", "scope": "test-api/write", "iss": issuer,
		"iat": now, "auth_time": now, "exp": now + 30*60, "version": 2.0,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("claims (-want +got):\n%s", diff)
	}
}

func TestAccessTokenLivesOneHourByDefault(t *testing.T) {
	t.Parallel()
	p := startPool(t)
	claims := verify(t, p, p.token(t, readerID, readerSecret, ""))
	if got := claims["exp"].(float64) - claims["iat"].(float64); got != 3600 {
		t.Errorf("exp - iat: got %v, want 3600", got)
	}
}

func TestAccessTokenRawForm(t *testing.T) {
	t.Parallel()
	// Random key ids need not have a slash; this one has.
	p := startPool(t, func(c *cognito.Config) { c.Keys = keysWithID(t, "a/b+c/") })
	segments := strings.Split(p.token(t, readerID, readerSecret, ""), ".")
	header, payload := decodeSegment(t, segments[0]), decodeSegment(t, segments[1])
	if want := `{"kid":"a\/b+c\/","alg":"RS256"}`; header != want {
		t.Errorf("header: got %s, want %s", header, want)
	}
	if strings.Contains(strings.ReplaceAll(payload, `\/`, ""), "/") {
		t.Errorf("payload has a bare slash: %s", payload)
	}
	if want := `"iss":"https:\/\/cognito-idp.eu-central-1.amazonaws.com\/eu-central-1_Ab1Cd2Ef3"`; !strings.Contains(payload, want) {
		t.Errorf("payload: got %s, want it to contain %s", payload, want)
	}
}

func decodeSegment(t *testing.T, segment string) string {
	t.Helper()
	text, err := base64.RawURLEncoding.DecodeString(segment)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestIssuerCanBeGiven(t *testing.T) {
	t.Parallel()
	const updated = "https://issuer-cognito-idp.eu-central-1.amazonaws.com/" + poolID
	p := startPool(t, func(c *cognito.Config) { c.UserPool.Issuer = updated })
	if got := verify(t, p, p.token(t, readerID, readerSecret, ""))["iss"]; got != updated {
		t.Errorf("iss: got %v, want %s", got, updated)
	}
}
