package config

import (
	"fmt"
	"math"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"cognito-m2m/internal/httpapi"
	"cognito-m2m/internal/strictyaml"
	"cognito-m2m/naming"
)

// Routes of the API.
type routes []route

func (routes) Count() strictyaml.Count {
	return strictyaml.Count{Min: 1, Max: math.MaxInt, Of: "routes"}
}

// A path and its methods, the scopes that open it and the function behind it.
type route struct {
	// Path, with parameters in braces and a greedy one last, in quotes if it has braces. $default takes what no other route takes.
	Path routePath `yaml:"path" jsonschema:"example=/orders,example=/orders/{id},example=/files/{proxy+},example=$default"`
	// HTTP methods in capitals. ANY can't be combined with other methods and covers those without a route of their own. Left out for $default only.
	Methods methods `yaml:"methods,omitempty"`
	// A token needs one of these scopes. [] is any token of a known client; it must be written, it can't be left out.
	Scopes routeScopes `yaml:"scopes" hint:"write [] to accept any token of a known client"`
	// Folder under lambda/ that holds the function; not rotate or authorize, which answer no requests.
	Function functionName `yaml:"function,omitempty" jsonschema:"default=echo"`
	// Limits of this route's own; what is left out of them is the API's. To take them away again write default, which is the API's: API Gateway keeps what is only left out.
	Throttle routeThrottle `yaml:"throttle,omitempty"`
	// Lets m2m verify call the route with a token that opens it. Without this it does so on GET routes without path parameters alone, since a call may change data.
	Verify bool `yaml:"verify,omitempty" jsonschema:"default=false"`
	// What a call does, for callers: m2m openapi and m2m handbook print it as text, and the template has it in the route's Metadata.
	Description routeDescription `yaml:"description,omitempty" jsonschema:"example=Lists the orders of a day."`
}

// HTTP methods of a route.
type methods []method

func (methods) Count() strictyaml.Count {
	return strictyaml.Count{Min: 1, Max: len(httpMethods), Of: "methods"}
}

// Scopes that open a route; API Gateway takes at most 10.
type routeScopes []scopeRef

func (routeScopes) Count() strictyaml.Count {
	return strictyaml.Count{Max: httpapi.MaxScopes, Of: "scopes", Why: "API Gateway's limit for a route"}
}

// Route is one entry of api.routes: a path with the methods that share scopes and function. Every
// route is behind the JWT authorizer.
type Route struct {
	Path     string   // "/", "/orders/{id}", "/files/{proxy+}" or "$default"
	Methods  []string // sorted, in capitals; ANY stands alone; empty for "$default"
	Scopes   []string // as "identifier/name", sorted; a token needs one of them; empty: any token of a known client
	Function string   // a folder under lambda/

	Throttle *Throttle // of this route's own, or written to be the stage's; nil: the stage's, and API Gateway has no setting for it
	Verify   bool      // m2m verify may call the route although it is not a GET without path parameters

	Description string // what a call does, for callers; "" if the file does not say
}

// Keys lists the route's keys as API Gateway writes them: "GET /orders/{id}", or "$default".
func (r Route) Keys() []string {
	if r.Path == httpapi.DefaultRoute {
		return []string{httpapi.DefaultRoute}
	}
	keys := make([]string, 0, len(r.Methods))
	for _, method := range r.Methods {
		keys = append(keys, method+" "+r.Path)
	}
	return keys
}

func (written routes) checked(stage Throttle) []Route {
	checked := make([]Route, 0, len(written))
	for _, w := range written {
		route := w.route()
		route.Throttle = w.Throttle.checked(stage)
		checked = append(checked, route)
	}
	slices.SortFunc(checked, func(a, b Route) int { return slices.Compare(a.Keys(), b.Keys()) })
	return checked
}

// route is the checked form without the limits, which depend on the stage's.
func (w route) route() Route {
	return Route{
		Path:     string(w.Path),
		Methods:  sortedStrings(w.Methods),
		Scopes:   sortedStrings(w.Scopes),
		Function: string(w.Function),
		Verify:   w.Verify,

		Description: string(w.Description),
	}
}

type routeDescription string

func (routeDescription) Text() strictyaml.Text { return routeDescriptionText }

var routeDescriptionText = strictyaml.Text{
	Noun:      "route description",
	Pattern:   strictyaml.Expression(`\S`),
	MaxLength: 1024,
	Hint:      "1 to 1024 characters",
}

const (
	segment     = `/([A-Za-z0-9._~:@-]+|\{[A-Za-z0-9._-]+\})`
	lastSegment = `/([A-Za-z0-9._~:@-]+|\{[A-Za-z0-9._-]+\+?\})`
)

type routePath string

func (routePath) Text() strictyaml.Text { return routePathText }

var routePathText = strictyaml.Text{
	Noun:    "route path",
	Pattern: strictyaml.Expression(`^(\$default|/|(` + segment + `)*` + lastSegment + `)$`),
	Hint:    `"/" or "/"-separated segments of letters, digits, . _ ~ : @ - and {parameters}; no "/" last; {proxy+} last only`,
}

var httpMethods = slices.Sorted(slices.Values(append(httpapi.Methods(), httpapi.AnyMethod)))

type method string

func (method) Text() strictyaml.Text { return methodText }

var methodText = strictyaml.Text{Noun: "HTTP method", Words: httpMethods}

// takenRoute is a route key that is in use, and by which entry.
type takenRoute struct{ key, path string }

func (c *checker) routes() {
	taken := map[string]takenRoute{} // by httpapi.Pattern.Shape
	folders := functionFolders(c.lambdaDir)
	for i, route := range c.written.API.Routes {
		path := strictyaml.IndexPath("api.routes", i)
		c.methods(path, route)
		c.parameters(path+".path", route.Path)
		c.unique(path, route, taken)
		c.declared(path+".scopes", route.Scopes)
		c.reachable(path+".scopes", route.Scopes)
		c.function(path+".function", route, folders)
	}
	if keys := len(taken); keys > routesOfAnAPI {
		c.Warn("api.routes", fmt.Sprintf("are %d routes, one for each method; an API has %d unless its quota was raised", keys, routesOfAnAPI),
			"raise Routes per API in Service Quotas, or write ANY where methods share scopes and function")
	}
}

// routesOfAnAPI is API Gateway's quota for routes, which can be raised.
const routesOfAnAPI = 300

// methods: $default is a route key by itself, every other path needs at least one method, and ANY
// has no company.
func (c *checker) methods(path string, route route) {
	at := path + ".methods"
	switch {
	case route.Path == "":
	case route.Path == httpapi.DefaultRoute && c.Has(at):
		c.Report(at, "can't be combined with $default", "$default takes every method; remove methods")
	case route.Path != httpapi.DefaultRoute && !c.Has(at):
		c.Report(at, "is missing", "write [ANY] or the methods, for example [GET, POST]")
	case len(route.Methods) > 1 && slices.Contains(route.Methods, httpapi.AnyMethod):
		c.Report(at, "ANY can't be combined with other methods", "it covers the others; give them a route of their own if they differ")
	}
}

var parameter = regexp.MustCompile(`\{[^}]*\}`)

// parameters refuses a name that two parameters of a path share, as the event could carry only one
// value for it.
func (c *checker) parameters(path string, route routePath) {
	seen := map[string]bool{}
	for _, written := range parameter.FindAllString(string(route), -1) {
		name := strings.Trim(written, "{+}")
		if seen[name] {
			c.Report(path, fmt.Sprintf("has two parameters called %q", name), "rename one")
		}
		seen[name] = true
	}
}

// unique refuses a route key that takes the same requests as one of an earlier entry; ANY repeats
// only ANY.
func (c *checker) unique(path string, written route, all map[string]takenRoute) {
	if written.Path == "" {
		return
	}
	for _, key := range written.route().Keys() {
		pattern, err := httpapi.ParseRouteKey(key)
		if err != nil {
			continue // a method that the reader refused
		}
		shape := pattern.Shape()
		taken, ok := all[shape]
		switch {
		case !ok:
			all[shape] = takenRoute{key, path}
		case taken.path == path: // a method written twice, which the reader reported
		case taken.key == key:
			c.Report(path, "duplicate route "+strictyaml.Quote(key), "it is already at "+taken.path)
		default:
			c.Report(path, "duplicate route "+strictyaml.Quote(key),
				fmt.Sprintf("it matches the same requests as %s at %s", strictyaml.Quote(taken.key), taken.path))
		}
	}
}

// reachable warns of a scope that no client could bring.
func (c *checker) reachable(path string, scopes []scopeRef) {
	for i, scope := range scopes {
		if c.scopes.declared[scope] && !c.scopes.granted[scope] {
			c.Warn(strictyaml.IndexPath(path, i), "no client has the scope "+strictyaml.Quote(scope), "add it to a client")
		}
	}
}

func (c *checker) function(path string, written route, folders []string) {
	name := written.route().Function
	switch {
	case name == naming.RotationFunction:
		c.Report(path, strictyaml.Quote(name)+" rotates the clients' secrets and answers no requests", c.DidYouMean(name, folders))
	case name == naming.AuthorizerFunction:
		c.Report(path, strictyaml.Quote(name)+" checks tokens and answers no requests", c.DidYouMean(name, folders))
	case !slices.Contains(folders, name):
		source := filepath.Join(c.lambdaDir, name, "main.go")
		c.Report(path, "no function "+strictyaml.Quote(name)+": "+source+" is not there", c.DidYouMean(name, folders))
	}
}
