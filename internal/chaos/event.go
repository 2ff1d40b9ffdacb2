package chaos

import (
	"cmp"
	"fmt"
	"strings"
	"time"
)

// Event is something that the weather has caused.
type Event struct {
	Time   time.Time `json:"time"`
	On     Target    `json:"on"`
	Route  string    `json:"route,omitempty"`
	Client string    `json:"client,omitempty"`
	// Number counts the requests of this client to this route, or for a token, from 1.
	Number int  `json:"number"`
	Kind   Kind `json:"kind"`
	// Delay is how many milliseconds the answer is late.
	Delay int64 `json:"delay_ms,omitempty"`
	// Within says that the connection is cut in the middle of the answer, not before it.
	Within bool `json:"within_answer,omitempty"`
	// Failed says why a rotation has not taken place.
	Failed string `json:"failed,omitempty"`
}

func (d Decision) event(at time.Time) Event {
	return Event{
		Time: at, On: d.of.on, Route: d.of.route, Client: d.of.client, Number: d.number,
		Kind: d.Kind, Delay: d.Delay.Milliseconds(), Within: d.Within,
	}
}

// String says on one line, for a person, which request it was and what has become of it.
func (e Event) String() string {
	of := fmt.Sprintf("token request %d of %s", e.Number, cmp.Or(e.Client, "-"))
	if e.On == Calls {
		of = fmt.Sprintf("%s, call %d of %s", e.Route, e.Number, cmp.Or(e.Client, "-"))
	}
	return of + ": " + e.what()
}

func (e Event) what() string {
	switch {
	case e.Failed != "":
		return fmt.Sprintf("%s not rotated: %s", subject[e.Kind], e.Failed)
	case e.Kind.IsRotation():
		return subject[e.Kind] + " rotated"
	case e.Kind == Late:
		return fmt.Sprintf("answered %d ms late", e.Delay)
	case e.Kind == Cut && e.Within:
		return "connection cut in the middle of the answer" + e.butDone()
	case e.Kind == Cut:
		return "connection cut before the answer" + e.butDone()
	default:
		return fmt.Sprintf("answered %s", e.Kind) + e.butDone()
	}
}

var subject = map[Kind]string{Keys: "signing keys", Secret: "client secret"}

// butDone says what was done although the caller does not learn it.
func (e Event) butDone() string {
	switch {
	case e.On == Calls && e.Kind == TooMany:
		return "; its function was not called"
	case e.On == Calls:
		return "; its function was called"
	case e.Kind == Cut:
		return "; a token was issued"
	default:
		return ""
	}
}

// Summary counts what there was of each target.
type Summary struct {
	Seed   uint64 `json:"seed"`
	Calls  Counts `json:"calls"`
	Tokens Counts `json:"tokens"`
}

// Counts are how many requests the weather has looked at, and how often it has caused what.
type Counts struct {
	Requests int          `json:"requests"`
	Events   map[Kind]int `json:"events"`
}

func newCounts() Counts { return Counts{Events: map[Kind]int{}} }

func (s *Summary) of(target Target) *Counts {
	if target == Tokens {
		return &s.Tokens
	}
	return &s.Calls
}

// String says it on one line: "of 12 calls: 2x late, 1x 503; of 3 token requests: none".
func (s Summary) String() string {
	return fmt.Sprintf("of %d calls: %s; of %d token requests: %s", s.Calls.Requests, s.Calls, s.Tokens.Requests, s.Tokens)
}

// String lists the events.
func (c Counts) String() string {
	var parts []string
	for _, kind := range Kinds() {
		if n := c.Events[kind]; n > 0 {
			parts = append(parts, fmt.Sprintf("%dx %s", n, kind))
		}
	}
	return cmp.Or(strings.Join(parts, ", "), "none")
}
