package gateway

import (
	lru "github.com/hashicorp/golang-lru/v2"

	"cognito-m2m/internal/clock"
)

// verify checks a token in AWS's order: shape, key and signature, claims. Its errors are the reasons of refusal.go.
// The claims are shared by every request with this token and must not be changed.
func (a *authorizer) verify(raw string, clock clock.Clock) (claims, error) {
	signed, err := a.signed(raw, clock)
	if err != nil {
		return nil, err
	}
	now := clock.Now()
	latest := signed.since.Wall().Add(now.Since(signed.since))
	if err := a.check(signed.claims, now.Wall(), latest); err != nil {
		return nil, err
	}
	return signed.claims, nil
}

// signed returns what a token says, if the issuer signed it. Shape and signature are checked once for each token and
// key, since a caller sends one token for as long as it is valid and RSA takes most of a refusal's time. Whether the key
// is still the issuer's is asked every time.
func (a *authorizer) signed(raw string, clock clock.Clock) (verifiedToken, error) {
	known, isKnown := a.verified.Get(raw)
	if isKnown {
		key, err := a.keys.find(known.keyID)
		if err != nil {
			return verifiedToken{}, err
		}
		if key.equal(known.key) {
			return known, nil
		}
	}
	verified, err := a.checkSignature(raw)
	if err != nil {
		return verifiedToken{}, err
	}
	verified.since = clock.Now()
	if isKnown {
		verified.since = known.since
	}
	a.verified.Add(raw, verified)
	return verified, nil
}

func (a *authorizer) checkSignature(raw string) (verifiedToken, error) {
	parsed, err := parseToken(raw)
	if err != nil {
		return verifiedToken{}, err
	}
	key, err := a.keys.find(parsed.keyID)
	if err != nil {
		return verifiedToken{}, err
	}
	if err := parsed.checkSignature(key); err != nil {
		return verifiedToken{}, err
	}
	signed, err := decodeClaims(parsed.payload)
	if err != nil {
		return verifiedToken{}, err
	}
	return verifiedToken{keyID: parsed.keyID, key: key, claims: signed}, nil
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
	since  clock.Instant // when it was seen first, so that a clock set back does not lengthen its life
}

func newVerifiedTokens() *verifiedTokens {
	cache, _ := lru.New[string, verifiedToken](maxVerifiedTokens) // only a size below 1 is an error
	return cache
}
