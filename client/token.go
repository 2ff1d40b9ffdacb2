package client

import (
	"math/rand/v2"
	"regexp"
	"time"

	"golang.org/x/oauth2"

	"cognito-m2m/internal/clock"
)

// longestLifetime is the longest that Cognito lets an access token live; what claims more is cut to it.
const longestLifetime = 24 * time.Hour

// bearerSyntax is the form of a bearer token: b64token of RFC 6750 section 2.1.
var bearerSyntax = regexp.MustCompile(`^[A-Za-z0-9._~+/-]+=*$`)

// token is an access token with its times. It never changes.
type token struct {
	value    string
	issued   clock.Instant
	lifetime time.Duration
	fresh    clock.Span // once it is over a new one is asked for, while this one still serves
	usable   clock.Span // it ends a little before the token, for requests on their way and clocks that differ
	// replacement says that it was asked for with unchanged credentials because the API refused the token
	// before it. If it is refused as well, another one would not help.
	replacement bool
}

// newToken plans the renewal at 75 to 80 % of the lifetime: apart from each other for processes that
// started together.
func newToken(value string, issued clock.Instant, lifetime time.Duration) *token {
	share := 0.75 + 0.05*rand.Float64() //nolint:gosec // spreads load, protects nothing
	return &token{
		value:    value,
		issued:   issued,
		lifetime: lifetime,
		fresh:    issued.For(time.Duration(share * float64(lifetime))),
		usable:   issued.For(lifetime - min(10*time.Second, lifetime/10)),
	}
}

// servesAt says whether the token can still be sent.
func (t *token) servesAt(now clock.Instant) bool { return t != nil && !t.usable.Over(now) }

// expires is told to others, so it is a time of the wall clock alone.
func (t *token) expires() time.Time { return t.issued.Wall().Add(t.lifetime) }

func (t *token) oauth2() *oauth2.Token {
	return &oauth2.Token{AccessToken: t.value, TokenType: "Bearer", Expiry: t.expires()}
}
