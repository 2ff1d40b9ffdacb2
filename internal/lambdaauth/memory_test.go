package lambdaauth_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"cognito-m2m/internal/clock"
	"cognito-m2m/internal/lambdaauth"
	"cognito-m2m/internal/m2mtest"
)

func yes(t *testing.T) *lambdaauth.Answer {
	t.Helper()
	answer, err := lambdaauth.Parse([]byte(`{"isAuthorized":true}`), true)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func TestMemory(t *testing.T) {
	t.Parallel()
	var machine clock.Clock
	answer, key, other := yes(t), lambdaauth.KeyOf("$default", []string{"a"}), lambdaauth.KeyOf("$default", []string{"b"})
	m := lambdaauth.NewMemory(time.Hour, machine)
	m.Remember(key, answer)
	if m.Recall(key) != answer {
		t.Error("an answer is forgotten")
	}
	if m.Recall(other) != nil {
		t.Error("an answer holds for another identity")
	}
	none := lambdaauth.NewMemory(0, machine)
	none.Remember(key, answer)
	if none.Recall(key) != nil {
		t.Error("an answer is remembered for no time at all")
	}
}

// Either clock can end the life of an answer, so no clock that is set back makes it longer.
func TestEitherClockEndsAnAnswer(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		wall, monotonic time.Duration // how far each clock goes
		holds           bool
	}{
		"both short of it":            {59 * time.Second, 59 * time.Second, true},
		"both":                        {time.Minute, time.Minute, false},
		"the machine slept":           {time.Minute, 0, false},
		"the wall clock was set back": {-time.Hour, time.Minute, false},
		"set back, too soon":          {-time.Hour, 59 * time.Second, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			now := m2mtest.NewClock(time.Date(2026, time.November, 22, 10, 30, 0, 0, time.UTC))
			m := lambdaauth.NewMemory(time.Minute, clock.Clock{Wall: now.Now, Monotonic: now.Monotonic})
			key := lambdaauth.KeyOf("$default", nil)
			m.Remember(key, yes(t))
			now.Move(c.wall, c.monotonic)
			if got := m.Recall(key) != nil; got != c.holds {
				t.Errorf("it holds: %t", got)
			}
		})
	}
}

// Callers choose the identities, so there is an end to how many are remembered: the one that was
// used least recently goes.
func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	const most = 10_000
	var machine clock.Clock
	m, answer := lambdaauth.NewMemory(time.Hour, machine), yes(t)
	keyOf := func(i int) lambdaauth.Key { return lambdaauth.KeyOf("$default", []string{strconv.Itoa(i)}) }
	for i := range most {
		m.Remember(keyOf(i), answer)
	}
	if m.Recall(keyOf(0)) == nil {
		t.Fatal("fewer are remembered")
	}
	m.Remember(keyOf(most), answer)
	if m.Recall(keyOf(0)) == nil || m.Recall(keyOf(most)) == nil {
		t.Error("one that was just used is forgotten")
	}
	if m.Recall(keyOf(1)) != nil {
		t.Error("all are remembered")
	}
}

func TestKeysTellApart(t *testing.T) {
	t.Parallel()
	lists := [][]string{{}, {""}, {"", ""}, {"a"}, {"a", ""}, {"", "a"}, {"a,b"}, {"a", "b"}, {"b", "a"}, {"ab"}, {"\x01a"}}
	var keys []lambdaauth.Key
	for _, stage := range []string{"$default", "dev"} {
		for _, identity := range lists {
			key := lambdaauth.KeyOf(stage, identity)
			if slices.Contains(keys, key) {
				t.Errorf("%s, %q: the key is another one's", stage, identity)
			}
			if key != lambdaauth.KeyOf(stage, identity) {
				t.Errorf("%s, %q: another key each time", stage, identity)
			}
			keys = append(keys, key)
		}
	}
}
