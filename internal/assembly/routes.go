package assembly

import (
	"strings"
	"time"

	"cognito-m2m/internal/httpapi"
)

// Types of authorization a route can have and this runtime knows.
const (
	authorizationNone = "NONE"
	authorizationJWT  = "JWT"
)

var authorizer = resourceType{
	properties: properties{
		"ApiId":          text().must(),
		"Name":           text().must().like(`^.{1,128}$`),
		"AuthorizerType": oneOf(authorizationJWT, "REQUEST").only(authorizationJWT).must(),
		"IdentitySource": texts().must(),
		"JwtConfiguration": object(properties{
			"Issuer":   text().must().like(`^https://.+$`),
			"Audience": listOf(text().must()).must(),
		}).must(),
	},
	ref:        generatedID,
	attributes: map[string]attribute{"AuthorizerId": generatedID},
	read:       readAuthorizer,
}

func readAuthorizer(b *builder, r *resource, v values) {
	jwt := v.object("JwtConfiguration")
	if audience, given := jwt["Audience"].([]any); given && len(audience) == 0 {
		b.fail(r.source(), "JwtConfiguration.Audience", "the list is empty, and it must not be: give it a value")
	}
	a := Authorizer{
		Resource:       r.source(),
		ID:             r.reference(),
		Name:           v.text("Name"),
		IdentitySource: v.texts("IdentitySource"),
		Issuer:         jwt.text("Issuer"),
		Audience:       jwt.texts("Audience"),
	}
	b.attach(a.Resource, v.text("ApiId"), func(api *API) { api.Authorizers = append(api.Authorizers, a) })
}

var integration = resourceType{
	properties: properties{
		"ApiId":           text().must(),
		"IntegrationType": oneOf("AWS", "AWS_PROXY", "HTTP", "HTTP_PROXY", "MOCK").only("AWS_PROXY").must(),
		"IntegrationUri":  text().must(),
		// Parity: Integration: payload format 1.0
		"PayloadFormatVersion": oneOf("1.0", "2.0").only("2.0").must(),
		"TimeoutInMillis":      whole(httpapi.MinTimeoutMillis, httpapi.MaxTimeoutMillis),
		"ConnectionType":       oneOf("INTERNET", "VPC_LINK").only("INTERNET"),
		"IntegrationMethod":    noEffect(), // Lambda is always called with POST
		"Description":          noEffect(),
		"CredentialsArn":       unsupported("a call under a role of its own instead of the function's resource policy is not simulated"),
	},
	ref:        generatedID,
	attributes: map[string]attribute{"IntegrationId": generatedID},
	read:       readIntegration,
}

func readIntegration(b *builder, r *resource, v values) {
	i := Integration{
		Resource: r.source(),
		ID:       r.reference(),
		Timeout:  time.Duration(v.whole("TimeoutInMillis", httpapi.MaxTimeoutMillis)) * time.Millisecond,
	}
	i.FunctionARN, i.Qualifier = integrationTarget(v.text("IntegrationUri"))
	b.attach(i.Resource, v.text("ApiId"), func(api *API) { api.Integrations = append(api.Integrations, i) })
}

// integrationTarget finds the function in an IntegrationUri, which is the function's ARN or has the form
// arn:aws:apigateway:<Region>:lambda:path/2015-03-31/functions/<function ARN>/invocations.
func integrationTarget(uri string) (arn, qualifier string) {
	if _, wrapped, ok := strings.Cut(uri, ":lambda:path/2015-03-31/functions/"); ok {
		uri = strings.TrimSuffix(wrapped, "/invocations")
	}
	return cutQualifier(uri)
}

var route = resourceType{
	properties: properties{
		"ApiId":               text().must(),
		"RouteKey":            text().must(),
		"Target":              text().must().like(`^integrations/.+$`),
		"AuthorizationType":   oneOf(authorizationNone, authorizationJWT, "AWS_IAM", "CUSTOM").only(authorizationNone, authorizationJWT),
		"AuthorizerId":        text(),
		"AuthorizationScopes": texts().atMost(httpapi.MaxScopes),
		"OperationName":       noEffect(),
	},
	ref:        generatedID,
	attributes: map[string]attribute{"RouteId": generatedID},
	read:       readRoute,
}

func readRoute(b *builder, r *resource, v values) {
	rt := Route{
		Resource:            r.source(),
		ID:                  r.reference(),
		Key:                 v.text("RouteKey"),
		IntegrationID:       strings.TrimPrefix(v.text("Target"), "integrations/"),
		AuthorizationType:   v.text("AuthorizationType"),
		AuthorizerID:        v.text("AuthorizerId"),
		AuthorizationScopes: v.texts("AuthorizationScopes"),
	}
	if given, ok := r.text("AuthorizationType"); given == "" && ok {
		rt.AuthorizationType = authorizationNone
	}
	if id, ok := r.text("AuthorizerId"); rt.AuthorizationType == authorizationJWT && ok && id == "" {
		b.fail(rt.Resource, "AuthorizerId", "AuthorizerId is required for a route of type JWT")
	}
	b.attach(rt.Resource, v.text("ApiId"), func(api *API) { api.Routes = append(api.Routes, rt) })
}
