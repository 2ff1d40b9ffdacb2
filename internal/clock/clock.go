// Package clock measures time with two clocks, for what must not outlive its time.
//
// It owns the rule that either clock can end a span of time, and not what the span is for. The
// monotonic clock stands still while a machine sleeps, a virtual machine is paused or a Lambda
// environment is frozen. The wall clock can be set back. What compares with one of them alone lives
// on in one of these cases: so does a comparison of two readings of time.Now, which is one of the
// monotonic clock.
package clock

import "time"

// Clock reads both clocks. The zero Clock reads those of the machine.
type Clock struct {
	// Wall tells the time of day; nil is time.Now.
	Wall func() time.Time
	// Monotonic tells how much time has passed since some moment that stays the same; nil is the
	// runtime's monotonic clock.
	Monotonic func() time.Duration
}

// processStart is what the runtime's monotonic clock is counted from.
var processStart = time.Now()

// Now reads both clocks.
func (c Clock) Now() Instant {
	wall, monotonic := time.Now, func() time.Duration { return time.Since(processStart) }
	if c.Wall != nil {
		wall = c.Wall
	}
	if c.Monotonic != nil {
		monotonic = c.Monotonic
	}
	return Instant{wall: wall().Round(0), monotonic: monotonic()}
}

// Instant is a moment as both clocks told it. Instants of one process can be compared.
type Instant struct {
	wall      time.Time // without the monotonic reading of time.Now
	monotonic time.Duration
}

// Wall is the time of day, without a monotonic reading.
func (i Instant) Wall() time.Time { return i.wall }

// Since returns how much time has passed since an earlier moment, by the clock that says more.
func (i Instant) Since(earlier Instant) time.Duration {
	return max(i.wall.Sub(earlier.wall), i.monotonic-earlier.monotonic)
}

// At is the moment at which the wall clock showed the given time, for a time that was stored or
// sent and so has no monotonic reading. It is as long ago by the monotonic clock as it now is by
// the wall clock.
func (i Instant) At(wall time.Time) Instant {
	return Instant{wall: wall.Round(0), monotonic: i.monotonic - i.wall.Sub(wall)}
}

// For is the span of this length that begins now.
func (i Instant) For(length time.Duration) Span { return Span{start: i, length: length} }

// Span is a stretch of time. The zero Span is over.
type Span struct {
	start  Instant
	length time.Duration
}

// Over says whether the span has ended by either clock.
func (s Span) Over(now Instant) bool { return now.Since(s.start) >= s.length }
