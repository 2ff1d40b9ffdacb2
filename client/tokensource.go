package client

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"golang.org/x/oauth2"
)

// After a failure the token endpoint is left alone for a pause that doubles with every further one.
const (
	firstPause   = time.Second
	longestPause = 30 * time.Second
)

// TokenSource serves one token to any number of goroutines. It implements [oauth2.TokenSource].
//
// Once 75 to 80 % of the token's lifetime have passed, the next call starts a renewal in the background and
// still gets the old token, as do all calls until the renewal has succeeded or the old token is about to
// expire. A call that finds no token that serves waits for one.
type TokenSource struct {
	issuer         *issuer // used by one flight at a time
	transport      http.RoundTripper
	allowPlainHTTP bool
	now            func() time.Time
	log            *slog.Logger

	mu       sync.Mutex
	current  *token
	renewAt  time.Time
	flight   *flight // nil when nothing is under way
	failures int     // in a row
	failedBy error   // the answer until failedTo when there is no token
	failedTo time.Time
}

var _ oauth2.TokenSource = (*TokenSource)(nil)

// NewTokenSource returns a source of tokens. It reads no credentials and sends no request before the first
// call for a token.
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
		now:            config.Now,
		log:            config.Log,
	}, nil
}

// Token is [TokenSource.TokenContext] without a context. It can wait for as long as a minute.
func (s *TokenSource) Token() (*oauth2.Token, error) { return s.TokenContext(context.Background()) }

// TokenContext returns the token that is in force. Its errors are those of the credentials' source, among
// them [ErrNotRotated]; [*RefusalError] for what the token endpoint refused; ctx.Err(); and errors of the
// network. A request that is under way when ctx ends is finished for the other callers.
func (s *TokenSource) TokenContext(ctx context.Context) (*oauth2.Token, error) {
	token, err := s.token(ctx)
	if err != nil {
		return nil, err
	}
	return token.oauth2(), nil
}

func (s *TokenSource) token(ctx context.Context) (*token, error) {
	for {
		token, flight, err := s.tokenOrFlight(ctx)
		if flight == nil {
			return token, err
		}
		token, err = flight.wait(ctx)
		// A background flight that fails must not fail a call that needs a token: it starts its own.
		if err == nil || !flight.background || ctx.Err() != nil {
			return token, err
		}
	}
}

// tokenOrFlight returns the token or error that can be told at once, or the flight to wait for.
func (s *TokenSource) tokenOrFlight(ctx context.Context) (*token, *flight, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if s.current.servesAt(now) {
		if s.flight == nil && !now.Before(s.renewAt) {
			s.depart(ctx, true, func(ctx context.Context) (*token, error) { return s.issuer.issue(ctx, need{}) })
		}
		return s.current, nil, nil
	}
	if s.flight != nil {
		return nil, s.flight, nil
	}
	if now.Before(s.failedTo) {
		return nil, nil, s.failedBy
	}
	return nil, s.depart(ctx, false, func(ctx context.Context) (*token, error) { return s.issuer.issue(ctx, need{}) }), nil
}

// replace is told that the API refused a token. It returns the flight that looks for another; its token is
// the refused one if another would not help.
func (s *TokenSource) replace(ctx context.Context, old *token) *flight {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current != old {
		return landed(s.current)
	}
	if s.flight != nil {
		return s.flight
	}
	return s.depart(ctx, true, func(ctx context.Context) (*token, error) { return s.issuer.replace(ctx, old) })
}
