package client

import (
	"math/rand/v2"
	"regexp"
	"time"

	"golang.org/x/oauth2"
)

// longestLifetime is the longest that Cognito lets an access token live; what claims more is cut to it.
const longestLifetime = 24 * time.Hour

// bearerSyntax is the form of a bearer token: b64token of RFC 6750 section 2.1.
var bearerSyntax = regexp.MustCompile(`^[A-Za-z0-9._~+/-]+=*$`)

// token is an access token with its times. It never changes.
type token struct {
	value   string
	issued  time.Time
	renew   time.Time // from here on a new one is asked for, while this one still serves
	expires time.Time
	// replacement says that it was asked for with unchanged credentials because the API refused the token
	// before it. If it is refused as well, another one would not help.
	replacement bool
}

// newToken plans the renewal at 75 to 80 % of the lifetime: apart from each other for processes that
// started together.
func newToken(value string, issued time.Time, lifetime time.Duration) *token {
	share := 0.75 + 0.05*rand.Float64() //nolint:gosec // spreads load, protects nothing
	return &token{
		value:   value,
		issued:  issued,
		renew:   issued.Add(time.Duration(share * float64(lifetime))),
		expires: issued.Add(lifetime),
	}
}

// servesAt says whether the token can still be sent. It stops a little before the token expires, for the
// time that a request is on its way and for clocks that differ.
func (t *token) servesAt(now time.Time) bool {
	if t == nil {
		return false
	}
	margin := min(10*time.Second, t.expires.Sub(t.issued)/10)
	return now.Before(t.expires.Add(-margin))
}

func (t *token) oauth2() *oauth2.Token {
	return &oauth2.Token{AccessToken: t.value, TokenType: "Bearer", Expiry: t.expires}
}
