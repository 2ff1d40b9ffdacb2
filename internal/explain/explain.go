package explain

import (
	"fmt"
	"strings"
	"time"

	"cognito-m2m/internal/access"
	"cognito-m2m/internal/jwtauth"
)

// Config is what a token is checked against.
type Config struct {
	// Environment is the environment whose API the token is for. Checks that need ids that it does
	// not know are not made.
	Environment *access.Environment
	// Route is the route key, or method and path, of the request. Without one the token is
	// explained for all routes.
	Route string
	// Keys are those that the user pool publishes; nil if they are not available.
	Keys jwtauth.KeySet
	// Ahead is how far the user pool's clock is ahead of Now, by the response with its keys.
	Ahead time.Duration
	// NoKeys says why there are no Keys.
	NoKeys string
	// Now is the clock; nil is time.Now. It is corrected by Ahead.
	Now func() time.Time
	// Flags are added to the commands in an advice.
	Flags string
}

// Explain explains a pasted text: a token, with or without what precedes it in a request's header.
// An error says that Config does not determine the authorizer.
func Explain(pasted string, c Config) (*Report, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	e := &explanation{Config: c, now: c.Now()}
	if c.Ahead.Abs() >= leeway {
		e.now = e.now.Add(c.Ahead)
		e.add("clock", Note, fmt.Sprintf("the clock of this machine is %s; the user pool's clock decides", offset(c.Ahead)), "set the clock")
	}
	if c.Route != "" {
		e.route = c.Environment.Route(c.Route)
		if e.route == nil {
			e.noRoute()
			return e.report(), nil
		}
	}
	if err := e.chooseAuthorizer(); err != nil {
		return nil, err
	}
	if e.authorizer == nil {
		e.add("route", OK, e.place()+" is open", "")
		return e.report(), nil
	}
	e.without = headerValue(pasted) == ""
	compact, ok := e.readPasted(pasted)
	if !ok {
		return e.report(), nil
	}
	t, ok := e.parse(compact)
	if !ok {
		return e.report(), nil
	}
	e.token = t
	for _, check := range []func(){e.checkHeader, e.checkIssuer, e.checkSignature, e.checkClient, e.checkTimes, e.checkUse, e.checkScope, e.noteFunction} {
		check()
	}
	return e.report(), nil
}

// explanation is one explanation under way.
type explanation struct {
	Config

	now        time.Time
	route      *access.Route // nil: all
	authorizer *access.Authorizer
	token      *token
	foreign    bool // the token is of another issuer
	without    bool // there is no header at all
	checks     []Check
}

func (e *explanation) add(name string, result Result, text, advice string) {
	e.checks = append(e.checks, Check{Name: name, Result: result, Text: text, Advice: advice})
}

func (e *explanation) noRoute() {
	keys := make([]string, 0, len(e.Environment.Routes))
	for _, route := range e.Environment.Routes {
		keys = append(keys, route.Key)
	}
	e.add("route", Fails, "no route matches "+show(e.Route), "the routes are: "+strings.Join(keys, ", "))
}

// chooseAuthorizer chooses the route's authorizer, or else the only one. It is nil if the token
// does not matter.
func (e *explanation) chooseAuthorizer() error {
	if e.route != nil {
		e.authorizer = e.route.Authorizer
		return nil
	}
	for _, route := range e.Environment.Routes {
		switch {
		case route.Authorizer == nil:
		case e.authorizer == nil:
			e.authorizer = route.Authorizer
		case e.authorizer.Name != route.Authorizer.Name:
			return fmt.Errorf("the routes have several authorizers (%s, %s)", e.authorizer.Name, route.Authorizer.Name)
		}
	}
	return nil
}

// place is what the verdict is about.
func (e *explanation) place() string {
	if e.route == nil {
		return "every route"
	}
	return e.route.Key
}

// command is an m2m command to be pasted.
func (e *explanation) command(text string) string { return "`m2m " + text + e.Flags + "`" }

// show is foreign text, in quotes and cut, so that it can neither move a cursor nor fill a screen.
func show(text string) string {
	const longest = 120
	if runes := []rune(text); len(runes) > longest {
		text = string(runes[:longest]) + "..."
	}
	return fmt.Sprintf("%q", text)
}
