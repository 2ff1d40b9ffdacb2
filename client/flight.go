package client

import (
	"context"
	"time"

	"cognito-m2m/internal/clock"
)

// An API that refuses a token does so with every call. What the calls of this time cost is at most one attempt at
// another token: two readings of the credentials, and the tries of one token request or of one for each reading. With
// every attempt that fails the time doubles.
const (
	recheckInterval = time.Minute
	longestRecheck  = 8 * time.Minute
)

const (
	// longestCall is how long a call for a token waits.
	longestCall = time.Minute
	// flightTimeout bounds everything that is done to get one token, so that who waits for it gets to know why not.
	flightTimeout = longestCall - 5*time.Second
)

// flight is the getting of one token, for everybody who waits for it.
type flight struct {
	background bool // nobody needs it: the token before still serves
	recheck    bool // somebody does: the API refused the token before
	done       chan struct{}
	token      *token // these two are set once done is closed
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

// depart starts a flight; s.mu is held. The flight keeps the values of ctx, such as a trace, but not its
// end: other callers wait for the same token.
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
		return // kept, because another would not help
	}
	if !f.recheck {
		s.recheck = clock.Span{}
	}
	s.current, s.pause = f.token, clock.Span{}
	s.failures, s.failedBy = 0, nil
}

// fail keeps what has failed from being tried again at once; s.mu is held.
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
		s.log.Warn("no other token for the one that the API refused", "error", f.err)
	case f.background:
		s.log.Warn("token not renewed; the old one still serves", "error", f.err)
	default:
		s.failedBy = f.err
	}
}
