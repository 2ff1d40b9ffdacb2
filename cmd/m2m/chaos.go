package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"cognito-m2m/internal/chaos"
)

const chaosHelp = `
With --chaos, a share of the calls and token requests meets bad weather, as on AWS: a late
answer (late), 429, 500, 503, or a connection that is cut (cut), and at token requests also
a new signing key (keys) or a rotation of the client's secret (secret). Each rule is a rate,
or key=value, or several with colons between them. The keys are rate (5% if left out), kinds
(all that can happen), on (calls or tokens), route, client, and late, how late. The first
rule that hits a request decides. Each event prints one line, or with --json one object; the
end prints counts. The same --chaos-seed makes the same decisions again, for each client and
route by itself. docs/chaos.md says what each kind does.`

// weather is the weather of one run, and what is said of it.
type weather struct {
	*chaos.Weather
	*command

	json bool
	seed uint64

	mu     sync.Mutex
	begun  bool
	before []chaos.Event // that happened before the run said that it is ready
}

// forecast reads --chaos. It is nil without it.
func (c *command) forecast(o upOptions) (*weather, error) {
	if len(o.chaos) == 0 {
		if o.seeded {
			return nil, withHint(errors.New("--chaos-seed is the seed of --chaos"), "add --chaos, such as --chaos 5%%")
		}
		return nil, nil //nolint:nilnil // fair weather
	}
	w := &weather{command: c, json: o.json, seed: o.chaosSeed}
	if !o.seeded {
		const easyToType = 1_000_000
		w.seed = rand.Uint64N(easyToType) //nolint:gosec // anyone may know it
	}
	var rules []chaos.Rule
	for _, text := range o.chaos {
		rule, err := chaos.ParseRule(text)
		if err != nil {
			return nil, withHint(fmt.Errorf("--chaos %s: %w", shellWord(text), err), "for example: --chaos 5%%, or --chaos 10%%:kinds=429,late:client=reader")
		}
		rules = append(rules, rule)
	}
	w.Weather = chaos.New(chaos.Config{Rules: rules, Seed: w.seed, Report: w.hear})
	return w, nil
}

// decides is what a run asks; nil for fair weather.
func (w *weather) decides() *chaos.Weather {
	if w == nil {
		return nil
	}
	return w.Weather
}

// begin says which weather it is, once the run has said that it is ready.
func (w *weather) begin() {
	if w == nil {
		return
	}
	w.speech.say("Bad weather from now on (--chaos). The same decisions again: --chaos-seed %d", w.seed)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.begun = true
	for _, event := range w.before {
		w.show(event)
	}
}

func (w *weather) hear(event chaos.Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.begun { // a script takes the first line for the description of the run
		w.before = append(w.before, event)
		return
	}
	w.show(event)
}

func (w *weather) show(event chaos.Event) {
	if w.json {
		_ = json.NewEncoder(w.stdout).Encode(map[string]chaos.Event{"chaos_event": event}) // whoever reads it has gone
		return
	}
	fmt.Fprintln(w.speech.lines("chaos    | "), event.Time.Local().Format("15:04:05.000"), event)
}

// end says what there has been, when nothing is served any more.
func (w *weather) end() {
	if w == nil || !w.begun {
		return
	}
	for _, rule := range w.Unused() {
		w.speech.Warn("no request was made that --chaos " + shellWord(rule.Text) + " is about")
	}
	summary := w.Summary()
	w.speech.say("Bad weather with --chaos-seed %d: %s.", w.seed, summary)
	if w.json {
		_ = json.NewEncoder(w.stdout).Encode(map[string]chaos.Summary{"chaos": summary}) // as in show
	}
}

// completeRule completes the part of a rule behind its last colon.
func completeRule(o *upOptions) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		before, last := "", typed
		if at := strings.LastIndex(typed, ":"); at >= 0 {
			before, last = typed[:at+1], typed[at+1:]
		}
		var offers []cobra.Completion
		for _, next := range chaos.Next(before, last, clientsOfFile(o.env)) {
			offers = append(offers, before+next)
		}
		return offers, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	}
}
