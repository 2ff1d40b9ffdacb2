package gateway

import (
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
)

// verify checks a token in AWS's order: shape, key and signature, claims. Its errors are the reasons of refusal.go.
// The claims are shared by every request with this token and must not be changed.
func (a *authorizer) verify(raw string, now func() time.Time) (claims, error) {
	signed, err := a.signedClaims(raw)
	if err != nil {
		return nil, err
	}
	if err := a.check(signed, now()); err != nil {
		return nil, err
	}
	return signed, nil
}

// signedClaims returns what a token says, if the issuer signed it. Shape and signature are checked once for each token
// and key, since a caller sends one token for as long as it is valid and RSA takes most of a refusal's time. Whether the
// key is still the issuer's is asked every time.
func (a *authorizer) signedClaims(raw string) (claims, error) {
	if known, ok := a.verified.Get(raw); ok {
		key, err := a.keys.find(known.keyID)
		if err != nil {
			return nil, err
		}
		if key.equal(known.key) {
			return known.claims, nil
		}
	}
	parsed, err := parseToken(raw)
	if err != nil {
		return nil, err
	}
	key, err := a.keys.find(parsed.keyID)
	if err != nil {
		return nil, err
	}
	if err := parsed.checkSignature(key); err != nil {
		return nil, err
	}
	signed, err := decodeClaims(parsed.payload)
	if err != nil {
		return nil, err
	}
	a.verified.Add(raw, verifiedToken{keyID: parsed.keyID, key: key, claims: signed})
	return signed, nil
}

// maxVerifiedTokens is how many tokens an authorizer remembers: about a megabyte of them, and five for each of the 50
// clients it can have.
const maxVerifiedTokens = 250

// verifiedTokens holds the tokens used last, by the whole token as it came. Only a token that the issuer signed gets in,
// so nobody else can push one out.
type verifiedTokens = lru.Cache[string, verifiedToken]

// verifiedToken is a token whose signature fits key. That says nothing about its claims yet.
type verifiedToken struct {
	keyID  string
	key    verificationKey
	claims claims
}

func newVerifiedTokens() *verifiedTokens {
	cache, _ := lru.New[string, verifiedToken](maxVerifiedTokens) // only a size below 1 is an error
	return cache
}
