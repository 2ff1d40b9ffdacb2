package assembly

import (
	"strings"

	"cognito-m2m/internal/assembly/template"
	"cognito-m2m/internal/httpapi"
	"cognito-m2m/naming"
)

// Types of authorization a route can have and this runtime knows.
const (
	authorizationNone   = "NONE"
	authorizationJWT    = "JWT"
	authorizationCustom = "CUSTOM" // a Lambda authorizer
)

var route = template.Type{
	Properties: template.Properties{
		"ApiId":               template.Text().Must(),
		"RouteKey":            template.Text().Must(),
		"Target":              template.Text().NeededBy(template.Unknown).Like(`^integrations/.+$`),
		"AuthorizationType":   template.OneOf(authorizationNone, authorizationJWT, authorizationCustom, "AWS_IAM").Only(authorizationNone, authorizationJWT, authorizationCustom),
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
	if id, ok := r.Text("AuthorizerId"); rt.asksAuthorizer() && ok && id == "" {
		b.fail(rt.Resource, "AuthorizerId", "AuthorizerId is required for a route of type %s", rt.AuthorizationType)
	}
	if rt.AuthorizationType == authorizationCustom {
		rt.ToldScopes = toldScopes(r.Metadata(naming.ScopesMetadata))
	}
	rt.Description, _ = r.Metadata(naming.DescriptionMetadata).(string)
	b.attach(rt.Resource, v.Text("ApiId"), func(api *API) { api.Routes = append(api.Routes, rt) })
}

// toldScopes reads a list of scopes, nil if it is none.
func toldScopes(told any) []string {
	list, ok := told.([]any)
	if !ok {
		return nil
	}
	scopes := []string{}
	for _, element := range list {
		scope, isText := element.(string)
		if !isText {
			return nil
		}
		scopes = append(scopes, scope)
	}
	return scopes
}

// asksAuthorizer says whether the route's type of authorization takes an authorizer.
func (r Route) asksAuthorizer() bool {
	return r.AuthorizationType == authorizationJWT || r.AuthorizationType == authorizationCustom
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

func (b *builder) checkRoute(r Route, authorizers map[string]Authorizer, integrations map[string]bool) {
	if !integrations[r.IntegrationID] && r.IntegrationID != "" {
		b.fail(r.Resource, "Target", "the API has no integration with the id %q", r.IntegrationID)
	}
	for _, scope := range r.AuthorizationScopes {
		if scope != "" && !httpapi.IsScope(scope) {
			b.fail(r.Resource, "AuthorizationScopes", "%q has characters that no scope can have", scope)
		}
	}
	if r.AuthorizationType != "" && r.AuthorizationType != authorizationJWT && len(r.AuthorizationScopes) > 0 {
		b.fail(r.Resource, "AuthorizationScopes",
			"Authorization Scopes are only valid for COGNITO_USER_POOLS and JWT authorization types")
	}
	if r.AuthorizerID != "" {
		b.checkAuthorizerOf(r, authorizers)
	}
}

// checkAuthorizerOf holds a route's type of authorization against the authorizer that it names.
// What API Gateway says of one of the wrong type is only known in part.
func (b *builder) checkAuthorizerOf(r Route, authorizers map[string]Authorizer) {
	asked, found := authorizers[r.AuthorizerID]
	switch {
	case r.AuthorizationType == authorizationNone:
		b.cannot(r.Resource, "AuthorizerId", "the route has an authorizer and the authorization type NONE, which ignores it: use JWT or CUSTOM")
	case !found:
		b.fail(r.Resource, "AuthorizerId", "the API has no authorizer with the id %q", r.AuthorizerID)
	case r.AuthorizationType == authorizationJWT && asked.Function != nil:
		b.fail(r.Resource, "AuthorizerId",
			"Setting the authorization type to JWT requires a valid JWT authorizer. The authorizer %s is a function: use CUSTOM", asked.LogicalID)
	case r.AuthorizationType == authorizationCustom && asked.Function == nil:
		b.fail(r.Resource, "AuthorizerId", "the authorizer %s is a JWT authorizer, and the route has the authorization type CUSTOM: use JWT", asked.LogicalID)
	}
}
