package assembly

import (
	"slices"
	"strings"
	"time"

	"cognito-m2m/internal/assembly/template"
	"cognito-m2m/internal/httpapi"
)

// Types of authorizers.
const (
	authorizerJWT    = "JWT"
	authorizerLambda = "REQUEST"
)

var authorizer = template.Type{
	Properties: template.Properties{
		"ApiId":          template.Text().Must(),
		"Name":           template.Text().Must().Like(`^.{1,128}$`),
		"AuthorizerType": template.OneOf(authorizerJWT, authorizerLambda).Must(),
		"IdentitySource": template.Texts(),
		"JwtConfiguration": template.Object(template.Properties{
			"Issuer":   template.Text().NeededBy(template.APIGateway).Like(`^https://.+$`),
			"Audience": template.ListOf(template.Text().NeededBy(template.APIGateway)).NeededBy(template.APIGateway),
		}),
		"AuthorizerUri":                  template.Text(),
		"AuthorizerPayloadFormatVersion": template.OneOf("1.0", "2.0"),
		"AuthorizerResultTtlInSeconds":   template.Whole(0, httpapi.MaxAuthorizerResultSeconds),
		"EnableSimpleResponses":          template.Flag(),
		"AuthorizerCredentialsArn":       template.Text(),
		"IdentityValidationExpression":   template.NoEffect(), // API Gateway V2 API reference: it is not used
	},
	Ref:        template.GeneratedID,
	Attributes: map[string]template.Attribute{"AuthorizerId": template.GeneratedID},
}

// ofJWT and ofLambda are the properties that belong to one type of authorizer.
var (
	ofJWT    = []string{"JwtConfiguration"}
	ofLambda = []string{
		"AuthorizerUri", "AuthorizerPayloadFormatVersion", "AuthorizerResultTtlInSeconds", "EnableSimpleResponses", "AuthorizerCredentialsArn",
	}
)

func readAuthorizer(b *builder, r *template.Resource, v template.Values) {
	a := Authorizer{
		Resource:       r.Source(),
		ID:             r.Reference(),
		Name:           v.Text("Name"),
		IdentitySource: v.Texts("IdentitySource"),
	}
	switch v.Text("AuthorizerType") {
	case authorizerJWT:
		b.readJWT(&a, r, v)
		b.checkForeign(r, ofLambda)
	case authorizerLambda:
		a.Function = b.readAuthorizerFunction(r, v)
		b.checkForeign(r, ofJWT)
	}
	b.attach(a.Resource, v.Text("ApiId"), func(api *API) { api.Authorizers = append(api.Authorizers, a) })
}

func (b *builder) readJWT(a *Authorizer, r *template.Resource, v template.Values) {
	b.needs(r, "IdentitySource", "IdentitySource is required")
	b.needs(r, "JwtConfiguration", "JwtConfiguration must not be null for JWT Authorizer")
	jwt := v.Object("JwtConfiguration")
	if audience, given := jwt.Any("Audience").([]any); given && len(audience) == 0 {
		b.fail(r.Source(), "JwtConfiguration.Audience", "the list is empty, and it must not be: give it a value")
	}
	a.Issuer, a.Audience = jwt.Text("Issuer"), jwt.Texts("Audience")
}

// readAuthorizerFunction reads what an authorizer of type REQUEST says of its function.
//
// Parity: Lambda authorizer: time to live that is left out
func (b *builder) readAuthorizerFunction(r *template.Resource, v template.Values) *AuthorizerFunction {
	b.needs(r, "AuthorizerUri", "AuthorizerUri is a required field in an Authorizer")
	b.needs(r, "AuthorizerPayloadFormatVersion", "AuthorizerPayloadFormatVersion is a required parameter for REQUEST authorizer")
	f := &AuthorizerFunction{
		PayloadFormatVersion: v.Text("AuthorizerPayloadFormatVersion"),
		SimpleResponses:      v.Flag("EnableSimpleResponses"),
		ResultTTL:            time.Duration(v.Whole("AuthorizerResultTtlInSeconds", 0)) * time.Second,
		CredentialsARN:       v.Text("AuthorizerCredentialsArn"),
	}
	if uri := v.Text("AuthorizerUri"); uri != "" {
		_, arn, hasForm := strings.Cut(uri, lambdaPath)
		arn, hasEnd := strings.CutSuffix(arn, "/invocations")
		if !hasForm || !hasEnd || !strings.HasPrefix(uri, "arn:") {
			b.fail(r.Source(), "AuthorizerUri", "%q is not the address of a function: write arn:aws:apigateway:<Region>%s<function's ARN>/invocations", uri, lambdaPath)
		} else {
			f.ARN, f.Qualifier = cutQualifier(arn)
		}
	}
	if f.SimpleResponses && f.PayloadFormatVersion == "1.0" {
		b.fail(r.Source(), "EnableSimpleResponses", `EnableSimpleResponses can only be set for AuthorizerPayloadFormatVersion "2.0".`)
	}
	if sources, ok := r.Property("IdentitySource"); ok && f.ResultTTL > 0 && isEmpty(sources) {
		b.fail(r.Source(), "IdentitySource", "Identity source must be set if authorizer caching is enabled (TTL is greater than 0)")
	}
	return f
}

// needs reports a property that is left out and that only this type of authorizer needs, in API
// Gateway's words.
func (b *builder) needs(r *template.Resource, property, refusal string) {
	if value, ok := r.Property(property); ok && isEmpty(value) {
		b.fail(r.Source(), property, "%s", refusal)
	}
}

func isEmpty(value any) bool {
	list, isList := value.([]any)
	return value == nil || value == "" || isList && len(list) == 0
}

// checkForeign reports properties that belong to the other type of authorizer. What API Gateway
// makes of them is unknown.
func (b *builder) checkForeign(r *template.Resource, properties []string) {
	for _, property := range properties {
		if value, ok := r.Property(property); ok && value != nil {
			b.unsupported(r.Source(), property, "an authorizer of this type has no "+property)
		}
	}
}

func (b *builder) checkAuthorizer(a Authorizer) {
	if len(a.Audience) > httpapi.MaxAudiences {
		b.fail(a.Resource, "JwtConfiguration.Audience", "%d audiences, and AWS allows %d on an authorizer",
			len(a.Audience), httpapi.MaxAudiences)
	}
	if slices.Contains(a.IdentitySource, "") || a.Function == nil && len(a.IdentitySource) == 0 {
		return // reported
	}
	_, err := httpapi.ParseIdentitySource(a.IdentitySource)
	if a.Function != nil {
		_, err = httpapi.ParseIdentitySources(a.IdentitySource)
		b.checkFunction(a.Resource, "AuthorizerUri", a.Function.ARN)
	}
	if err != nil {
		b.fail(a.Resource, "IdentitySource", "%v", err)
	}
}
