package explain

import (
	"time"

	"cognito-m2m/internal/jwtauth"
)

// token is what a token says. Nothing of it has been checked.
type token struct {
	*jwtauth.Token

	claims jwtauth.Claims
}

// parse decodes header and claims.
func (e *explanation) parse(compact string) (*token, bool) {
	parsed, err := jwtauth.Parse(compact)
	if err != nil {
		e.fails("form", err)
		return nil, false
	}
	claims, err := parsed.Claims()
	if err != nil {
		e.fails("form", err)
		return nil, false
	}
	e.add("form", OK, "three parts, and header and claims can be read", "")
	return &token{parsed, claims}, true
}

// text is a claim that is a string, "" if it is not.
func (t *token) text(claim string) string {
	value, _ := t.claims.String(claim)
	return value
}

// time is a claim that is a time, nil if it is not.
func (t *token) time(claim string) *time.Time {
	at, err := t.claims.Time(claim)
	if err != nil {
		return nil
	}
	at = at.UTC()
	return &at
}
