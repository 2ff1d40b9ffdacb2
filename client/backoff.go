package client

import (
	"context"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

// A token request is tried this many times in all, with waits that double in between.
const (
	tries             = 4
	firstWait         = 250 * time.Millisecond
	longestWait       = 10 * time.Second
	longestRetryAfter = 20 * time.Second
)

// backoff is the wait after n failures: it doubles from first to longest, and is cut by up to half
// at random, so that clients that failed together do not retry together.
func backoff(first, longest time.Duration, n int) time.Duration {
	wait := longest
	if n < 16 { // beyond, the shift could overflow
		wait = min(first<<n, longest)
	}
	return wait/2 + rand.N(wait/2+1) //nolint:gosec // spreads load, protects nothing
}

// sleep returns false at once if ctx would end before the wait does, so that the caller gets the
// failure that caused the wait, not a deadline.
func sleep(ctx context.Context, wait time.Duration) bool {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= wait {
		return false
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// retryAfter reads the header of that name (RFC 9110 section 10.2.3), seconds or a date; 0 without
// one.
func retryAfter(header http.Header, now time.Time) time.Duration {
	value := header.Get("Retry-After")
	var wait time.Duration
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		wait = time.Duration(seconds) * time.Second
	} else if date, err := http.ParseTime(value); err == nil {
		wait = max(0, date.Sub(now))
	}
	return min(wait, longestRetryAfter)
}
