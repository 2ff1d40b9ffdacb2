package main

import (
	"cmp"
	"context"
	"crypto/rsa"

	"github.com/go-jose/go-jose/v4"

	"cognito-m2m/internal/jwtauth"
)

// tokenAlgorithm is what the pool signs with, and nothing else is verified.
const tokenAlgorithm = jose.RS256

// maxVerified is how many tokens a process remembers, a few megabytes of them.
const maxVerified = 1_000

// verified is a token whose signature is that of a key. That says nothing about its claims yet.
type verified struct {
	keyID  string
	public *rsa.PublicKey
	claims jwtauth.Claims
}

// signed returns the claims of a token that the pool has signed. The signature is verified once for
// each token and key: RSA takes most of a request's time, and a client sends one token for as long
// as it is valid. Whether the key is still the pool's is asked every time.
func (a *authorizer) signed(ctx context.Context, raw string) (jwtauth.Claims, error) {
	if known, ok := a.verified.Get(raw); ok {
		public, err := a.publicKey(ctx, known.keyID)
		if err != nil {
			return nil, err
		}
		if public.Equal(known.public) {
			return known.claims, nil
		}
	}
	token, err := a.verify(ctx, raw)
	if err != nil {
		return nil, err
	}
	a.verified.Add(raw, token)
	return token.claims, nil
}

// verify has the library decode and verify. Package jwtauth is stricter about the form of a token,
// and refuses members of the header that would change how it is read.
func (a *authorizer) verify(ctx context.Context, raw string) (verified, error) {
	form, err := jwtauth.Parse(raw)
	if err != nil {
		return verified{}, err
	}
	if err := cmp.Or(form.CheckMembers(), form.CheckKeyID()); err != nil {
		return verified{}, err
	}
	if form.Algorithm() != string(tokenAlgorithm) {
		return verified{}, jwtauth.ErrAlgorithm
	}
	token, err := jose.ParseSignedCompact(raw, []jose.SignatureAlgorithm{tokenAlgorithm})
	if err != nil {
		return verified{}, errHeader // the library's words may repeat the token's
	}
	public, err := a.publicKey(ctx, form.KeyID())
	if err != nil {
		return verified{}, err
	}
	payload, err := token.Verify(public)
	if err != nil {
		return verified{}, jwtauth.ErrSignature
	}
	claims, err := jwtauth.DecodeClaims(payload)
	return verified{form.KeyID(), public, claims}, err
}

func (a *authorizer) publicKey(ctx context.Context, id string) (*rsa.PublicKey, error) {
	key, err := a.keys.find(ctx, id)
	if err != nil {
		return nil, err
	}
	return key.For(tokenAlgorithm)
}

// checkUse refuses what is not an access token, such as an ID token of the same pool.
func checkUse(claims jwtauth.Claims) error {
	if use, _ := claims.String("token_use"); use != "access" {
		return errUse
	}
	return nil
}

// clientOf returns the app client that got a token. Cognito's tokens have no aud, or, from a
// trigger, one that is equal to the client's id.
func clientOf(claims jwtauth.Claims) (string, error) {
	id, _ := claims.String("client_id")
	if !nameable.MatchString(id) {
		return "", errClient
	}
	if _, named, _ := claims.Audience(); len(named) != 1 || named[0] != id {
		return "", errAudience
	}
	return id, nil
}
