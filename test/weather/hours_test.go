package weather

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"cognito-m2m/internal/chaos"
	"cognito-m2m/internal/local"
	"cognito-m2m/internal/m2mtest"
	"cognito-m2m/internal/serving"
	"cognito-m2m/internal/serving/servingtest"
)

// rules are bad weather of every kind. One client alone has the keys rotated: it asks for its first
// token before the gateway has fetched the keys, which it does not do twice within half a minute.
var rules = []string{
	"30%:on=tokens:kinds=secret",
	"65%:on=tokens:client=reader:late=1ms-20ms",
	"65%:on=tokens:kinds=late,429,500,503,cut:late=1ms-20ms",
	"25%:on=calls:late=1ms-20ms",
}

// seeds are such that all that matters happens, in the few hours of go test too, which the test
// checks.
func seeds() []uint64 {
	switch {
	case *full:
		return []uint64{1, 2, 3, 4, 5, 6, 12, 175}
	case testing.Short():
		return []uint64{12}
	default:
		return []uint64{12, 175}
	}
}

func hours() time.Duration {
	if *full {
		return 8 * time.Hour
	}
	return time.Hour
}

// tally is what all seeds together have seen.
type tally struct {
	mu   sync.Mutex
	seen map[string]int
}

func (y *tally) add(what string, n int) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.seen[what] += n
}

// TestHours has two programs call the API in bad weather for an hour, by clocks that the test
// moves. It wants exactly the token requests of model, every answer unchanged at the program that
// called, and no call sent twice but after a 401.
func TestHours(t *testing.T) {
	all := tally{seen: map[string]int{}}
	t.Run("seed", func(t *testing.T) {
		for _, seed := range seeds() {
			t.Run(fmt.Sprint(seed), func(t *testing.T) {
				t.Parallel()
				h := newHours(t, seed)
				for range int(hours() / step) {
					h.step(t)
					if t.Failed() {
						break
					}
				}
				h.check(t, &all)
			})
		}
	})
	if t.Failed() {
		return
	}
	for _, what := range []string{
		"repeats after 401", "secrets read again", "failed renewals", "four tries", "no token",
		"calls late", "calls 429", "calls 500", "calls 503", "calls cut",
		"tokens late", "tokens 429", "tokens 500", "tokens 503", "tokens cut", "tokens keys", "tokens secret",
	} {
		if all.seen[what] == 0 {
			t.Errorf("%s: never. Choose other seeds", what)
		}
	}
	t.Logf("all seeds: %v", all.seen)
}

// hour is one run with its callers.
type hour struct {
	seed    uint64
	clock   *m2mtest.Clock // of the run
	weather *chaos.Weather
	report  *servingtest.Report

	mu       sync.Mutex
	events   map[string]int // by what they are
	failures []string       // of rotations of secrets
	arrived  int            // at the API

	callers []*caller
	models  []*model
	issued  []time.Time // by the run's clock, when the present token was
}

func newHours(t *testing.T, seed uint64) *hour {
	t.Helper()
	// In the past: functions live by the machine's clock, and would spare what was replaced in its
	// future.
	start := time.Now().Add(-hours() - time.Hour).Truncate(time.Second)
	h := &hour{seed: seed, clock: m2mtest.NewClock(start), events: map[string]int{}, report: &servingtest.Report{T: t}}
	config := chaos.Config{Seed: seed, Now: h.clock.Now}
	for _, text := range rules {
		rule, err := chaos.ParseRule(text)
		if err != nil {
			t.Fatal(err)
		}
		config.Rules = append(config.Rules, rule)
	}
	twin := config
	twin.Report = func(chaos.Event) {}
	config.Report = h.hear
	h.weather = chaos.New(config)
	d := h.start(t)
	for _, name := range []string{"reader", "writer"} {
		h.callers = append(h.callers, newCaller(t, d, name, m2mtest.NewClock(start)))
		h.models = append(h.models, newModel(name, chaos.New(twin)))
		h.issued = append(h.issued, time.Time{})
	}
	return h
}

func (h *hour) start(t *testing.T) *serving.Description {
	t.Helper()
	runtime, err := local.Open(serving.Config{
		Env: "dev", StateDir: t.TempDir(), SourceDir: t.TempDir(), Report: h.report, Now: h.clock.Now, Weather: h.weather,
		Observe: func(serving.Request) {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.arrived++
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := runtime.Close(context.Background()); err != nil {
			t.Errorf("closing: %v", err)
		}
	})
	d, err := runtime.Start(t.Context(), assembly(t))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (h *hour) hear(event chaos.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.events[what(event.On, event.Client, event.Kind, event.Within)]++
	if event.Kind == chaos.Secret && event.Failed != "" {
		h.failures = append(h.failures, event.String())
	}
}

func what(on chaos.Target, client string, kind chaos.Kind, within bool) string {
	return fmt.Sprintf("%s of %s: %s, within the answer %v", on, client, kind, within)
}

// count is how often something has happened.
func (h *hour) count(on chaos.Target, client string, kind chaos.Kind, within bool) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.events[what(on, client, kind, within)]
}

// step lets time pass and has each program call. Every third token of a program is used until it
// has ended: the program's clock is set back by two steps, and it makes no call while a renewal is
// due, so that the API refuses its next one.
func (h *hour) step(t *testing.T) {
	t.Helper()
	h.clock.Advance(step)
	for i, c := range h.callers {
		c.clock.Advance(step)
		m, now := h.models[i], c.clock.Now()
		age := now.Sub(m.issuedAt)
		lags := m.issued%3 == 0 && m.issued > 0
		if lags && age >= due && age < due+2*step {
			continue
		}
		h.checkNoMore(t, i)
		before := m.issued
		m.at(t, now, !h.issued[i].IsZero() && h.clock.Now().Sub(h.issued[i]) >= lifetime)
		c.call(t)
		h.settle(t, i)
		h.checkNoMore(t, i)
		if m.issued == before {
			continue
		}
		h.issued[i] = h.clock.Now()
		if m.issued%3 == 0 {
			c.clock.Move(-2*step, 0)
		}
	}
}

// settle waits for what a call has begun and does not wait for: a renewal, and the rotation of a
// secret.
func (h *hour) settle(t *testing.T, i int) {
	t.Helper()
	c, m := h.callers[i], h.models[i]
	m2mtest.Eventually(t, fmt.Sprintf("token requests of %s", m.name), func() bool { return len(c.asks.list()) >= m.requests })
	m2mtest.Eventually(t, fmt.Sprintf("the end of a renewal of %s", m.name), func() bool {
		return c.sees(m.issued) && c.renewalsFailed() >= m.failedRenewals
	})
	m2mtest.Eventually(t, fmt.Sprintf("a rotation of %s", m.name), func() bool {
		return h.count(chaos.Tokens, m.name, chaos.Secret, false) >= m.rotations
	})
	m.current = 1 + m.rotations
}

// checkNoMore wants no more token requests than there have to be by now: one that is too early may
// be one less later.
func (h *hour) checkNoMore(t *testing.T, i int) {
	t.Helper()
	if c, m := h.callers[i], h.models[i]; len(c.asks.list()) > m.requests {
		t.Errorf("%s: %d token requests, want %d by now", c.name, len(c.asks.list()), m.requests)
	}
}

// check compares what was sent, what the programs have seen and what the weather has told.
func (h *hour) check(t *testing.T, all *tally) {
	t.Helper()
	arrived := 0
	for i, c := range h.callers {
		m := h.models[i]
		asks := c.asks.list()
		if len(asks) != m.requests || len(c.seen) != m.issued || c.renewalsFailed() != m.failedRenewals || strings.Count(c.log.String(), "\n") != m.failedRenewals {
			t.Errorf("%s: %d token requests, %d tokens, %d failed renewals; want %d, %d and %d\n%s",
				c.name, len(asks), len(c.seen), c.renewalsFailed(), m.requests, m.issued, m.failedRenewals, c.log)
		}
		h.checkTokenRequests(t, c, m)
		repeats := h.checkCalls(t, c)
		arrived += len(c.calls.list())
		all.add("repeats after 401", repeats)
		all.add("secrets read again", m.reread)
		all.add("failed renewals", m.failedRenewals)
		all.add("four tries", m.exhausted)
		all.add("no token", c.results["no token"])
		t.Logf("seed %d, %s: %d token requests for %d tokens in %s; %d calls: %v, %d repeated after 401", h.seed, c.name, len(asks), m.issued, hours(), c.made, c.results, repeats)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.arrived != arrived || len(h.failures) > 0 || len(h.report.Warnings) > 0 {
		t.Errorf("%d requests arrived of %d; rotations that failed: %q; warnings %q", h.arrived, arrived, h.failures, h.report.Warnings)
	}
	summary := h.weather.Summary()
	for kind, n := range summary.Calls.Events {
		all.add("calls "+string(kind), n)
	}
	for kind, n := range summary.Tokens.Events {
		all.add("tokens "+string(kind), n)
	}
	t.Logf("seed %d: %s", h.seed, summary)
}

// checkTokenRequests: the client has been answered as the weather says, and knows no other failure.
func (h *hour) checkTokenRequests(t *testing.T, c *caller, m *model) {
	t.Helper()
	for status, want := range map[int]int{
		0:   h.count(chaos.Tokens, c.name, chaos.Cut, false),
		400: m.reread,
		429: h.count(chaos.Tokens, c.name, chaos.TooMany, false),
		500: h.count(chaos.Tokens, c.name, chaos.Failed, false),
		503: h.count(chaos.Tokens, c.name, chaos.Unavailable, false),
		200: m.issued + h.count(chaos.Tokens, c.name, chaos.Cut, true),
	} {
		if got := c.asks.count(func(x exchange) bool { return x.status == status }); got != want {
			t.Errorf("%s: %d token requests with status %d, want %d", c.name, got, status, want)
		}
	}
}

// checkCalls: what the weather did to a call is what the program got, once for each.
func (h *hour) checkCalls(t *testing.T, c *caller) (repeats int) {
	t.Helper()
	repeats, unsent := c.checkRepeats(t)
	want := map[string]int{
		"429":            h.count(chaos.Calls, c.name, chaos.TooMany, false),
		"500":            h.count(chaos.Calls, c.name, chaos.Failed, false),
		"503":            h.count(chaos.Calls, c.name, chaos.Unavailable, false),
		"no answer":      h.count(chaos.Calls, c.name, chaos.Cut, false),
		"half an answer": h.count(chaos.Calls, c.name, chaos.Cut, true),
		"401":            c.calls.count(func(x exchange) bool { return x.status == 401 }) - repeats,
		"no token":       unsent,
	}
	fine := c.made
	for _, n := range want {
		fine -= n
	}
	want["200"] = fine
	for result, n := range want {
		if c.results[result] != n {
			t.Errorf("%s: %d times %s, want %d", c.name, c.results[result], result, n)
		}
	}
	return repeats
}
