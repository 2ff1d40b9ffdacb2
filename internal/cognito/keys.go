package cognito

import (
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"

	"github.com/go-jose/go-jose/v4"

	"cognito-m2m/internal/redacted"
)

const (
	keyBits   = 2048
	algorithm = "RS256"
)

// Keys are the pool's signing keys. Access tokens and ID tokens are signed with different keys, as
// on AWS, so a pool's JWKS has two; no ID token is ever issued here. For each use there is a list:
// its first key signs, and the others are only published, so that tokens they signed before stay
// valid.
//
// JWKs and NewKeys take them to the file that carries the pool's state and back. Printed or logged,
// Keys show as "[redacted]".
type Keys struct {
	accessToken []signingKey
	idToken     []signingKey
}

// signingKey is one RSA key and the id that tokens name it by.
type signingKey struct {
	id      string
	private *rsa.PrivateKey
}

// GenerateKeys returns fresh keys for one pool. The key ids come from random; the primes come from
// the system's own source, as crypto/rsa ignores any other. It fails if random runs dry.
func GenerateKeys(random io.Reader) (*Keys, error) {
	accessToken, err := generateKey(random)
	if err != nil {
		return nil, fmt.Errorf("generating the access token key: %w", err)
	}
	idToken, err := generateKey(random)
	if err != nil {
		return nil, fmt.Errorf("generating the ID token key: %w", err)
	}
	return &Keys{accessToken: []signingKey{accessToken}, idToken: []signingKey{idToken}}, nil
}

func generateKey(random io.Reader) (signingKey, error) {
	id := make([]byte, 32)
	if _, err := io.ReadFull(random, id); err != nil {
		return signingKey{}, fmt.Errorf("reading random bytes: %w", err)
	}
	private, err := rsa.GenerateKey(random, keyBits)
	if err != nil {
		return signingKey{}, err
	}
	return signingKey{id: base64.StdEncoding.EncodeToString(id), private: private}, nil
}

// JWKs returns the private keys of each use as JWKs (RFC 7517), in the order of Keys.
func (k Keys) JWKs() (accessToken, idToken []jose.JSONWebKey) {
	return privateJWKs(k.accessToken), privateJWKs(k.idToken)
}

// NewKeys returns the keys that JWKs returned. It refuses a use without a key, a key that is not a
// private RSA key of 2048 bits for RS256, and a key id that is missing or used twice.
func NewKeys(accessToken, idToken []jose.JSONWebKey) (*Keys, error) {
	signAccess, err := signingKeys(accessToken)
	if err != nil {
		return nil, fmt.Errorf("reading the access token keys: %w", err)
	}
	signID, err := signingKeys(idToken)
	if err != nil {
		return nil, fmt.Errorf("reading the ID token keys: %w", err)
	}
	keys := &Keys{accessToken: signAccess, idToken: signID}
	if err := keys.validate(); err != nil {
		return nil, fmt.Errorf("reading signing keys: %w", err)
	}
	return keys, nil
}

// Format writes "[redacted]" for every verb.
func (Keys) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, redacted.Mark) }

// LogValue returns "[redacted]" to slog.
func (Keys) LogValue() slog.Value { return slog.StringValue(redacted.Mark) }

func (k Keys) validate() error {
	if len(k.accessToken) == 0 || len(k.idToken) == 0 {
		return errors.New("one key for access tokens and one for ID tokens are needed; make both with GenerateKeys")
	}
	seen := map[string]bool{}
	for _, key := range k.all() {
		if key.id == "" || seen[key.id] {
			return fmt.Errorf("key id %q is empty or used twice; make the keys with GenerateKeys", key.id)
		}
		seen[key.id] = true
	}
	return nil
}

// all returns every key a token may have been signed with, those of access tokens first.
func (k Keys) all() []signingKey {
	return slices.Concat(k.accessToken, k.idToken)
}

// jwks returns the public keys as a JWK set.
func (k Keys) jwks() ([]byte, error) {
	var set jose.JSONWebKeySet
	for _, key := range privateJWKs(k.all()) {
		set.Keys = append(set.Keys, key.Public())
	}
	return json.Marshal(set)
}

func privateJWKs(keys []signingKey) []jose.JSONWebKey {
	jwks := make([]jose.JSONWebKey, len(keys))
	for i, key := range keys {
		jwks[i] = jose.JSONWebKey{Key: key.private, KeyID: key.id, Algorithm: algorithm, Use: "sig"}
	}
	return jwks
}

func signingKeys(jwks []jose.JSONWebKey) ([]signingKey, error) {
	keys := make([]signingKey, len(jwks))
	for i, jwk := range jwks {
		private, isRSA := jwk.Key.(*rsa.PrivateKey)
		if !isRSA || private.N.BitLen() != keyBits || jwk.Algorithm != algorithm || jwk.Use != "sig" {
			return nil, fmt.Errorf("key %d: must be a private RSA key of %d bits with alg %s and use sig; make the keys with GenerateKeys", i+1, keyBits, algorithm)
		}
		private.Precompute()
		keys[i] = signingKey{id: jwk.KeyID, private: private}
	}
	return keys, nil
}
