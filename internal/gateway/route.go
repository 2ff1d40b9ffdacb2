package gateway

import "cognito-m2m/internal/httpapi"

// route is a Route ready to be matched.
type route struct {
	key         string
	pattern     httpapi.Pattern
	authorizer  *authorizer // nil for an open route
	scopes      []string
	outOfScope  *refusal // of a token without one of them
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
			outOfScope:  insufficientScope(r.AuthorizationScopes),
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
