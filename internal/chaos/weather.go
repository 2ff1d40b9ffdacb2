package chaos

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"
)

// Config says what the weather is like.
type Config struct {
	// Rules are asked in their order, and the first that hits a request decides.
	Rules []Rule
	// Seed makes the decisions: the same one makes the same again.
	Seed uint64
	// Report hears of each event, one after the other. Required.
	Report func(Event)
	// Now is the time of events; nil is time.Now.
	Now func() time.Time
}

// Weather decides about requests. It is safe for concurrent use. A nil Weather is fair.
type Weather struct {
	rules []Rule
	seed  uint64
	now   func() time.Time

	mu      sync.Mutex
	streams map[stream]int // how many requests each has had
	used    []bool         // by rule: it was about a request
	summary Summary

	telling sync.Mutex
	report  func(Event)
}

// stream is what requests are counted by.
type stream struct {
	on            Target
	route, client string
}

// New is the weather of a run.
func New(config Config) *Weather {
	w := &Weather{rules: config.Rules, seed: config.Seed, now: config.Now, report: config.Report, streams: map[stream]int{}, used: make([]bool, len(config.Rules))}
	if w.now == nil {
		w.now = time.Now
	}
	w.summary = Summary{Seed: config.Seed, Calls: newCounts(), Tokens: newCounts()}
	return w
}

// Decision is what becomes of one request.
type Decision struct {
	Kind Kind // "" for fair weather
	// Delay is how late a Late answer is.
	Delay time.Duration
	// Within has a Cut come in the middle of the answer, not before it.
	Within bool

	of     stream
	number int
}

// Call decides about a call of a route's function by a client, each by the name that rules use; a
// client of "" is none. It has told of what it decides when it returns.
func (w *Weather) Call(route, client string) Decision {
	return w.decide(stream{on: Calls, route: route, client: client})
}

// TokenRequest decides about a token request that would be granted. What it decides is told, except
// for a rotation: whoever does that tells how it went, by Rotated.
func (w *Weather) TokenRequest(client string) Decision {
	return w.decide(stream{on: Tokens, client: client})
}

func (w *Weather) decide(of stream) Decision {
	if w == nil {
		return Decision{}
	}
	w.mu.Lock()
	w.streams[of]++
	number := w.streams[of]
	w.summary.of(of.on).Requests++
	for i, rule := range w.rules {
		w.used[i] = w.used[i] || len(rule.covers(of)) > 0
	}
	w.mu.Unlock()
	decided := w.draw(of, number)
	if decided.Kind != "" && !decided.Kind.IsRotation() {
		w.tell(decided.event(w.now()))
	}
	return decided
}

// draw is the decision about a stream's request of this number, counted from 1.
func (w *Weather) draw(of stream, number int) Decision {
	decided := Decision{of: of, number: number}
	for i, rule := range w.rules {
		kinds := rule.covers(of)
		if len(kinds) == 0 {
			continue
		}
		dice := w.dice(i, of, number)
		if dice.Float64() >= rule.Rate {
			continue
		}
		decided.Kind = kinds[dice.IntN(len(kinds))]
		delay, within := rule.Least+time.Duration(dice.Int64N(int64(rule.Most-rule.Least)+1)), dice.IntN(2) == 1
		if decided.Kind == Late {
			decided.Delay = delay
		}
		decided.Within = within && decided.Kind == Cut
		return decided
	}
	return decided
}

// dice are those of one rule for one request. They protect nothing.
func (w *Weather) dice(rule int, of stream, number int) *rand.Rand {
	text := fmt.Sprintf("%d %d %s %q %q", rule, number, of.on, of.route, of.client)
	return rand.New(rand.NewChaCha8(sha256.Sum256(binary.BigEndian.AppendUint64([]byte(text), w.seed)))) //nolint:gosec // it is to be repeatable
}

// Rotated tells how the rotation that was decided went; err says why there was none.
func (w *Weather) Rotated(decided Decision, err error) {
	event := decided.event(w.now())
	if err != nil {
		event.Failed = err.Error()
	}
	w.tell(event)
}

func (w *Weather) tell(event Event) {
	w.telling.Lock()
	defer w.telling.Unlock()
	if event.Failed == "" {
		w.mu.Lock()
		w.summary.of(event.On).Events[event.Kind]++
		w.mu.Unlock()
	}
	w.report(event)
}

// Summary is what there has been so far.
func (w *Weather) Summary() Summary {
	w.mu.Lock()
	defer w.mu.Unlock()
	so := w.summary
	so.Calls.Events, so.Tokens.Events = maps.Clone(so.Calls.Events), maps.Clone(so.Tokens.Events)
	return so
}

// Unused are the rules that were not about any request so far.
func (w *Weather) Unused() (rules []Rule) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, rule := range w.rules {
		if !w.used[i] {
			rules = append(rules, rule)
		}
	}
	return rules
}

// Check returns an error about the first rule that names a route or a client that is not there.
func (w *Weather) Check(routes, clients []string) error {
	if w == nil {
		return nil
	}
	for _, rule := range w.rules {
		for _, name := range []struct {
			what, is string
			there    []string
		}{{"route", rule.Route, routes}, {"client", rule.Client, clients}} {
			if name.is == "" || slices.Contains(name.there, name.is) {
				continue
			}
			sorted := slices.Sorted(slices.Values(name.there))
			return &UnknownError{What: name.what, Name: name.is, Near: meant(name.is, sorted), Known: sorted}
		}
	}
	return nil
}

// UnknownError says that a rule names something that the environment does not have.
type UnknownError struct {
	What, Name, Near string
	Known            []string
}

func (e *UnknownError) Error() string {
	return fmt.Sprintf("a rule of --chaos is about the %s %q, which is not there%s: there are %s", e.What, e.Name, e.Near, strings.Join(e.Known, ", "))
}

// Wait returns when the time is over, or nobody waits for the answer any more.
func Wait(ctx context.Context, delay time.Duration) {
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
