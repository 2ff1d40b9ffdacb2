package client

import (
	"math/rand/v2"
	"regexp"
	"time"

	"golang.org/x/oauth2"

	"cognito-m2m/internal/clock"
	"cognito-m2m/internal/userpool"
)

// longestLifetime is what a longer life of a token is cut to.
const longestLifetime = userpool.LongestValidity

// bearerSyntax is the form of a bearer token: b64token of RFC 6750 section 2.1.
var bearerSyntax = regexp.MustCompile(`^[A-Za-z0-9._~+/-]+=*$`)

// token is an access token with its times. It never changes.
type token struct {
	value    string
	issued   clock.Instant
	lifetime time.Duration
	fresh    clock.Span // once it is over, a new token is requested; this one is still usable
	usable   clock.Span // it ends a little before the token, for requests on their way and clocks that differ
	// replacement says that this token was requested with unchanged credentials because the API
	// refused the token before it. If the API refuses this one too, another would not help.
	replacement bool
}

// newToken plans the renewal at 75 to 80 % of the lifetime, at random, so that processes that
// started together do not renew together.
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

// expires is for other programs, so it is a time of the wall clock alone.
func (t *token) expires() time.Time { return t.issued.Wall().Add(t.lifetime) }

func (t *token) oauth2() *oauth2.Token {
	return &oauth2.Token{AccessToken: t.value, TokenType: "Bearer", Expiry: t.expires()}
}
