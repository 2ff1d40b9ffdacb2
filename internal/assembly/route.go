package assembly

import (
	"strings"

	"cognito-m2m/internal/assembly/template"
	"cognito-m2m/internal/httpapi"
)

// Types of authorization a route can have and this runtime knows.
const (
	authorizationNone = "NONE"
	authorizationJWT  = "JWT"
)

var route = template.Type{
	Properties: template.Properties{
		"ApiId":               template.Text().Must(),
		"RouteKey":            template.Text().Must(),
		"Target":              template.Text().NeededBy(template.Unknown).Like(`^integrations/.+$`),
		"AuthorizationType":   template.OneOf(authorizationNone, authorizationJWT, "AWS_IAM", "CUSTOM").Only(authorizationNone, authorizationJWT),
		"AuthorizerId":        template.Text(),
		"AuthorizationScopes": template.Texts().AtMost(httpapi.MaxScopes),
		"OperationName":       template.NoEffect(),
	},
	Ref:        template.GeneratedID,
	Attributes: map[string]template.Attribute{"RouteId": template.GeneratedID},
}

func readRoute(b *builder, r *template.Resource, v template.Values) {
	rt := Route{
		Resource:            r.Source(),
		ID:                  r.Reference(),
		Key:                 v.Text("RouteKey"),
		IntegrationID:       strings.TrimPrefix(v.Text("Target"), "integrations/"),
		AuthorizationType:   v.Text("AuthorizationType"),
		AuthorizerID:        v.Text("AuthorizerId"),
		AuthorizationScopes: v.Texts("AuthorizationScopes"),
	}
	if given, ok := r.Text("AuthorizationType"); given == "" && ok {
		rt.AuthorizationType = authorizationNone
	}
	if id, ok := r.Text("AuthorizerId"); rt.AuthorizationType == authorizationJWT && ok && id == "" {
		b.fail(rt.Resource, "AuthorizerId", "AuthorizerId is required for a route of type JWT")
	}
	b.attach(rt.Resource, v.Text("ApiId"), func(api *API) { api.Routes = append(api.Routes, rt) })
}

// checkRouteKeys reports what is not a route key, and the second of two that take the same
// requests.
func (b *builder) checkRouteKeys(routes []Route) {
	shapes := owners{}
	keys := map[string]string{} // by logical id
	for _, r := range routes {
		if r.Key == "" {
			continue
		}
		pattern, err := httpapi.ParseRouteKey(r.Key)
		if err != nil {
			b.fail(r.Resource, "RouteKey", "%q is not a route key: %v", r.Key, err)
			continue
		}
		keys[r.LogicalID] = r.Key
		other, taken := shapes.claim(pattern.Shape(), r.Resource)
		switch {
		case taken && keys[other] == r.Key:
			b.fail(r.Resource, "RouteKey", "the API already has the route %s, as %s", r.Key, other)
		case taken:
			b.fail(r.Resource, "RouteKey", "the route takes the same requests as %s, which is %s", keys[other], other)
		}
	}
}

func (b *builder) checkRoute(r Route, authorizers, integrations map[string]bool) {
	if !integrations[r.IntegrationID] && r.IntegrationID != "" {
		b.fail(r.Resource, "Target", "the API has no integration with the id %q", r.IntegrationID)
	}
	for _, scope := range r.AuthorizationScopes {
		if scope != "" && !httpapi.IsScope(scope) {
			b.fail(r.Resource, "AuthorizationScopes", "%q has characters that no scope can have", scope)
		}
	}
	if r.AuthorizationType == authorizationNone {
		if len(r.AuthorizationScopes) > 0 {
			b.fail(r.Resource, "AuthorizationScopes",
				"Authorization Scopes are only valid for COGNITO_USER_POOLS and JWT authorization types")
		}
		if r.AuthorizerID != "" {
			b.cannot(r.Resource, "AuthorizerId", "the route has an authorizer and the authorization type NONE, which ignores it: use JWT")
		}
		return
	}
	if !authorizers[r.AuthorizerID] && r.AuthorizerID != "" {
		b.fail(r.Resource, "AuthorizerId", "the API has no authorizer with the id %q", r.AuthorizerID)
	}
}
