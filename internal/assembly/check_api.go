package assembly

import (
	"maps"
	"slices"

	"cognito-m2m/internal/httpapi"
)

// checkAPI looks at the parts of one API beside each other.
func (b *builder) checkAPI(api *API) {
	// The words are API Gateway's: aws/aws-cdk #9076.
	if cors := api.CORS; cors != nil && cors.AllowCredentials && slices.Contains(cors.AllowOrigins, "*") {
		b.fail(api.Resource, "CorsConfiguration", "allow-credentials is not supported if 'allow-origin' is *")
	}
	authorizers, integrations := set{}, set{}
	for _, a := range api.Authorizers {
		authorizers[a.ID] = struct{}{}
		b.checkAuthorizer(a)
	}
	if count := len(api.Integrations); count > httpapi.MaxIntegrations {
		b.fail(api.Resource, "", "the API has %d integrations, and AWS allows %d", count, httpapi.MaxIntegrations)
	}
	for _, i := range api.Integrations {
		integrations[i.ID] = struct{}{}
		b.checkFunction(i.Resource, "IntegrationUri", i.FunctionARN)
	}
	b.checkRouteKeys(api.Routes)
	for _, r := range api.Routes {
		b.checkRoute(r, authorizers, integrations)
	}
	stages := owners{}
	for _, s := range api.Stages {
		if other, taken := stages.claim(s.Name, s.Resource); taken {
			b.fail(s.Resource, "StageName", "the API already has the stage %s, as %s", s.Name, other)
		}
		b.checkStage(s, api.Routes)
	}
}

func (b *builder) checkAuthorizer(a Authorizer) {
	if len(a.Audience) > httpapi.MaxAudiences {
		b.fail(a.Resource, "JwtConfiguration.Audience", "%d audiences, and AWS allows %d on an authorizer",
			len(a.Audience), httpapi.MaxAudiences)
	}
	if _, err := httpapi.ParseIdentitySource(a.IdentitySource); err != nil && !slices.Contains(a.IdentitySource, "") {
		b.fail(a.Resource, "IdentitySource", "%v", err)
	}
}

// checkRouteKeys reports what is not a route key, and the second of two that take the same requests.
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

func (b *builder) checkRoute(r Route, authorizers, integrations set) {
	if _, ok := integrations[r.IntegrationID]; !ok && r.IntegrationID != "" {
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
			b.fail(r.Resource, "AuthorizerId", "the route has an authorizer and the authorization type NONE, which ignores it: use JWT")
		}
		return
	}
	if _, ok := authorizers[r.AuthorizerID]; !ok && r.AuthorizerID != "" {
		b.fail(r.Resource, "AuthorizerId", "the API has no authorizer with the id %q", r.AuthorizerID)
	}
}

// checkStage passes over a format that could not be read, which has been reported.
func (b *builder) checkStage(s APIStage, routes []Route) {
	if s.AccessLogFormat != "" {
		if _, err := httpapi.ParseLogFormat(s.AccessLogFormat); err != nil {
			b.fail(s.Resource, "AccessLogSettings.Format", "%v", err)
		}
	}
	if count := len(s.Variables); count > httpapi.MaxStageVariables {
		b.fail(s.Resource, "StageVariables", "%d stage variables, and AWS allows %d", count, httpapi.MaxStageVariables)
	}
	for _, key := range slices.Sorted(maps.Keys(s.RouteSettings)) {
		if !slices.ContainsFunc(routes, func(r Route) bool { return r.Key == key || r.Key == "" }) {
			b.fail(s.Resource, "RouteSettings", "there are settings for %q, and the API has no such route", key)
		}
	}
}
