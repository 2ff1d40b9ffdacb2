package main

import (
	"cmp"
	"context"

	"github.com/go-jose/go-jose/v4"

	"cognito-m2m/internal/jwtauth"
)

// tokenAlgorithm is what the pool signs with, and nothing else is verified.
const tokenAlgorithm = jose.RS256

// signed returns the claims of a token that the pool has signed. The library decodes and verifies.
// Package jwtauth is stricter about the form of a token, and refuses members of the header that
// would change how it is read.
func (a *authorizer) signed(ctx context.Context, raw string) (jwtauth.Claims, error) {
	form, err := jwtauth.Parse(raw)
	if err != nil {
		return nil, err
	}
	if err := cmp.Or(form.CheckMembers(), form.CheckKeyID()); err != nil {
		return nil, err
	}
	if form.Algorithm() != string(tokenAlgorithm) {
		return nil, jwtauth.ErrAlgorithm
	}
	token, err := jose.ParseSignedCompact(raw, []jose.SignatureAlgorithm{tokenAlgorithm})
	if err != nil {
		return nil, errHeader // the library's words may repeat the token's
	}
	key, err := a.keys.find(ctx, form.KeyID())
	if err != nil {
		return nil, err
	}
	public, err := key.For(tokenAlgorithm)
	if err != nil {
		return nil, err
	}
	payload, err := token.Verify(public)
	if err != nil {
		return nil, jwtauth.ErrSignature
	}
	return jwtauth.DecodeClaims(payload)
}

// checkUse refuses what is not an access token, such as an ID token of the same pool.
func checkUse(claims jwtauth.Claims) error {
	if claims["token_use"] != "access" {
		return errUse
	}
	return nil
}

// clientOf returns the app client that got a token. Cognito's tokens have no aud, or, from a
// trigger, one that is equal to the client's id.
func clientOf(claims jwtauth.Claims) (string, error) {
	id, _ := claims["client_id"].(string)
	if !nameable.MatchString(id) {
		return "", errClient
	}
	if _, named, _ := claims.Audience(); len(named) != 1 || named[0] != id {
		return "", errAudience
	}
	return id, nil
}
