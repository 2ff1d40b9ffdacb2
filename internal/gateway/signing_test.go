package gateway_test

import (
	"encoding/base64"
	"encoding/json"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"cognito-m2m/internal/m2mtest"
)

// validClaims are a client credentials access token's, as Cognito makes them.
func validClaims() map[string]any {
	return map[string]any{
		"sub":       clientID,
		"client_id": clientID,
		"token_use": "access",
		"scope":     "test-api/read",
		"iss":       issuerURL,
		"iat":       start.Unix(),
		"auth_time": start.Unix(),
		"exp":       start.Add(time.Hour).Unix(),
		"version":   2,
		"jti":       "0a1b2c3d-0000-4000-8000-000000000000",
	}
}

// with returns valid claims with some replaced; nil removes one.
func with(changes map[string]any) map[string]any {
	c := validClaims()
	for name, value := range changes {
		if value == nil {
			delete(c, name)
		} else {
			c[name] = value
		}
	}
	return c
}

// sign makes a token with key-1, as the issuer would.
func sign(t testing.TB, claims map[string]any) string {
	t.Helper()
	payload, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	return signRaw(t, jose.RS256, rsaKeys()[0], map[jose.HeaderKey]any{"kid": "key-1"}, payload)
}

// signRaw signs any payload under any header, for tokens that no honest issuer makes.
func signRaw(t testing.TB, algorithm jose.SignatureAlgorithm, key any, header map[jose.HeaderKey]any, payload []byte) string {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: key}, &jose.SignerOptions{ExtraHeaders: header})
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		t.Fatal(err)
	}
	compact, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return compact
}

func b64(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

func payloadOf(t testing.TB, claims map[string]any) []byte {
	t.Helper()
	raw, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// rawSigned signs exactly this header and payload with key-1: what a broken or hostile issuer
// library might make.
func rawSigned(t testing.TB, header, payload string) string {
	t.Helper()
	return m2mtest.SignRS256(t, rsaKeys()[0], []byte(header), []byte(payload))
}

func decode(t testing.TB, segment string) string {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(segment)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
