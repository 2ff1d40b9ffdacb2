package chaos_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/chaos"
)

// sky is weather with what it has told.
type sky struct {
	*chaos.Weather

	events []chaos.Event
}

func weather(t *testing.T, seed uint64, rules ...string) *sky {
	t.Helper()
	s := &sky{}
	config := chaos.Config{Seed: seed, Report: func(e chaos.Event) { s.events = append(s.events, e) }, Now: func() time.Time { return time.Time{} }}
	for _, text := range rules {
		rule, err := chaos.ParseRule(text)
		if err != nil {
			t.Fatal(err)
		}
		config.Rules = append(config.Rules, rule)
	}
	s.Weather = chaos.New(config)
	return s
}

// sorted are the events of each stream in its own order.
func (s *sky) sorted() []chaos.Event {
	return slices.SortedFunc(slices.Values(s.events), func(a, b chaos.Event) int {
		return strings.Compare(fmt.Sprintf("%s %s %s %06d", a.On, a.Route, a.Client, a.Number), fmt.Sprintf("%s %s %s %06d", b.On, b.Route, b.Client, b.Number))
	})
}

// The decisions about a stream are the same however requests of others come in between.
func TestSameSeedSameDecisions(t *testing.T) {
	t.Parallel()
	const requests = 500
	one, other := weather(t, 7, "20%"), weather(t, 7, "20%")
	for _, client := range []string{"reader", "writer"} {
		for range requests {
			one.Call("GET /a", client)
			one.TokenRequest(client)
		}
	}
	var all sync.WaitGroup
	for _, client := range []string{"writer", "reader"} {
		for range 10 {
			all.Go(func() {
				for range requests / 10 {
					other.TokenRequest(client)
					other.Call("GET /a", client)
				}
			})
		}
	}
	all.Wait()
	if len(one.events) == 0 {
		t.Fatal("nothing has happened: this test shows nothing")
	}
	if diff := cmp.Diff(one.sorted(), other.sorted()); diff != "" {
		t.Errorf("the same seed (-one after the other +at once):\n%s", diff)
	}
	if diff := cmp.Diff(one.Summary(), other.Summary()); diff != "" {
		t.Error(diff)
	}
	another := weather(t, 8, "20%")
	for range requests {
		another.Call("GET /a", "reader")
	}
	if slices.Equal(another.sorted(), one.sorted()[:len(another.events)]) {
		t.Error("another seed makes the same decisions")
	}
}

// What two clients, routes or targets meet is not one and the same.
func TestStreamsDiffer(t *testing.T) {
	t.Parallel()
	w := weather(t, 1, "50%:kinds=cut")
	hits := map[string][]bool{}
	for range 64 {
		for name, decided := range map[string]chaos.Decision{
			"a route": w.Call("GET /a", "reader"), "another": w.Call("GET /b", "reader"), "another client": w.Call("GET /a", "writer"),
			"a token": w.TokenRequest("reader"), "another's": w.TokenRequest("writer"),
		} {
			hits[name] = append(hits[name], decided.Kind != "")
		}
	}
	for _, one := range slices.Sorted(maps.Keys(hits)) {
		for _, other := range slices.Sorted(maps.Keys(hits)) {
			if one < other && slices.Equal(hits[one], hits[other]) {
				t.Errorf("%s and %s meet the same weather", one, other)
			}
		}
	}
}

func TestRates(t *testing.T) {
	t.Parallel()
	const requests = 10_000
	w := weather(t, 3, "10%")
	for range requests {
		w.Call("GET /a", "reader")
		if d := w.TokenRequest("reader"); d.Kind.IsRotation() {
			w.Rotated(d, nil)
		}
	}
	s := w.Summary()
	for name, c := range map[string]struct {
		chaos.Counts

		kinds int
	}{"calls": {s.Calls, 5}, "token requests": {s.Tokens, 7}} {
		total := 0
		for kind, n := range c.Events {
			total += n
			if share := 1000 / c.kinds; n < share*3/4 || n > share*5/4 {
				t.Errorf("%s: %d times %s, want about %d", name, n, kind, share)
			}
		}
		if c.Requests != requests || len(c.Events) != c.kinds || total < 900 || total > 1100 {
			t.Errorf("%s: %d events of %d kinds in %d, want about 1000 of %d", name, total, len(c.Events), c.Requests, c.kinds)
		}
	}
}

func TestWhatARuleIsAbout(t *testing.T) {
	t.Parallel()
	const route = "GET /a"
	all := []string{"call " + route + " reader", "call " + route + " writer", "call GET /b reader", "call GET /b ", "token reader", "token writer"}
	for rules, want := range map[string][]string{
		"100%":                                 all,
		"100%:on=calls":                        all[:4],
		"100%:on=tokens":                       all[4:],
		"100%:route=" + route:                  all[:2],
		"100%:client=writer":                   {all[1], all[5]},
		"100%:client=reader:route=GET /b":      {all[2]},
		"100%:kinds=keys":                      all[4:],
		"100%:kinds=secret:client=reader":      {all[4]},
		"100%:route=GET /b;100%:client=writer": {all[1], all[2], all[3], all[5]},
		"100%:kinds=cut:client=nobody":         nil,
	} {
		w := weather(t, 1, strings.Split(rules, ";")...)
		var hit []string
		for _, name := range all {
			what, of, _ := strings.Cut(name, " ")
			decided := chaos.Decision{}
			if what == "call" {
				at := strings.LastIndex(of, " ")
				decided = w.Call(of[:at], of[at+1:])
			} else {
				decided = w.TokenRequest(of)
			}
			if decided.Kind != "" {
				hit = append(hit, name)
			}
		}
		if !slices.Equal(hit, want) {
			t.Errorf("%s: hits %q, want %q", rules, hit, want)
		}
	}
}

// The first rule that hits decides.
func TestFirstRuleDecides(t *testing.T) {
	t.Parallel()
	w := weather(t, 1, "100%:kinds=cut:client=reader", "100%:kinds=503")
	if got := w.Call("GET /a", "reader").Kind; got != chaos.Cut {
		t.Errorf("reader: %s", got)
	}
	if got := w.Call("GET /a", "writer").Kind; got != chaos.Unavailable {
		t.Errorf("writer: %s", got)
	}
}

func TestDelays(t *testing.T) {
	t.Parallel()
	w := weather(t, 1, "100%:kinds=late:late=10ms-20ms")
	seen := map[time.Duration]bool{}
	for range 1000 {
		d := w.Call("GET /a", "").Delay
		if d < 10*time.Millisecond || d > 20*time.Millisecond {
			t.Fatalf("late by %s", d)
		}
		seen[d] = true
	}
	if len(seen) < 900 {
		t.Errorf("%d different delays in a thousand", len(seen))
	}
}

// Each event says which request it was, what the caller got and what was done all the same.
func TestWhatIsTold(t *testing.T) {
	t.Parallel()
	for rule, want := range map[string]string{
		"kinds=late:late=20ms": "GET /a, call 1 of reader: answered 20 ms late\nGET /a, call 1 of -: answered 20 ms late\ntoken request 1 of reader: answered 20 ms late",
		"kinds=429":            "GET /a, call 1 of reader: answered 429; its function was not called\nGET /a, call 1 of -: answered 429; its function was not called\ntoken request 1 of reader: answered 429",
		"kinds=503":            "GET /a, call 1 of reader: answered 503; its function was called\nGET /a, call 1 of -: answered 503; its function was called\ntoken request 1 of reader: answered 503",
		"kinds=keys":           "token request 1 of reader: signing keys rotated\ntoken request 1 of reader: signing keys not rotated: too soon",
		"kinds=secret":         "token request 1 of reader: client secret rotated\ntoken request 1 of reader: client secret not rotated: too soon",
	} {
		w := weather(t, 1, "100%:"+rule)
		w.Call("GET /a", "reader")
		w.Call("GET /a", "")
		if d := w.TokenRequest("reader"); d.Kind.IsRotation() {
			w.Rotated(d, nil)
			w.Rotated(d, errors.New("too soon"))
		}
		var lines []string
		for _, e := range w.events {
			lines = append(lines, e.String())
		}
		if got := strings.Join(lines, "\n"); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", rule, got, want)
		}
	}
	w := weather(t, 1, "100%:kinds=cut")
	said := map[string]bool{}
	for range 50 {
		w.Call("GET /a", "reader")
		w.TokenRequest("reader")
	}
	for _, e := range w.events {
		_, what, _ := strings.Cut(e.String(), ": ")
		said[what] = true
	}
	for _, want := range []string{
		"connection cut before the answer; its function was called", "connection cut in the middle of the answer; its function was called",
		"connection cut before the answer; a token was issued", "connection cut in the middle of the answer; a token was issued",
	} {
		if !said[want] {
			t.Errorf("%q is not said: %v", want, said)
		}
	}
	const summary = "of 50 calls: 50x cut; of 50 token requests: 50x cut"
	if got := w.Summary().String(); got != summary {
		t.Errorf("got %q, want %q", got, summary)
	}
	if got := weather(t, 1, "5%").Summary().String(); got != "of 0 calls: none; of 0 token requests: none" {
		t.Errorf("nothing: got %q", got)
	}
}

// A rotation that did not take place is told, and not counted.
func TestRotationsThatFailAreNotCounted(t *testing.T) {
	t.Parallel()
	w := weather(t, 1, "100%:kinds=keys")
	w.Rotated(w.TokenRequest("reader"), errors.New("too soon"))
	w.Rotated(w.TokenRequest("reader"), nil)
	if got := w.Summary().Tokens.Events[chaos.Keys]; got != 1 || len(w.events) != 2 {
		t.Errorf("%d counted, %d told, want 1 and 2", got, len(w.events))
	}
}

func TestNamesThatAreNotThere(t *testing.T) {
	t.Parallel()
	routes, clients := []string{"GET /a", "GET /b"}, []string{"writer", "reader"}
	for rule, want := range map[string]string{
		"5%":                           "",
		"route=GET /b:client=writer":   "",
		"client=raeder":                `a rule of --chaos is about the client "raeder", which is not there, did you mean reader?: there are reader, writer`,
		"route=GET /c:client=somebody": `a rule of --chaos is about the route "GET /c", which is not there, did you mean GET /a?: there are GET /a, GET /b`,
	} {
		err := weather(t, 1, rule).Check(routes, clients)
		if got := fmt.Sprint(err); want == "" && err != nil || want != "" && got != want {
			t.Errorf("%s: got %s", rule, got)
		}
	}
}

func TestRulesThatWereOfNoUse(t *testing.T) {
	t.Parallel()
	w := weather(t, 1, "100%:client=reader", "client=writer", "0.0001%:on=calls", "on=tokens:client=reader")
	w.Call("GET /a", "reader")
	var unused []string
	for _, rule := range w.Unused() {
		unused = append(unused, rule.Text)
	}
	if strings.Join(unused, " ") != "client=writer on=tokens:client=reader" {
		t.Errorf("of no use: %q", unused)
	}
}

func TestNoWeather(t *testing.T) {
	t.Parallel()
	var fair *chaos.Weather
	if fair.Call("GET /a", "reader").Kind != "" || fair.TokenRequest("reader").Kind != "" || fair.Check(nil, nil) != nil {
		t.Error("there is weather where none is configured")
	}
}
