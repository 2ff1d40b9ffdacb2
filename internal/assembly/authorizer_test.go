package assembly_test

import (
	"maps"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/assembly/template"
	"cognito-m2m/internal/assembly/template/templatetest"
)

// askingFunction puts a Lambda authorizer, as CDK writes one, in the place of the JWT authorizer.
func askingFunction(patches map[string]string) map[string]string {
	all := map[string]string{
		"Jwt": `{"Type": "AWS::ApiGatewayV2::Authorizer", "Properties": {
			"ApiId": {"Ref": "Api"}, "Name": "asking", "AuthorizerType": "REQUEST", "AuthorizerPayloadFormatVersion": "2.0",
			"EnableSimpleResponses": true, "AuthorizerResultTtlInSeconds": 60,
			"IdentitySource": ["$request.header.Authorization", "$context.routeKey"],
			"AuthorizerUri": {"Fn::Sub": "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Echo.Arn}/invocations"}}}`,
		"Route.AuthorizationType":   `"CUSTOM"`,
		"Route.AuthorizationScopes": "",
	}
	maps.Copy(all, patches)
	return all
}

func TestLambdaAuthorizer(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		patches map[string]string
		change  func(*assembly.Authorizer)
	}{
		"as CDK writes it":     {nil, func(*assembly.Authorizer) {}},
		"no TTL":               {map[string]string{"Jwt.AuthorizerResultTtlInSeconds": ""}, func(a *assembly.Authorizer) { a.Function.ResultTTL = 0 }},
		"no TTL and no source": {map[string]string{"Jwt.AuthorizerResultTtlInSeconds": `0`, "Jwt.IdentitySource": ""}, func(a *assembly.Authorizer) { a.Function.ResultTTL, a.IdentitySource = 0, []string{} }},
		"an hour":              {map[string]string{"Jwt.AuthorizerResultTtlInSeconds": `"3600"`}, func(a *assembly.Authorizer) { a.Function.ResultTTL = time.Hour }},
		"policies":             {map[string]string{"Jwt.EnableSimpleResponses": ""}, func(a *assembly.Authorizer) { a.Function.SimpleResponses = false }},
		"format 1.0": {map[string]string{"Jwt.EnableSimpleResponses": `false`, "Jwt.AuthorizerPayloadFormatVersion": `"1.0"`}, func(a *assembly.Authorizer) {
			a.Function.SimpleResponses, a.Function.PayloadFormatVersion = false, "1.0"
		}},
		"a role":            {map[string]string{"Jwt.AuthorizerCredentialsArn": `"arn:aws:iam::123456789012:role/r"`}, func(a *assembly.Authorizer) { a.Function.CredentialsARN = "arn:aws:iam::123456789012:role/r" }},
		"an alias":          {map[string]string{"Jwt.AuthorizerUri": `{"Fn::Sub": "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Echo.Arn}:live/invocations"}`}, func(a *assembly.Authorizer) { a.Function.Qualifier = "live" }},
		"what nobody reads": {map[string]string{"Jwt.IdentityValidationExpression": `".*"`}, func(*assembly.Authorizer) {}},
		"every kind of input": {map[string]string{"Jwt.IdentitySource": `["$request.querystring.a", "$stageVariables.b", "$context.identity.sourceIp"]`}, func(a *assembly.Authorizer) {
			a.IdentitySource = []string{"$request.querystring.a", "$stageVariables.b", "$context.identity.sourceIp"}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := resolvePatched(t, askingFunction(c.patches))
			want := assembly.Authorizer{
				Resource: m.APIs[0].Authorizers[0].Resource, ID: m.APIs[0].Routes[0].AuthorizerID, Name: "asking",
				IdentitySource: []string{"$request.header.Authorization", "$context.routeKey"},
				Function: &assembly.AuthorizerFunction{
					ARN: m.Functions[0].ARN, PayloadFormatVersion: "2.0", SimpleResponses: true, ResultTTL: time.Minute,
				},
			}
			c.change(&want)
			if diff := cmp.Diff(want, m.APIs[0].Authorizers[0]); diff != "" {
				t.Error(diff)
			}
			if got := m.APIs[0].Routes[0].AuthorizationType; got != "CUSTOM" {
				t.Errorf("the route has the type %s", got)
			}
		})
	}
}

func TestRefusedAuthorizers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		patches                      map[string]string
		logicalID, property, message string

		by template.Refuser
	}{
		"no function":                   {map[string]string{"Jwt.AuthorizerUri": ""}, "Jwt", "AuthorizerUri", "AuthorizerUri is a required field in an Authorizer", template.APIGateway},
		"an empty address":              {map[string]string{"Jwt.AuthorizerUri": `""`}, "Jwt", "AuthorizerUri", "AuthorizerUri is a required field in an Authorizer", template.APIGateway},
		"the function's ARN":            {map[string]string{"Jwt.AuthorizerUri": `{"Fn::GetAtt": ["Echo", "Arn"]}`}, "Jwt", "AuthorizerUri", "is not the address of a function: write arn:aws:apigateway:", template.APIGateway},
		"an address that does not end":  {map[string]string{"Jwt.AuthorizerUri": `{"Fn::Sub": "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Echo.Arn}"}`}, "Jwt", "AuthorizerUri", "is not the address", template.APIGateway},
		"another function":              {map[string]string{"Jwt.AuthorizerUri": `"arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:123456789012:function:x/invocations"`}, "Jwt", "AuthorizerUri", "the stage has no function arn:", template.LocalRuntime},
		"no format":                     {map[string]string{"Jwt.AuthorizerPayloadFormatVersion": ""}, "Jwt", "AuthorizerPayloadFormatVersion", "AuthorizerPayloadFormatVersion is a required parameter for REQUEST authorizer", template.APIGateway},
		"another format":                {map[string]string{"Jwt.AuthorizerPayloadFormatVersion": `"3.0"`}, "Jwt", "AuthorizerPayloadFormatVersion", "not one of 1.0, 2.0", template.APIGateway},
		"simple responses of 1.0":       {map[string]string{"Jwt.AuthorizerPayloadFormatVersion": `"1.0"`}, "Jwt", "EnableSimpleResponses", `EnableSimpleResponses can only be set for AuthorizerPayloadFormatVersion "2.0".`, template.APIGateway},
		"too long":                      {map[string]string{"Jwt.AuthorizerResultTtlInSeconds": `3601`}, "Jwt", "AuthorizerResultTtlInSeconds", "from 0 to 3600", template.APIGateway},
		"before now":                    {map[string]string{"Jwt.AuthorizerResultTtlInSeconds": `-1`}, "Jwt", "AuthorizerResultTtlInSeconds", "from 0 to 3600", template.APIGateway},
		"nothing to remember by":        {map[string]string{"Jwt.IdentitySource": ""}, "Jwt", "IdentitySource", "Identity source must be set if authorizer caching is enabled (TTL is greater than 0)", template.APIGateway},
		"an empty list of it":           {map[string]string{"Jwt.IdentitySource": `[]`}, "Jwt", "IdentitySource", "Identity source must be set if authorizer caching", template.APIGateway},
		"another expression":            {map[string]string{"Jwt.IdentitySource": `["$request.header.A", "$request.body.a"]`}, "Jwt", "IdentitySource", "invalid identity source expression: $request.body.a:", template.APIGateway},
		"a variable there is not":       {map[string]string{"Jwt.IdentitySource": `["$context.nothing"]`}, "Jwt", "IdentitySource", "invalid identity source expression: $context.nothing:", template.APIGateway},
		"audiences of a function":       {map[string]string{"Jwt.JwtConfiguration": `{"Issuer": "https://a", "Audience": ["a"]}`}, "Jwt", "JwtConfiguration", "an authorizer of this type has no JwtConfiguration", template.LocalRuntime},
		"a JWT route":                   {map[string]string{"Route.AuthorizationType": `"JWT"`}, "Route", "AuthorizerId", "Setting the authorization type to JWT requires a valid JWT authorizer.", template.APIGateway},
		"scopes of a CUSTOM route":      {map[string]string{"Route.AuthorizationScopes": `["a/b"]`}, "Route", "AuthorizationScopes", "Authorization Scopes are only valid for", template.APIGateway},
		"a CUSTOM route of no one":      {map[string]string{"Route.AuthorizerId": ""}, "Route", "AuthorizerId", "required for a route of type CUSTOM", template.APIGateway},
		"a CUSTOM route of another one": {map[string]string{"Route.AuthorizerId": `"x"`}, "Route", "AuthorizerId", `no authorizer with the id "x"`, template.APIGateway},
		"an open route of one":          {map[string]string{"Route.AuthorizationType": ""}, "Route", "AuthorizerId", "use JWT or CUSTOM", template.LocalRuntime},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, problems := resolveOne(t, patched(t, askingFunction(c.patches)))
			if by := templatetest.WantProblem(t, problems, c.logicalID, c.property, c.message); by != c.by {
				t.Errorf("%s, want: %s", by, c.by)
			}
		})
	}
}

func TestRefusedJWTAuthorizers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		patches                      map[string]string
		logicalID, property, message string

		by template.Refuser
	}{
		"no configuration":        {map[string]string{"Jwt.JwtConfiguration": ""}, "Jwt", "JwtConfiguration", "JwtConfiguration must not be null for JWT Authorizer", template.APIGateway},
		"no source":               {map[string]string{"Jwt.IdentitySource": ""}, "Jwt", "IdentitySource", "IdentitySource is required", template.APIGateway},
		"a source of a function":  {map[string]string{"Jwt.IdentitySource": `["$context.routeKey"]`}, "Jwt", "IdentitySource", "the identity source must be one", template.APIGateway},
		"a function of a JWT":     {map[string]string{"Jwt.AuthorizerUri": `"arn:x"`}, "Jwt", "AuthorizerUri", "an authorizer of this type has no AuthorizerUri", template.LocalRuntime},
		"answers that are kept":   {map[string]string{"Jwt.AuthorizerResultTtlInSeconds": `60`}, "Jwt", "AuthorizerResultTtlInSeconds", "an authorizer of this type has no AuthorizerResultTtlInSeconds", template.LocalRuntime},
		"a CUSTOM route of a JWT": {map[string]string{"Route.AuthorizationType": `"CUSTOM"`, "Route.AuthorizationScopes": ""}, "Route", "AuthorizerId", "the authorizer Jwt is a JWT authorizer", template.APIGateway},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, problems := resolveOne(t, patched(t, c.patches))
			if by := templatetest.WantProblem(t, problems, c.logicalID, c.property, c.message); by != c.by {
				t.Errorf("%s, want: %s", by, c.by)
			}
		})
	}
}
