package jwtauth

import (
	"cmp"
	"hash/maphash"
	"sync"
	"sync/atomic"

	lru "github.com/hashicorp/golang-lru/v2"

	"cognito-m2m/internal/clock"
)

// Verifier is a JWT authorizer: an issuer, and whom its tokens must be for.
type Verifier struct {
	keys     *KeyCache
	audience []string
	verified *verifiedTokens
	seed     maphash.Seed           // of the keys that verified has
	header   atomic.Pointer[header] // of the token that was verified last
}

// NewVerifier makes a verifier of the tokens of an issuer, which is that of keys. Verifiers can
// share the keys.
func NewVerifier(keys *KeyCache, audience []string) *Verifier {
	verified, _ := lru.New[uint64, verifiedToken](maxVerifiedTokens) // only a size below 1 is an error
	return &Verifier{keys: keys, audience: audience, verified: verified, seed: maphash.MakeSeed()}
}

// Verify checks a token in AWS's order: shape, key and signature, claims. Its errors are the
// reasons of this package. The claims are shared by every request with this token and must not be
// changed.
func (v *Verifier) Verify(raw string) (Claims, error) {
	signed, err := v.signed(raw)
	if err != nil {
		return nil, err
	}
	now := v.keys.clock.Now()
	latest := signed.since.Wall().Add(now.Since(signed.since))
	if err := signed.claims.check(v.keys.issuer, v.audience, now.Wall(), latest); err != nil {
		return nil, err
	}
	return signed.claims, nil
}

// signed returns what a token says, if the issuer signed it. Shape and signature are checked once
// for each token and key, since a caller sends one token for as long as it is valid and RSA takes
// most of a refusal's time. Whether the key is still the issuer's is asked every time.
func (v *Verifier) signed(raw string) (verifiedToken, error) {
	hash := maphash.String(v.seed, raw)
	known, isKnown := v.verified.Get(hash)
	if isKnown = isKnown && known.raw == raw; isKnown {
		key, err := v.keys.find(known.keyID)
		if err != nil {
			return verifiedToken{}, err
		}
		if key.equal(known.key) {
			return known, nil
		}
	}
	verified, err := v.checkSignature(raw)
	if err != nil {
		return verifiedToken{}, err
	}
	verified.since = v.keys.clock.Now()
	if isKnown {
		verified.since = known.since
	}
	v.verified.Add(hash, verified)
	return verified, nil
}

func (v *Verifier) checkSignature(raw string) (verifiedToken, error) {
	token := tokens.Get().(*Token) // New makes nothing else
	defer tokens.Put(token)
	if err := token.parse(raw, v.header.Load()); err != nil {
		return verifiedToken{}, err
	}
	if err := cmp.Or(token.CheckMembers(), token.CheckKeyID()); err != nil {
		return verifiedToken{}, err
	}
	key, err := v.keys.find(token.KeyID())
	if err != nil {
		return verifiedToken{}, err
	}
	if err := token.CheckSignature(key); err != nil {
		return verifiedToken{}, err
	}
	v.header.Store(token.header)
	claims, err := token.Claims()
	if err != nil {
		return verifiedToken{}, err
	}
	return verifiedToken{raw: raw, keyID: token.KeyID(), key: key, claims: claims}, nil
}

// tokens are taken apart one after the other, in the same memory.
var tokens = sync.Pool{New: func() any { return new(Token) }}

// maxVerifiedTokens is how many tokens a Verifier remembers: about a megabyte of them, and five for
// each of the 50 clients it can have.
const maxVerifiedTokens = 250

// verifiedTokens holds the tokens used last, by a hash of the whole token as it came. Only a token
// that the issuer signed gets in, so nobody else can push one out. One of two with the same hash is
// there.
type verifiedTokens = lru.Cache[uint64, verifiedToken]

// verifiedToken is a token whose signature fits key. That says nothing about its claims yet.
type verifiedToken struct {
	raw    string
	keyID  string
	key    Key
	claims Claims
	since  clock.Instant // when it was seen first, so that a clock set back does not lengthen its life
}
