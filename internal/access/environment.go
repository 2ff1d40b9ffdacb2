package access

import (
	"net/http"
	"slices"
	"time"

	"cognito-m2m/internal/httpapi"
)

// Environment is what one environment grants. Routes are sorted by key, clients by name.
type Environment struct {
	Name    string
	Routes  []Route
	Clients []Client
	// Listens says whether it has rules for events in the account.
	Listens bool
}

// Route is one route of the HTTP API.
type Route struct {
	// Key is "$default", or a method and a path such as "GET /orders/{id}".
	Key string
	// Scopes are those of which a token needs one; if there are none, every token that the
	// authorizer accepts opens the route.
	Scopes []string
	// Authorizer is nil for an open route.
	Authorizer *Authorizer
}

// Authorizer is a JWT authorizer, or a function that checks the same tokens.
type Authorizer struct {
	Name string
	// Header or Query names where a request has its token; the other is empty.
	Header, Query string
	// Issuer is the issuer of the accepted tokens; "" if the user pool's id is not known.
	Issuer string
	// Clients are the names of the clients whose tokens are accepted, sorted.
	Clients []string
	// Audience are the accepted ids: those of Clients, as far as they are known, and any others in
	// the template. A function has no such list: it accepts every client of the user pool.
	Audience []string

	// Function says whether it is a function, and Remembered for how long API Gateway remembers
	// its answer; 0: not at all.
	Function   bool
	Remembered time.Duration
}

// Refused is the status of a request whose token is not accepted. One without a token is 401 with
// both.
func (a *Authorizer) Refused() int {
	if a.Function {
		return http.StatusForbidden
	}
	return http.StatusUnauthorized
}

// Client is one app client.
type Client struct {
	Name   string
	ID     string   // "" if it is not known
	Scopes []string // those it may request, sorted
}

// Accepts says whether a valid token of the client opens the route, if it has all of the client's
// scopes.
func (r Route) Accepts(c Client) bool {
	return r.knows(c) && (r.Authorizer == nil || r.OpensTo(c.Scopes))
}

// Forbids says whether only a scope is missing from a valid token of the client.
func (r Route) Forbids(c Client) bool { return r.knows(c) && !r.Accepts(c) }

func (r Route) knows(c Client) bool {
	return r.Authorizer == nil || slices.Contains(r.Authorizer.Clients, c.Name)
}

// OpensTo says whether a token that the authorizer accepts opens the route with these scopes.
func (r Route) OpensTo(scopes []string) bool { return httpapi.Opens(scopes, r.Scopes) }

// Issuer is the issuer of the first route that requires a token, "" if none is known.
func (e *Environment) Issuer() string {
	for _, r := range e.Routes {
		if r.Authorizer != nil {
			return r.Authorizer.Issuer
		}
	}
	return ""
}
