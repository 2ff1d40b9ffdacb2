package chaos

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"cognito-m2m/internal/nearest"
)

// Rule says which share of which requests meets which kinds.
type Rule struct {
	// Text is the rule as it was written.
	Text string
	// Rate is the share, above 0 and at most 1.
	Rate float64
	// Kinds are drawn from evenly, those that can happen at the request.
	Kinds []Kind
	// On are the requests; "" is calls and token requests.
	On Target
	// Route is the key of the only route, such as "GET /orders", and Client the name of the only
	// client. "" is any.
	Route, Client string
	// Least and Most are how late an answer of the kind Late is.
	Least, Most time.Duration
}

// What a rule does not say.
const (
	defaultRate  = 0.05
	defaultLeast = 100 * time.Millisecond
	defaultMost  = 3 * time.Second
)

// LongestDelay is less than what an integration of an HTTP API may take, 30 s: a call that takes
// longer has another answer on AWS.
const LongestDelay = 29 * time.Second

// ruleKeys are what a rule can say, in the order in which help lists them.
var ruleKeys = []string{"rate", "kinds", "on", "route", "client", "late"}

// nextKey is where another key of a rule begins. A colon in a route that no key follows is the
// route's.
var nextKey = regexp.MustCompile(`:[a-z]+=`)

// ParseRule reads a rule as it is written on the command line: a rate, key=value, or several with a
// colon between them, such as "10%:kinds=429,late:client=reader". The error says what is wrong with
// it and what could stand there.
func ParseRule(text string) (Rule, error) {
	rule := Rule{Text: text}
	said := map[string]bool{}
	for i, part := range split(text) {
		key, value, pair := strings.Cut(part, "=")
		if !pair && i == 0 {
			key, value = "rate", part
		}
		if !slices.Contains(ruleKeys, key) {
			return Rule{}, fmt.Errorf("%q is not a key of a rule%s: keys are %s", key, meant(key, ruleKeys), names(ruleKeys))
		}
		if said[key] {
			return Rule{}, fmt.Errorf("a rule has %s once: write another rule for another", key)
		}
		said[key] = true
		if err := rule.set(key, value); err != nil {
			return Rule{}, err
		}
	}
	return rule.completed(said)
}

// split takes a rule apart before each key.
func split(text string) (parts []string) {
	begin := 0
	for _, at := range nextKey.FindAllStringIndex(text, -1) {
		parts = append(parts, text[begin:at[0]])
		begin = at[0] + 1
	}
	return append(parts, text[begin:])
}

func (r *Rule) set(key, value string) (err error) {
	switch key {
	case "rate":
		r.Rate, err = parseRate(value)
	case "kinds":
		r.Kinds, err = parseKinds(value)
	case "on":
		r.On = Target(value)
		if r.On != Calls && r.On != Tokens {
			return fmt.Errorf("on is %s or %s, not %q", Calls, Tokens, value)
		}
	case "late":
		r.Least, r.Most, err = parseDelay(value)
	case "route":
		r.Route = value
	case "client":
		r.Client = value
	}
	if value == "" {
		return fmt.Errorf("%s has no value", key)
	}
	return err
}

// rateForm is a percentage with up to four decimals.
var rateForm = regexp.MustCompile(`^(\d{1,3}(?:\.\d{1,4})?)%$`)

func parseRate(text string) (float64, error) {
	if match := rateForm.FindStringSubmatch(text); match != nil {
		if percent, err := strconv.ParseFloat(match[1], 64); err == nil && percent > 0 && percent <= 100 {
			return percent / 100, nil
		}
	}
	return 0, fmt.Errorf("a rate is a percentage above 0%% and up to 100%%, such as 5%% or 0.5%%, not %q", text)
}

func parseKinds(text string) (kinds []Kind, err error) {
	for word := range strings.SplitSeq(text, ",") {
		kind := Kind(word)
		if !slices.Contains(Kinds(), kind) {
			return nil, fmt.Errorf("%q is not a kind: kinds are %s", word, names(Kinds()))
		}
		if slices.Contains(kinds, kind) {
			return nil, fmt.Errorf("the kind %s is there twice", kind)
		}
		kinds = append(kinds, kind)
	}
	return kinds, nil
}

// parseDelay reads 2s or 100ms-2s.
func parseDelay(text string) (least, most time.Duration, err error) {
	from, to, span := strings.Cut(text, "-")
	if !span {
		to = from
	}
	least, wrongLeast := time.ParseDuration(from)
	most, wrongMost := time.ParseDuration(to)
	if wrongLeast != nil || wrongMost != nil || least <= 0 || most < least || most > LongestDelay {
		return 0, 0, fmt.Errorf("late is a time or a span of times up to %s, such as 2s or 100ms-2s, not %q", LongestDelay, text)
	}
	return least, most, nil
}

// completed adds what the rule does not say, and refuses what does not go together.
func (r Rule) completed(said map[string]bool) (Rule, error) {
	if said["route"] && r.On == Tokens {
		return Rule{}, fmt.Errorf("a token request has no route: leave out route or on=%s", Tokens)
	}
	if said["route"] {
		r.On = Calls
	}
	if r.On == Calls && said["kinds"] {
		for _, kind := range r.Kinds {
			if kind.IsRotation() {
				return Rule{}, fmt.Errorf("the kind %s happens at token requests, and this rule is about calls", kind)
			}
		}
	}
	if !said["kinds"] {
		r.Kinds = kindsOf(r.On)
		if r.On == "" {
			r.Kinds = Kinds()
		}
	}
	if said["late"] && !slices.Contains(r.Kinds, Late) {
		return Rule{}, fmt.Errorf("late says how late, and this rule has not the kind %s", Late)
	}
	if !said["late"] {
		r.Least, r.Most = defaultLeast, defaultMost
	}
	if !said["rate"] {
		r.Rate = defaultRate
	}
	return r, nil
}

// meant is a question to put behind a word that is not known.
func meant(word string, known []string) string {
	if near := nearest.Word(word, known); near != "" {
		return fmt.Sprintf(", did you mean %s?", near)
	}
	return ""
}

// covers says whether the rule is about a request, and which of its kinds can happen there.
func (r Rule) covers(of stream) []Kind {
	if r.On != "" && r.On != of.on || r.Route != "" && r.Route != of.route || r.Client != "" && r.Client != of.client {
		return nil
	}
	return only(kindsOf(of.on), r.Kinds)
}
