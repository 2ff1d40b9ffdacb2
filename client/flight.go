package client

import (
	"context"
	"time"

	"cognito-m2m/internal/clock"
)

// flightTimeout bounds everything that is done to get one token.
const flightTimeout = time.Minute

// flight is the getting of one token, for everybody who waits for it.
type flight struct {
	background bool // nobody needs it: the token before still serves
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
	s.current, s.pause = f.token, clock.Span{}
	s.failures, s.failedBy, s.failed = 0, nil, clock.Span{}
}

// fail keeps what has failed from being tried again at once; s.mu is held.
func (s *TokenSource) fail(f *flight) {
	pause := s.clock.Now().For(backoff(firstPause, longestPause, s.failures))
	s.failures++
	if !f.background {
		s.failedBy, s.failed = f.err, pause
		return
	}
	s.log.Warn("token not renewed; the old one still serves", "error", f.err)
	s.pause = pause
}
