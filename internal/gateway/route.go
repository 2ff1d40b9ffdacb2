package gateway

const (
	defaultRouteKey = "$default"
	anyMethod       = "ANY"
)

// Route is an AWS::ApiGatewayV2::Route.
type Route struct {
	// Key is "$default" or a method and a path, such as "GET /items/{id}" or "ANY /{proxy+}".
	Key string
	// AuthorizationType is NONE, which "" means too, or JWT. New refuses AWS_IAM and CUSTOM: they are not simulated.
	AuthorizationType string
	// AuthorizerID names the authorizer of a JWT route.
	AuthorizerID string
	// AuthorizationScopes lets in tokens that have at least one of them; empty lets in every valid token.
	AuthorizationScopes []string
	// IntegrationID is the part after "integrations/" in the template's Target.
	IntegrationID string
}

// route is a Route ready to be matched.
type route struct {
	key         string
	pattern     pattern
	authorizer  *authorizer // nil for an open route
	scopes      []string
	integration *integration
}

func compileRoutes(cfg Config, integrations map[string]*integration, authorizers map[string]*authorizer, found *problems) []*route {
	routes := make([]*route, 0, len(cfg.Routes))
	taken := make(map[string]string, len(cfg.Routes))
	for _, r := range cfg.Routes {
		parsed, err := parseRouteKey(r.Key)
		if err != nil {
			found.add("route %q: %w", r.Key, err)
			continue
		}
		if other, ok := taken[parsed.shape()]; ok {
			found.add("route %q: it matches the same requests as route %q", r.Key, other)
		}
		taken[parsed.shape()] = r.Key
		if integrations[r.IntegrationID] == nil {
			found.add("route %q: there is no integration %q", r.Key, r.IntegrationID)
		}
		routes = append(routes, &route{
			key:         r.Key,
			pattern:     parsed,
			authorizer:  authorizerOf(r, authorizers, found),
			scopes:      r.AuthorizationScopes,
			integration: integrations[r.IntegrationID],
		})
	}
	sortBySpecificity(routes)
	return routes
}

// matchRoute finds the route of a request, or refuses before any authorizer runs. There is no 405.
func (g *Gateway) matchRoute(x *exchange) *refusal {
	x.route, x.pathParameters = g.match(x.request.Method, x.routePath)
	if x.route == nil {
		return notFound()
	}
	return nil
}

// match returns the most specific route for method and canonical path, with its path parameters, or nil.
func (g *Gateway) match(method, path string) (*route, map[string]string) {
	if !methods[method] {
		return nil, nil
	}
	for _, candidate := range g.routes {
		if parameters, ok := candidate.pattern.match(method, path); ok {
			return candidate, parameters
		}
	}
	return nil, nil
}

// methods are the ones API Gateway knows. ANY and $default match no others, which keeps "get" and "PROPFIND" from
// reaching a function.
//
// Parity: Routing: unknown methods
var methods = map[string]bool{
	"GET": true, "HEAD": true, "POST": true, "PUT": true, "PATCH": true, "DELETE": true, "OPTIONS": true,
}
