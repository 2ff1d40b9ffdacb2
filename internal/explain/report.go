package explain

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"text/tabwriter"
	"time"

	"cognito-m2m/internal/printable"
)

// Report is an explanation. Its JSON form is a promise: keys are added, never renamed.
type Report struct {
	// Status is what API Gateway would answer: 401, 403 or 404. 200 means that it would let the
	// request through, and 0 that this is not known.
	Status int `json:"status"`
	// Verdict is Status as a sentence, with its reason and what to change.
	Verdict string  `json:"verdict"`
	Checks  []Check `json:"checks"`
	Claims  *Claims `json:"claims,omitempty"` // nil without a token that can be read

	why string
}

// Why is the reason of a refusal with what to change, without the status; "" if there is none.
func (r *Report) Why() string { return r.why }

// Check is one check.
type Check struct {
	Name   string `json:"check"`
	Result Result `json:"result"`
	Text   string `json:"text"`             // what was found
	Advice string `json:"advice,omitempty"` // what to change
}

// Result is how a check ended.
type Result string

// The results.
const (
	OK         Result = "ok"
	Fails      Result = "FAILS"
	NotChecked Result = "not checked"
	Note       Result = "note" // it does not decide
)

// Claims are those of a token that may be shown. They are as the token has them, whether it is
// genuine or not.
type Claims struct {
	Issuer   string     `json:"iss"`
	ClientID string     `json:"client_id"`
	TokenUse string     `json:"token_use"`
	Scopes   []string   `json:"scopes"`
	Issued   *time.Time `json:"iat"` // null if there is none
	Expires  *time.Time `json:"exp"`
}

func (t *token) shown() *Claims {
	return &Claims{
		Issuer: t.text("iss"), ClientID: t.text("client_id"), TokenUse: t.text("token_use"),
		Scopes: append([]string{}, t.claims.Scopes()...), Issued: t.time("iat"), Expires: t.time("exp"),
	}
}

// statuses are in the order of API Gateway: the route, then the token, then its scope. A function
// only says yes or no: then all is 403 but a request without a token, for which it is not asked.
func (e *explanation) statuses() []status {
	ofToken := http.StatusUnauthorized
	if e.authorizer != nil && !e.without {
		ofToken = e.authorizer.Refused()
	}
	return []status{
		{func(check string) bool { return check == "route" }, http.StatusNotFound},
		{func(check string) bool { return check != "route" && check != "scope" }, ofToken},
		{func(check string) bool { return check == "scope" }, http.StatusForbidden},
	}
}

// status is what API Gateway answers if one of these checks fails.
type status struct {
	of   func(check string) bool
	code int
}

func (e *explanation) report() *Report {
	r := &Report{Checks: e.checks}
	if e.token != nil {
		r.Claims = e.token.shown()
	}
	for _, s := range e.statuses() {
		for _, c := range e.checks {
			if c.Result == Fails && s.of(c.Name) {
				r.why = c.Text + "." + sentence(c.Advice)
				r.Status, r.Verdict = s.code, fmt.Sprintf("API Gateway would answer %d: %s", s.code, r.why)
				return r
			}
		}
	}
	for _, c := range e.checks {
		if c.Result == NotChecked {
			r.Verdict = fmt.Sprintf("It is not known whether API Gateway would accept this: %s not checked.", e.open())
			return r
		}
	}
	r.Status = http.StatusOK
	r.Verdict = "API Gateway would let this through to " + e.opens() + "."
	return r
}

// sentence is advice as a sentence of its own, with a space before it.
func sentence(advice string) string {
	if advice == "" {
		return ""
	}
	return " " + strings.ToUpper(advice[:1]) + advice[1:] + "."
}

// open lists the checks that were not made, with their verb.
func (e *explanation) open() string {
	var names []string
	for _, c := range e.checks {
		if c.Result == NotChecked {
			names = append(names, c.Name)
		}
	}
	last := len(names) - 1
	if last == 0 {
		return names[0] + " was"
	}
	return strings.Join(names[:last], ", ") + " and " + names[last] + " were"
}

// opens is what the token, if the rest holds, opens.
func (e *explanation) opens() string {
	if e.route != nil || e.token == nil {
		return e.place()
	}
	open, closed := e.divide()
	if len(closed) == 0 {
		return strings.Join(open, ", ")
	}
	return fmt.Sprintf("%s, and answer 403 on %s", strings.Join(open, ", "), strings.Join(closed, ", "))
}

// WriteText prints the report: a line for each check, with what to change below one that fails, and
// the verdict last.
func (r *Report) WriteText(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, c := range r.Checks {
		fmt.Fprintf(table, "%s\t%s\t%s\n", c.Name, c.Result, printable.Text(c.Text))
		if c.Advice != "" {
			fmt.Fprintf(table, "\t\t-> %s\n", printable.Text(c.Advice))
		}
	}
	fmt.Fprintf(table, "\n%s\n", printable.Text(r.Verdict))
	return table.Flush()
}
