package main

import (
	"errors"

	"cognito-m2m/internal/jwtauth"
)

// Reasons to refuse a request beyond those of package jwtauth, as the log has them.
var (
	errEvent    = errors.New("the event is not one of a REQUEST authorizer in payload format 2.0")
	errIdentity = errors.New("the identity sources are not the token and the route")
	errRoute    = errors.New("the route has no scopes in this function's file")
	errHeader   = errors.New("go-jose can't read the token's header")
	errUse      = errors.New("the token is not an access token")
	errClient   = errors.New("the token names no client that could be refused")
	errAudience = errors.New("the token is for others than its client")
	errScope    = errors.New("the token has none of the route's scopes")
	errRefused  = errors.New("the client is refused")

	errNoKeys = errors.New("the user pool's keys can't be read")
	errNoList = errors.New("the list of refused clients can't be read")
)

// reason is what the log says: the reason, and the part of the token that it is about. Neither has
// anything that the caller wrote.
func reason(err error) string {
	if flaw, ok := errors.AsType[*jwtauth.Flaw](err); ok {
		return flaw.Error() + " (" + flaw.Part + ")"
	}
	return err.Error()
}
