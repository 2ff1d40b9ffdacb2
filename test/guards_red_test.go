package test

import (
	"strings"
	"testing"
)

// breakage is one way to break a guarded rule in a copy of the dev environment.
type breakage struct {
	guard, name string
	apply       func(stage)
}

// first is the resource of a type whose logical id contains part.
func first(t template, kind, part string) map[string]any {
	for id, resource := range t.resources(kind) {
		if strings.Contains(id, part) {
			return resource
		}
	}
	panic("no " + kind + " with " + part + " in its id")
}

func set(resource map[string]any, property string, value any) {
	properties(resource)[property] = value
}

func api(kind, part, property string, value any) func(stage) {
	return func(s stage) { set(first(s.stacks["Api"], kind, part), property, value) }
}

func identity(kind, part, property string, value any) func(stage) {
	return func(s stage) { set(first(s.stacks["Identity"], kind, part), property, value) }
}

func add(stack, id string, resource map[string]any) func(stage) {
	return func(s stage) { s.stacks[stack].section("Resources")[id] = resource }
}

func jwt(change func(configuration map[string]any)) func(stage) {
	return func(s stage) {
		change(at(theAuthorizer(s), "JwtConfiguration").(map[string]any))
	}
}

var breakages = []breakage{
	{"every route has the JWT authorizer", "an open route", api("AWS::ApiGatewayV2::Route", "", "AuthorizationType", "NONE")},
	{"every route has the JWT authorizer", "a route without an authorizer", api("AWS::ApiGatewayV2::Route", "", "AuthorizerId", nil)},
	{"audience is exactly the app clients", "the user pool as audience", jwt(func(c map[string]any) {
		c["Audience"] = []any{map[string]any{"Fn::ImportValue": "m2m-dev-Identity:Pool"}}
	})},
	{"audience is exactly the app clients", "a client left out", jwt(func(c map[string]any) {
		c["Audience"] = c["Audience"].([]any)[:1]
	})},
	{"audience is exactly the app clients", "a client that is not configured", add("Api", "Extra", map[string]any{
		"Type": "AWS::Cognito::UserPoolClient", "Properties": map[string]any{"ClientName": "extra"},
	})},
	{"issuer is the environment's user pool", "another issuer", jwt(func(c map[string]any) {
		c["Issuer"] = "https://issuer.example.com"
	})},
	{"every scope exists on a resource server", "a scope missing on the resource server", func(s stage) {
		p := properties(first(s.stacks["Identity"], "AWS::Cognito::UserPoolResourceServer", ""))
		p["Scopes"] = p["Scopes"].([]any)[:1]
	}},
	{"every scope exists on a resource server", "an unknown scope on a route", api("AWS::ApiGatewayV2::Route", "read", "AuthorizationScopes", []any{"test-api/rad"})},
	{"clients can only use client credentials", "an extra OAuth flow", api("AWS::Cognito::UserPoolClient", "Reader", "AllowedOAuthFlows", []any{"client_credentials", "code"})},
	{"clients can only use client credentials", "auth flows left out", api("AWS::Cognito::UserPoolClient", "Reader", "ExplicitAuthFlows", nil)},
	{"clients can only use client credentials", "no secret", api("AWS::Cognito::UserPoolClient", "Reader", "GenerateSecret", false)},
	{"clients can only use client credentials", "an example callback", api("AWS::Cognito::UserPoolClient", "Reader", "CallbackURLs", []any{"https://example.com"})},
	{"clients can only use client credentials", "an OIDC scope", api("AWS::Cognito::UserPoolClient", "Reader", "AllowedOAuthScopes", []any{"openid"})},
	{"only pool id and provider URL are exported", "an extra export", func(s stage) {
		s.stacks["Identity"].section("Outputs")["Extra"] = map[string]any{
			"Value": map[string]any{"Ref": "UserPoolDomain"}, "Export": map[string]any{"Name": "extra"},
		}
	}},
	{"Api depends on Identity", "no dependency", func(s stage) {
		for _, artifact := range s.artifacts("aws:cloudformation:stack") {
			artifact["dependencies"] = []any{}
		}
	}},
	{"no policy allows *", "a resource *", func(s stage) {
		set(first(s.stacks["Api"], "AWS::IAM::Policy", "Function"), "PolicyDocument", map[string]any{
			"Statement": []any{map[string]any{"Action": "logs:PutLogEvents", "Effect": "Allow", "Resource": "*"}},
		})
	}},
	{"no policy allows *", "an action *", func(s stage) {
		set(first(s.stacks["Api"], "AWS::IAM::Policy", "Function"), "PolicyDocument", map[string]any{
			"Statement": []any{map[string]any{"Action": "logs:*", "Effect": "Allow", "Resource": "arn:aws:logs:x"}},
		})
	}},
	{"no policy allows *", "the managed policy that writes to every log group", api("AWS::IAM::Role", "Function", "ManagedPolicyArns",
		[]any{"arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"})},
	{"no secret in a template", "a secret in an output", func(s stage) {
		s.stacks["Api"].section("Outputs")["Secret"] = map[string]any{
			"Value": map[string]any{"Fn::GetAtt": []any{"ClientReaderAppClient", "ClientSecret"}},
		}
	}},
	{"no secret in a template", "a secret in an environment variable", api("AWS::Lambda::Function", "Echo", "Environment", map[string]any{
		"Variables": map[string]any{"SECRET": strings.Repeat("0123456789abcdefghijklmnopqrstuv", 2)[:52]},
	})},
	{"no secret in a template", "a custom resource", add("Api", "Describe", map[string]any{
		"Type": "Custom::DescribeCognitoUserPoolClient",
	})},
	{"outputs have the keys that tools read", "a renamed output", func(s stage) {
		outputs := s.stacks["Api"].section("Outputs")
		outputs["ClientIdRenamed"] = outputs["ClientIdReader"]
		delete(outputs, "ClientIdReader")
	}},
	{"nobody can sign up", "self sign-up", identity("AWS::Cognito::UserPool", "", "AdminCreateUserConfig", nil)},
	{"the stage deploys, throttles and logs", "no auto deploy", api("AWS::ApiGatewayV2::Stage", "", "AutoDeploy", nil)},
	{"the stage deploys, throttles and logs", "no throttling", api("AWS::ApiGatewayV2::Stage", "", "DefaultRouteSettings", nil)},
	{"the stage deploys, throttles and logs", "no access log", api("AWS::ApiGatewayV2::Stage", "", "AccessLogSettings", nil)},
	{"a protected environment is protected", "dev that can't be deleted", identity("AWS::Cognito::UserPool", "", "DeletionProtection", "ACTIVE")},
	{"log groups have a retention", "logs without end", api("AWS::Logs::LogGroup", "Access", "RetentionInDays", nil)},
	{"log groups have a retention", "a log group that Lambda makes by itself", api("AWS::Lambda::Function", "", "LoggingConfig", nil)},
	{"functions are Go on provided.al2023 for ARM", "Amazon Linux 2", api("AWS::Lambda::Function", "", "Runtime", "provided.al2")},
	{"API Gateway alone may invoke, for this API", "any API may invoke", api("AWS::Lambda::Permission", "", "SourceArn", nil)},
	{"the user pool has exactly one prefix domain", "a fixed prefix", identity("AWS::Cognito::UserPoolDomain", "", "Domain", "m2m-dev")},
	{"route targets and authorizers are this API's", "another authorizer", api("AWS::ApiGatewayV2::Route", "", "AuthorizerId", map[string]any{"Ref": "Other"})},
	{"route targets and authorizers are this API's", "another integration", api("AWS::ApiGatewayV2::Route", "", "Target", "integrations/abc")},
}

func TestGuardsGoRed(t *testing.T) {
	dev := theAssembly(t).stages["dev"]
	proven := map[string]bool{}
	for _, b := range breakages {
		t.Run(b.guard+"/"+b.name, func(t *testing.T) {
			broken := dev.copied()
			b.apply(broken)
			findings := guards[b.guard](broken)
			if len(findings) == 0 {
				t.Error("the guard stays silent")
			}
			t.Log(findings)
		})
		proven[b.guard] = true
	}
	for name := range guards {
		if !proven[name] {
			t.Errorf("no test shows that the guard %q goes red", name)
		}
	}
}

func TestProtectionGoesRedForProd(t *testing.T) {
	broken := theAssembly(t).stages["prod"].copied()
	identity("AWS::Cognito::UserPool", "", "DeletionProtection", "INACTIVE")(broken)
	if len(unprotected(broken)) == 0 {
		t.Error("the guard stays silent about prod without deletion protection")
	}
}
