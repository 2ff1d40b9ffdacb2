package client

import (
	"context"
	"time"

	"cognito-m2m/internal/clock"
)

// If an API refuses a token, it refuses it in every call. Within this time, all calls together cost
// at most one attempt to get another token: the credentials are read twice, and one token request
// is made, or one for each reading. After every failed attempt the time doubles.
const (
	recheckInterval = time.Minute
	longestRecheck  = 8 * time.Minute
)

const (
	// longestCall is how long a call for a token waits.
	longestCall = time.Minute
	// flightTimeout bounds everything that is done to get one token, so that a waiting call learns
	// why there is none.
	flightTimeout = longestCall - 5*time.Second
)

// flight gets one token, for all calls that wait for it.
type flight struct {
	background bool // not needed yet: the old token is still usable
	recheck    bool // needed, because the API refused the old token
	done       chan struct{}
	token      *token // set once done is closed, as is err
	err        error
}

// landed is a flight that has ended with this token.
func landed(token *token) *flight {
	f := &flight{done: make(chan struct{}), token: token}
	close(f.done)
	return f
}

func (f *flight) wait(ctx context.Context) (*token, error) {
	select {
	case <-f.done:
		return f.token, f.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// depart starts a flight; s.mu is held. The flight keeps the values of ctx, such as a trace, but
// does not end with it: other callers wait for the same token.
func (s *TokenSource) depart(ctx context.Context, background bool, get func(context.Context) (*token, error)) *flight {
	f := &flight{background: background, done: make(chan struct{})}
	s.flight = f
	go func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), flightTimeout)
		defer cancel()
		f.token, f.err = get(ctx)
		s.land(f)
	}()
	return f
}

func (s *TokenSource) land(f *flight) {
	defer close(f.done)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.flight = nil
	if f.err != nil {
		s.fail(f)
		return
	}
	if f.token == s.current {
		return // kept, because another token would not help
	}
	if !f.recheck {
		s.recheck = clock.Span{}
	}
	s.current, s.pause = f.token, clock.Span{}
	s.failures, s.failedBy = 0, nil
}

// fail starts a pause before the next attempt; s.mu is held.
func (s *TokenSource) fail(f *flight) {
	now := s.clock.Now()
	s.pause = now.For(backoff(firstPause, longestPause, s.failures))
	// Halved at most, so that it is never shorter than recheckInterval.
	s.recheck = now.For(backoff(2*recheckInterval, longestRecheck, s.failures))
	s.failures++
	s.failedBy = nil
	switch {
	case f.recheck:
		s.failedBy = f.err
		s.log.Warn("no other token in place of the one that the API refused", "error", f.err)
	case f.background:
		s.log.Warn("token not renewed; the old one is still usable", "error", f.err)
	default:
		s.failedBy = f.err
	}
}
