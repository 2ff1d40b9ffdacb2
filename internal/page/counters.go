package page

import (
	"cmp"
	"maps"
	"math"
	"net/http"
	"slices"
	"time"

	"cognito-m2m/internal/serving"
)

// The charts show the last five minutes, in steps of five seconds.
const (
	step  = 5 * time.Second
	steps = 60
)

// counters count what the deployed dashboard shows.
type counters struct {
	window  [steps]bucket // by the number of the step, round and round
	total   int
	clients map[string]int
	reasons map[string]int
}

// bucket is what happened in one step.
type bucket struct {
	step            int64 // since 1970; another one than expected is too old
	calls           int
	refused, failed int // 4xx and 5xx
	slowness        slowness
	rotated, broken int // rotations that ended, and that failed
}

// mostKinds bounds how many clients and reasons are told apart.
const mostKinds = 100

// others is what they are counted under beyond that.
const others = "others"

func newCounters(time.Time) counters {
	return counters{clients: map[string]int{}, reasons: map[string]int{}}
}

func stepOf(at time.Time) int64 { return at.Unix() / int64(step/time.Second) }

// at is the bucket of a time that is not older than the window.
func (c *counters) at(at time.Time) *bucket {
	n := stepOf(at)
	b := &c.window[n%steps]
	if b.step < n {
		*b = bucket{step: n}
	}
	return b
}

func (c *counters) add(r serving.Request) {
	b := c.at(r.Received.Add(r.Duration))
	c.total++
	b.calls++
	b.slowness.add(r.Duration)
	switch {
	case r.Status >= http.StatusInternalServerError:
		b.failed++
	case r.Status >= http.StatusBadRequest:
		b.refused++
	}
	count(c.clients, cmp.Or(r.Client, "no valid token"))
	if r.Refused != "" {
		count(c.reasons, r.Refused)
	}
}

func count(kinds map[string]int, kind string) {
	if _, known := kinds[kind]; !known && len(kinds) >= mostKinds {
		kind = others
	}
	kinds[kind]++
}

// recent are the buckets of the window that ends now, the oldest first.
func (c *counters) recent(now time.Time) []bucket {
	last := stepOf(now)
	all := make([]bucket, steps)
	for i := range all {
		n := last - int64(steps-1-i)
		if b := c.window[n%steps]; b.step == n {
			all[i] = b
		}
	}
	return all
}

// share is one of the most frequent kinds.
type share struct {
	Name  string
	Count int
}

// largest are the most frequent kinds; the rest are one of their own.
func largest(kinds map[string]int, most int) (shares []share) {
	names := slices.SortedFunc(maps.Keys(kinds), func(a, b string) int {
		return cmp.Or(cmp.Compare(kinds[b], kinds[a]), cmp.Compare(a, b))
	})
	rest := 0
	for i, name := range names {
		if i < most && name != others {
			shares = append(shares, share{name, kinds[name]})
		} else {
			rest += kinds[name]
		}
	}
	if rest > 0 {
		shares = append(shares, share{others, rest})
	}
	return shares
}

// slowness counts durations in classes, each a twentieth longer than the one before: a percentile
// is true to that. The first class ends at 0.1 ms, and the last has all above half a minute.
type slowness [classes]uint32

const (
	classes   = 260
	shortest  = 0.1 // ms
	longerBy  = 1.05
	noLatency = -1 // of a step without a call
)

func (s *slowness) add(d time.Duration) {
	ms := float64(d) / float64(time.Millisecond)
	class := 0
	if ms > shortest {
		class = int(math.Ceil(math.Log(ms/shortest) / math.Log(longerBy)))
	}
	s[min(class, classes-1)]++
}

// percentile is a bound that so large a share of the durations are within, in ms.
func (s *slowness) percentile(of float64) float64 {
	total := 0
	for _, n := range s {
		total += int(n)
	}
	if total == 0 {
		return noLatency
	}
	wanted, seen := int(math.Ceil(of*float64(total))), 0
	for class, n := range s {
		if seen += int(n); seen >= wanted {
			return shortest * math.Pow(longerBy, float64(class))
		}
	}
	return noLatency
}
