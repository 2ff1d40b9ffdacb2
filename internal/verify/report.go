package verify

import (
	"fmt"
	"strings"

	"cognito-m2m/internal/printable"
)

// Report is the outcome of a verification. Its JSON form is a promise: keys are added, never
// renamed.
type Report struct {
	// TokensSpent is how many access tokens the token endpoint issued: on AWS each is billed.
	TokensSpent int `json:"tokens_spent"`
	// Clients is how many there are, and ClientsAsked for how many of them there are checks.
	Clients      int     `json:"clients"`
	ClientsAsked int     `json:"clients_asked"`
	Checks       []Check `json:"checks"`
}

// Check is one request and its answer.
type Check struct {
	Route   string  `json:"route"` // its key; "" for the token endpoint
	Case    Case    `json:"case"`
	Client  string  `json:"client,omitempty"` // whose token or secret it is
	Want    string  `json:"want"`
	Got     string  `json:"got,omitempty"` // "" if no request was sent
	Outcome Outcome `json:"outcome"`
	Reason  string  `json:"reason,omitempty"` // why it was not tried, or what it warns of
}

// Stormy is true for a request that was answered as in the bad weather of `m2m up --chaos`: not at
// all, or with 429 or a 5xx. No assembly wants that.
func (c Check) Stormy() bool {
	status, _, _ := strings.Cut(c.Got, " ")
	return strings.HasPrefix(c.Got, "no answer") || status == "429" || len(status) == 3 && status[0] == '5'
}

// Case is what a request comes with.
type Case string

// The cases.
const (
	NoToken       Case = "no-token"
	TamperedToken Case = "tampered-token"
	ClientToken   Case = "client-token"
	ClientSecret  Case = "client-secret" // of the token endpoint
	WrongSecret   Case = "wrong-secret"  // of the token endpoint

	RouteSettings Case = "route-settings" // of the stage; no request
	Trail         Case = "trail"          // of CloudTrail; no request
)

// Outcome is how a check ended.
type Outcome string

// The outcomes. NotTried means that something is missing that should be there, so it fails a
// verification. LeftOut is by intent, so it does not. A Warning is only for information, and does
// not fail one either.
const (
	OK       Outcome = "ok"
	Red      Outcome = "red"
	NotTried Outcome = "not-tried"
	LeftOut  Outcome = "left-out"
	Warning  Outcome = "warning"
)

func (c *Check) notTried(reason string) { c.Outcome, c.Reason = NotTried, reason }

func (c *Check) skip(reason string) { c.Outcome, c.Reason = LeftOut, reason }

// Failed are the checks that fail the verification.
func (r *Report) Failed() (failed []Check) {
	for _, c := range r.Checks {
		if c.Outcome == Red || c.Outcome == NotTried {
			failed = append(failed, c)
		}
	}
	return failed
}

// Warnings are the checks that say something without failing the verification.
func (r *Report) Warnings() (warnings []Check) {
	for _, c := range r.Checks {
		if c.Outcome == Warning {
			warnings = append(warnings, c)
		}
	}
	return warnings
}

// Wanted is how many checks were made, or should have been: all but those left out and warnings.
func (r *Report) Wanted() (n int) {
	for _, c := range r.Checks {
		if c.Outcome != LeftOut && c.Outcome != Warning {
			n++
		}
	}
	return n
}

// String is the check as one sentence: "GET /x with writer's token: 200, want 403".
func (c Check) String() string {
	outcome := c.Got
	if c.Outcome == Warning {
		return fmt.Sprintf("%s with %s: %s", c.place(), c.with(), c.Reason)
	}
	if c.Outcome == NotTried || c.Outcome == LeftOut {
		outcome = "not tried: " + c.Reason
	}
	return printable.Text(fmt.Sprintf("%s with %s: %s, want %s", c.place(), c.with(), outcome, c.Want))
}

func (c Check) place() string {
	switch {
	case c.Route != "":
		return c.Route
	case c.Case == RouteSettings:
		return "stage"
	case c.Case == Trail:
		return "events"
	}
	return "token endpoint"
}

func (c Check) with() string {
	switch c.Case {
	case NoToken:
		return "no token"
	case TamperedToken:
		return "a tampered token"
	case ClientSecret:
		return c.Client + "'s secret"
	case WrongSecret:
		return "a wrong secret"
	case ClientToken:
		return c.Client + "'s token"
	case RouteSettings:
		return "its settings"
	case Trail:
		return "CloudTrail"
	}
	return string(c.Case)
}
