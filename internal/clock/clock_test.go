package clock_test

import (
	"testing"
	"testing/synctest"
	"time"

	"cognito-m2m/internal/clock"
	"cognito-m2m/internal/clock/clocktest"
)

func TestEitherClockEndsASpan(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name            string
		wall, monotonic time.Duration // how far each clock goes
		over            bool
	}{
		{"both short of it", 59 * time.Second, 59 * time.Second, false},
		{"both", time.Minute, time.Minute, true},
		{"the machine slept", 2 * time.Hour, 0, true},
		{"the wall clock stands still", 0, time.Minute, true},
		{"the wall clock was set back", -2 * time.Hour, time.Minute, true},
		{"the wall clock was set back, too soon", -2 * time.Hour, 59 * time.Second, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			wall, monotonic := time.Date(2031, 2, 3, 4, 5, 6, 0, time.UTC), 7*time.Hour
			both := clock.Clock{
				Wall:      func() time.Time { return wall },
				Monotonic: func() time.Duration { return monotonic },
			}
			span := both.Now().For(time.Minute)
			stored := both.Now().At(wall.Add(-time.Hour)).For(time.Hour + time.Minute)
			wall, monotonic = wall.Add(c.wall), monotonic+c.monotonic
			if got := span.Over(both.Now()); got != c.over {
				t.Errorf("a minute: over %t, want %t", got, c.over)
			}
			if got := stored.Over(both.Now()); got != c.over {
				t.Errorf("the last minute of a span that began before: over %t, want %t", got, c.over)
			}
		})
	}
}

func TestZeroSpanIsOver(t *testing.T) {
	t.Parallel()
	var machine clock.Clock
	if !(clock.Span{}).Over(machine.Now()) {
		t.Error("the zero span has not ended")
	}
}

// The zero Clock does what it is there for with the readings of time.Now.
func TestMachinesClocks(t *testing.T) {
	t.Parallel()
	var asleep time.Duration
	c := clock.Clock{Wall: func() time.Time { return clocktest.Asleep(t, time.Now(), asleep) }}
	span := c.Now().For(time.Hour)
	if span.Over(c.Now()) {
		t.Error("an hour has passed at once")
	}
	asleep = time.Hour
	if !span.Over(c.Now()) {
		t.Error("an hour of sleep has not passed")
	}
	synctest.Test(t, func(t *testing.T) {
		var machine clock.Clock
		span := machine.Now().For(time.Hour)
		time.Sleep(time.Hour - 1)
		if span.Over(machine.Now()) {
			t.Error("an hour has passed too soon")
		}
		time.Sleep(time.Nanosecond)
		if !span.Over(machine.Now()) {
			t.Error("an hour has not passed after an hour")
		}
		if shown := machine.Now().Wall(); !shown.Equal(time.Now()) || shown != shown.Round(0) {
			t.Errorf("wall clock: got %s, want %s without a monotonic reading", shown, time.Now())
		}
	})
}
