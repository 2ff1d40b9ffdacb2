package handbook

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"cognito-m2m/internal/httpapi"
	"cognito-m2m/internal/offering"
)

// contents are what the page is made of.
type contents struct {
	*offering.Offer

	Callers []offering.Client // those whom the page is for
	One     bool              // it is for one client
	Open    []offering.Route  // the routes that the callers may call
	Allowed []offering.Scope  // the scopes of the callers
	Asked   bool              // a function checks the tokens
	TTL     string            // for how long its answers are remembered; "" if they are not
	Call    *request          // what the samples call; nil if no route is open to the callers
}

// Caller is the first of those whom the page is for.
func (c contents) Caller() offering.Client { return c.Callers[0] }

// Markdown is the handbook for one client, or with "" for all clients together. The client has to
// be one of the environment's.
func Markdown(o *offering.Offer, client string) ([]byte, error) {
	c := contents{Offer: o, Callers: o.Clients, Allowed: o.Scopes, Open: o.Routes}
	if client != "" {
		one, ok := o.Client(client)
		if !ok {
			return nil, fmt.Errorf("%s has no client %q", o.Environment, client)
		}
		c.One, c.Callers, c.Open = true, []offering.Client{one}, o.OpenTo(one)
		c.Allowed = slices.DeleteFunc(slices.Clone(o.Scopes), func(s offering.Scope) bool { return !slices.Contains(one.Scopes, s.Name) })
	}
	if len(c.Callers) == 0 {
		return nil, fmt.Errorf("%s has no clients, so there is no one to write a handbook for", o.Environment)
	}
	if asked := o.Function(); asked != nil {
		c.Asked = true
		if asked.Remembered > 0 {
			c.TTL = period(asked.Remembered)
		}
	}
	c.Call = firstCall(c.Open)
	return []byte(c.markdown()), nil
}

// request is a call that samples make.
type request struct {
	Method, Path string
	Parameters   bool   // the path has made-up values of parameters
	Body         string // "" for none
}

// firstCall is the call that shows most: one that wants a scope before one that does not, one that
// only reads before one that may change something, a path as it stands before one with parameters.
func firstCall(routes []offering.Route) *request {
	best, least := (*request)(nil), 0
	for _, route := range routes {
		method, path, isPath := strings.Cut(route.Key, " ")
		if !isPath { // $default
			method, path = httpapi.AnyMethod, "/"
		}
		if method == httpapi.AnyMethod {
			method = http.MethodGet
		}
		r := request{Method: method, Path: parameter.ReplaceAllString(path, "1")}
		r.Parameters = r.Path != path
		weight := 0
		if method != http.MethodGet {
			weight += 4
		}
		if r.Parameters {
			weight += 2
		}
		if len(route.Scopes) == 0 {
			weight++
		}
		switch method {
		case http.MethodPost, http.MethodPut, http.MethodPatch:
			r.Body = "{}"
		}
		if best == nil || weight < least {
			best, least = &r, weight
		}
	}
	return best
}
