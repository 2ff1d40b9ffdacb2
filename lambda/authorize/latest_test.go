package main

import (
	"context"
	"testing"

	"cognito-m2m/internal/clock"
)

// A caller that finds a read due, and comes when another has just made it, makes none.
func TestSomeoneHasReadSince(t *testing.T) {
	t.Parallel()
	reads, looks := 0, 0
	read := func(context.Context) (int, error) { reads++; return reads, nil }
	l := newLatest(source[int]{read: read, failed: func(err error) { t.Error(err) }}, clock.Clock{})
	l.get(t.Context(), func(*reading[int], clock.Instant) bool { looks++; return looks == 1 })
	if reads != 0 || looks != 2 {
		t.Errorf("%d reads after %d looks", reads, looks)
	}
}

// What was read is as old as the moment in which the read began.
func TestAgeCountsFromTheBeginning(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	begun := w.clock.Now()
	read := func(context.Context) (int, error) { w.clock.Advance(7); return 1, nil }
	l := newLatest(source[int]{read: read}, w.authorizer.clock)
	got := l.get(t.Context(), func(r *reading[int], _ clock.Instant) bool { return !r.known })
	if !got.begun.Wall().Equal(begun) || !got.tried.Wall().Equal(begun) {
		t.Errorf("begun %s and tried %s, want %s", got.begun.Wall(), got.tried.Wall(), begun)
	}
}
