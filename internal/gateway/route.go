package gateway

import "cognito-m2m/internal/httpapi"

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
	pattern     httpapi.Pattern
	authorizer  *authorizer // nil for an open route
	scopes      []string
	integration *integration
}

func compileRoutes(cfg Config, integrations map[string]*integration, authorizers map[string]*authorizer, found *problems) []*route {
	routes := make([]*route, 0, len(cfg.Routes))
	taken := make(map[string]string, len(cfg.Routes))
	for _, r := range cfg.Routes {
		parsed, err := httpapi.ParseRouteKey(r.Key)
		if err != nil {
			found.add("route %q: %w", r.Key, err)
			continue
		}
		if other, ok := taken[parsed.Shape()]; ok {
			found.add("route %q: it matches the same requests as route %q", r.Key, other)
		}
		taken[parsed.Shape()] = r.Key
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
	return routes
}

func tableOf(routes []*route) httpapi.Table[*route] {
	entries := make([]httpapi.Entry[*route], len(routes))
	for i, r := range routes {
		entries[i] = httpapi.Entry[*route]{Pattern: r.pattern, Route: r}
	}
	return httpapi.NewTable(entries)
}

// matchRoute finds the route of a request, or refuses before any authorizer runs. There is no 405.
func (g *Gateway) matchRoute(x *exchange) *refusal {
	var found bool
	x.route, x.pathParameters, found = g.routes.Match(x.request.Method, x.routePath)
	if !found {
		return notFound()
	}
	return nil
}
