package jwtauthtest

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"cognito-m2m/internal/m2mtest"
)

// The issuer, a client of it, and the id of the key that it signs with.
const (
	IssuerURL = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEf123"
	ClientID  = "1h57kf5cpq17m0eml12EXAMPLE"
	KeyID     = "key-1"
)

// Start is when ValidClaims were issued.
var Start = time.Date(2026, time.November, 22, 10, 30, 0, 0, time.UTC)

// Keys are two real keys, generated once: making one takes longer than most tests. The first is the
// issuer's.
var Keys = sync.OnceValue(func() [2]*rsa.PrivateKey {
	var keys [2]*rsa.PrivateKey
	for i := range keys {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		keys[i] = key
	}
	return keys
})

// KeySet is what an issuer publishes that has these public keys, by their ids.
func KeySet(keys map[string]any) (set jose.JSONWebKeySet) {
	for _, id := range slices.Sorted(maps.Keys(keys)) {
		key := jose.JSONWebKey{Key: keys[id], KeyID: id, Use: "sig"}
		if _, ok := key.Key.(*rsa.PublicKey); ok {
			key.Algorithm = "RS256"
		}
		set.Keys = append(set.Keys, key)
	}
	return set
}

// Issuer is a user pool, or what stands for one, with a client of it.
type Issuer struct {
	URL      string // the claim iss
	ClientID string
	Scope    string // that the client has
	KeyID    string // of Key
	Key      *rsa.PrivateKey
	// Now is when ValidClaims were issued. It is what a verifier's clock shows, or a time before.
	Now time.Time
	// Ahead is how far after Now a time is that the verifier's clock has not reached.
	Ahead time.Duration
}

// standing is the issuer for verifiers whose clock stands at Start.
func standing() Issuer {
	return Issuer{
		URL: IssuerURL, ClientID: ClientID, Scope: "test-api/read", KeyID: KeyID, Key: Keys()[0], Now: Start, Ahead: time.Second,
	}
}

// ValidClaims are a client credentials access token's, as Cognito makes them.
func ValidClaims() map[string]any { return standing().ValidClaims() }

// With returns valid claims with some replaced; nil removes one.
func With(changes map[string]any) map[string]any { return standing().With(changes) }

// Sign makes a token with the issuer's key, as the issuer would.
func Sign(t testing.TB, claims map[string]any) string {
	t.Helper()
	return standing().Sign(t, claims)
}

// RawSigned signs exactly this header and payload with the issuer's key: what a broken or hostile
// issuer library might make.
func RawSigned(t testing.TB, header, payload string) string {
	t.Helper()
	return standing().RawSigned(t, header, payload)
}

// ValidClaims is the function of that name for another issuer.
func (i Issuer) ValidClaims() map[string]any {
	return map[string]any{
		"sub":       i.ClientID,
		"client_id": i.ClientID,
		"token_use": "access",
		"scope":     i.Scope,
		"iss":       i.URL,
		"iat":       i.Now.Unix(),
		"auth_time": i.Now.Unix(),
		"exp":       i.Now.Add(time.Hour).Unix(),
		"version":   2,
		"jti":       "0a1b2c3d-0000-4000-8000-000000000000",
	}
}

// With is the function of that name for another issuer.
func (i Issuer) With(changes map[string]any) map[string]any {
	c := i.ValidClaims()
	for name, value := range changes {
		if value == nil {
			delete(c, name)
		} else {
			c[name] = value
		}
	}
	return c
}

// Sign is the function of that name for another issuer.
func (i Issuer) Sign(t testing.TB, claims map[string]any) string {
	t.Helper()
	payload, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	return SignRaw(t, jose.RS256, i.Key, map[jose.HeaderKey]any{"kid": i.KeyID}, payload)
}

// SignRaw signs any payload under any header, for tokens that no honest issuer makes.
func SignRaw(t testing.TB, algorithm jose.SignatureAlgorithm, key any, header map[jose.HeaderKey]any, payload []byte) string {
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

// B64 encodes a segment of a token.
func B64(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

// PayloadOf encodes claims.
func PayloadOf(t testing.TB, claims map[string]any) []byte {
	t.Helper()
	raw, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// RawSigned is the function of that name for another issuer.
func (i Issuer) RawSigned(t testing.TB, header, payload string) string {
	t.Helper()
	return m2mtest.SignRS256(t, i.Key, []byte(header), []byte(payload))
}

// Decode decodes a segment.
func Decode(t testing.TB, segment string) string {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(segment)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
