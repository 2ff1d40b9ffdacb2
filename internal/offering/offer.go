package offering

import (
	"slices"
	"time"

	"cognito-m2m/internal/access"
)

// Offer is what one environment offers. Routes are sorted by key, scopes and clients by name.
type Offer struct {
	Environment string
	Region      string

	APIURL        string // without a slash at its end
	TokenEndpoint string // with its path; "" for a user pool without a domain
	// Placeholders says that the addresses have made-up parts, because only a deployment has real
	// ones. They have the shape of AWS's.
	Placeholders bool
	// Local says that the addresses are those of a run on this machine.
	Local bool

	Scopes  []Scope
	Routes  []Route
	Clients []Client

	// CORS says whether browsers may call from another origin: API Gateway then answers their
	// preflight requests itself.
	CORS bool
}

// Scope is a scope in its full form, such as test-api/read.
type Scope struct {
	Name        string
	Description string // "" if the template has none
}

// Route is a route of the HTTP API.
type Route struct {
	access.Route

	Description string   // what a call does; "" if the environment file does not say
	Rate        *float64 // requests per second; nil: what API Gateway allows the account
	Burst       *int     // requests at once; nil: what API Gateway allows the account
}

// Client is an app client with what becomes of its tokens and its secret.
type Client struct {
	access.Client

	TokenValidity time.Duration
	Secret        string        // the name in Secrets Manager; "" if no secret is kept for it
	EveryDays     int           // after which the secret is replaced; 0 if nothing does that by days
	Grace         time.Duration // for which a rotation spares the secret that the last one replaced
}

// Client is the client of that name.
func (o *Offer) Client(name string) (Client, bool) {
	i := slices.IndexFunc(o.Clients, func(c Client) bool { return c.Name == name })
	if i < 0 {
		return Client{}, false
	}
	return o.Clients[i], true
}

// Names are those of all clients.
func (o *Offer) Names() (names []string) {
	for _, c := range o.Clients {
		names = append(names, c.Name)
	}
	return names
}

// OpenTo are the routes that tokens of the client open.
func (o *Offer) OpenTo(c Client) (routes []Route) {
	for _, r := range o.Routes {
		if r.Accepts(c.Client) {
			routes = append(routes, r)
		}
	}
	return routes
}

// Function is the authorizer, if a function checks the tokens of this API; otherwise nil.
func (o *Offer) Function() *access.Authorizer {
	for _, r := range o.Routes {
		if r.Authorizer != nil && r.Authorizer.Function {
			return r.Authorizer
		}
	}
	return nil
}
