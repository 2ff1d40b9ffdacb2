package m2mtest

import (
	"sync"
	"time"
)

// Clock is a wall clock and a monotonic one, which only move when told to.
type Clock struct {
	mu        sync.Mutex
	now       time.Time
	monotonic time.Duration
}

// NewClock shows a time.
func NewClock(now time.Time) *Clock { return &Clock{now: now} }

// Now is the time by the wall clock.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Monotonic is how much time has passed since NewClock by the monotonic clock.
func (c *Clock) Monotonic() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.monotonic
}

// Advance lets time pass by both clocks.
func (c *Clock) Advance(d time.Duration) { c.Move(d, d) }

// Move sets the two clocks apart: the monotonic one stands still in a machine that sleeps, the wall
// clock goes back in the hands of who sets it.
func (c *Clock) Move(wall, monotonic time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now, c.monotonic = c.now.Add(wall), c.monotonic+monotonic
}
