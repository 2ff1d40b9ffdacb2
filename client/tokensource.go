package client

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"golang.org/x/oauth2"

	"cognito-m2m/internal/clock"
)

// After a failure no token is requested for a pause, which doubles with every further failure.
const (
	firstPause   = time.Second
	longestPause = 30 * time.Second
)

// TokenSource serves one token to any number of goroutines. It implements [oauth2.TokenSource].
//
// Once 75 to 80 % of the token's lifetime have passed, the next call starts a renewal in the
// background and still gets the old token, as do all calls until the renewal has succeeded or the
// old token is about to expire. A call that finds no usable token waits for one.
type TokenSource struct {
	issuer         *issuer // used by one flight at a time
	transport      http.RoundTripper
	allowPlainHTTP bool
	clock          clock.Clock
	log            *slog.Logger

	mu       sync.Mutex
	current  *token
	flight   *flight    // nil when nothing is under way
	failures int        // in a row
	pause    clock.Span // after a failure
	failedBy error      // the answer during a pause when there is no token; nil if no call needed one
	refused  *token     // by the API
	recheck  clock.Span // until it is over, a refused token is not replaced
}

var _ oauth2.TokenSource = (*TokenSource)(nil)

// NewTokenSource returns a source of tokens. It reads no credentials and sends no request before
// the first call for a token.
func NewTokenSource(config Config) (*TokenSource, error) {
	config, err := config.withDefaults()
	if err != nil {
		return nil, err
	}
	issuer, err := newIssuer(config)
	if err != nil {
		return nil, err
	}
	return &TokenSource{
		issuer:         issuer,
		transport:      config.Transport,
		allowPlainHTTP: config.AllowPlainHTTP,
		clock:          config.clock(),
		log:            config.Log,
	}, nil
}

// Token is [TokenSource.TokenContext] without a context. It can wait for as long as a minute.
func (s *TokenSource) Token() (*oauth2.Token, error) { return s.TokenContext(context.Background()) }

// TokenContext returns the token that is in force. Its errors are those of the credentials' source,
// among them [ErrNotRotated]; [*RefusalError] for what the token endpoint refused; ctx.Err(); and
// errors of the network. A request that is under way when ctx ends is finished for the other
// callers.
func (s *TokenSource) TokenContext(ctx context.Context) (*oauth2.Token, error) {
	token, err := s.token(ctx)
	if err != nil {
		return nil, err
	}
	return token.oauth2(), nil
}

func (s *TokenSource) token(ctx context.Context) (*token, error) {
	token, flight, err := s.tokenOrFlight(ctx)
	if flight == nil {
		return token, err
	}
	return s.await(ctx, flight)
}

func (s *TokenSource) await(ctx context.Context, flight *flight) (token *token, err error) {
	limited, cancel := context.WithTimeout(ctx, longestCall)
	defer cancel()
	for flight != nil {
		token, err = flight.wait(limited)
		if err != nil && limited.Err() != nil && ctx.Err() == nil {
			return nil, fmt.Errorf("no token within %s: %w", longestCall, err)
		}
		// A flight that began while the old token was usable may have kept it, or have failed when
		// no call needed it. A call that needs a token starts its own.
		if !flight.background || ctx.Err() != nil || err == nil && token.servesAt(s.clock.Now()) {
			return token, err
		}
		token, flight, err = s.tokenOrFlight(ctx)
	}
	return token, err
}

// tokenOrFlight returns a token or error if one is known now, or else the flight to wait for.
func (s *TokenSource) tokenOrFlight(ctx context.Context) (*token, *flight, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock.Now()
	if s.current.servesAt(now) {
		if s.flight == nil && s.current.fresh.Over(now) && s.mayRenew(now) {
			s.depart(ctx, true, s.next())
		}
		return s.current, nil, nil
	}
	if s.flight != nil {
		return nil, s.flight, nil
	}
	if s.failedBy != nil && !s.pause.Over(now) {
		return nil, nil, s.failedBy
	}
	return nil, s.depart(ctx, false, s.next()), nil
}

// next gets another token than the current one, whose time is over. The cache may still return that
// one: its file knows only the wall clock. s.mu is held.
func (s *TokenSource) next() func(context.Context) (*token, error) {
	var need need
	if s.current != nil {
		need.not = s.current.value
	}
	return func(ctx context.Context) (*token, error) { return s.issuer.issue(ctx, need) }
}

// mayRenew says whether another token may be requested while the current one is usable; s.mu is
// held.
func (s *TokenSource) mayRenew(now clock.Instant) bool {
	return s.pause.Over(now) && (s.refused != s.current || s.recheck.Over(now))
}

// replace is for a token that the API refused. It returns the flight that gets another; its token
// is the refused one if another would not help, or if it is too soon to try again.
func (s *TokenSource) replace(ctx context.Context, old *token) *flight {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current != old {
		return landed(s.current)
	}
	now := s.clock.Now()
	s.refused = old
	if s.flight == nil {
		if !s.mayRenew(now) {
			return landed(old)
		}
		s.depart(ctx, true, func(ctx context.Context) (*token, error) { return s.issuer.replace(ctx, old) })
	}
	if !s.flight.recheck {
		s.flight.recheck, s.recheck = true, now.For(recheckInterval)
	}
	return s.flight
}
