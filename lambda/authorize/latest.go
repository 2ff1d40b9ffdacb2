package main

import (
	"context"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"

	"cognito-m2m/internal/clock"
)

// latest is what was read last from somewhere else. Calls that need it read anew at once share one
// read. Between two invocations Lambda stops the process, and its monotonic clock may stop too:
// hence ages by either of two clocks, and no reading in the background.
type latest[T any] struct {
	source[T]

	clock   clock.Clock
	flight  singleflight.Group
	current atomic.Pointer[reading[T]]
}

// source is where something is read.
type source[T any] struct {
	read   func(context.Context) (T, error)
	limit  time.Duration // how long a read may take
	failed func(error)   // is told why one failed
}

// reading is what is known at a time. It is never changed after it is stored.
type reading[T any] struct {
	value T
	known bool          // whether there was ever a read that succeeded
	begun clock.Instant // when that began: the value is not older
	tried clock.Instant // when the last read began, whatever became of it
}

func newLatest[T any](from source[T], c clock.Clock) *latest[T] {
	l := &latest[T]{source: from, clock: c}
	l.current.Store(&reading[T]{})
	return l
}

// get returns what is known, read anew before if that is due. A caller whose time is up gets what
// was known before.
func (l *latest[T]) get(ctx context.Context, isDue func(r *reading[T], now clock.Instant) bool) *reading[T] {
	if known := l.current.Load(); !isDue(known, l.clock.Now()) {
		return known
	}
	done := l.flight.DoChan("", func() (any, error) {
		// Someone may have read since the caller looked.
		if known, now := l.current.Load(), l.clock.Now(); isDue(known, now) {
			l.current.Store(l.next(ctx, *known, now))
		}
		return nil, nil
	})
	select {
	case <-done:
	case <-ctx.Done():
	}
	return l.current.Load()
}

// next reads. It is not bound to one request's time, since others may be waiting for the same.
func (l *latest[T]) next(ctx context.Context, known reading[T], now clock.Instant) *reading[T] {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), l.limit)
	defer cancel()
	value, err := l.read(ctx)
	known.tried = now
	if err != nil {
		l.failed(err)
		return &known
	}
	known.value, known.known, known.begun = value, true, now
	return &known
}
