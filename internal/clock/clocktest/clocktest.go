// Package clocktest sets the two readings of a time.Time apart, which package time does for nobody.
package clocktest

import (
	"testing"
	"time"
	"unsafe"
)

// Asleep returns now as time.Now would return it had the machine slept for some time before: the
// wall clock has gone on for whole seconds, its monotonic reading has not.
func Asleep(t testing.TB, now time.Time, slept time.Duration) time.Time {
	t.Helper()
	const secondsShift = 30 // below the seconds of a time.Time with a monotonic reading there are its nanoseconds
	later := now
	*(*uint64)(unsafe.Pointer(&later)) += uint64(slept/time.Second) << secondsShift //nolint:gosec // the test fails where this does something else
	if later.Sub(now) != 0 || later.Round(0).Sub(now.Round(0)) != slept.Truncate(time.Second) {
		t.Fatal("this Go has another time.Time: the readings can't be set apart in this way")
	}
	return later
}
