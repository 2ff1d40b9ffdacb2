package test

import (
	"maps"
	"strings"
	"testing"
)

// breakage is one way to break a guarded rule in a copy of the dev environment.
type breakage struct {
	name  string
	apply func(stage)
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

// jwt changes the authorizer's JwtConfiguration.
func jwt(change func(configuration map[string]any)) func(stage) {
	return func(s stage) {
		change(at(properties(first(s.stacks["Api"], "AWS::ApiGatewayV2::Authorizer", "")), "JwtConfiguration").(map[string]any))
	}
}

// foreign adds a resource to the Api stack.
func foreign(kind string, properties map[string]any) func(stage) {
	return func(s stage) {
		s.stacks["Api"].section("Resources")["Foreign"] = map[string]any{"Type": kind, "Properties": properties}
	}
}

// statement replaces the statement of the function's policy.
func statement(keys map[string]any) func(stage) {
	return api("AWS::IAM::Policy", "Echo", "PolicyDocument", map[string]any{"Statement": []any{keys}})
}

// breakages are grouped by guard; every rule of a guard has one.
var breakages = map[string][]breakage{
	"the API's address is the configured one": {
		{"an address that is open by leaving out", api("AWS::ApiGatewayV2::Api", "", "DisableExecuteApiEndpoint", nil)},
	},
	"every route has the authorizer and its scopes": {
		{"an open route", api("AWS::ApiGatewayV2::Route", "", "AuthorizationType", "NONE")},
		{"a route without an authorizer", api("AWS::ApiGatewayV2::Route", "", "AuthorizerId", nil)},
		{"another authorizer", api("AWS::ApiGatewayV2::Route", "", "AuthorizerId", map[string]any{"Ref": "Other"})},
		{"a route that lost its scopes", api("AWS::ApiGatewayV2::Route", "read", "AuthorizationScopes", []any{})},
		{"a route that is not configured", foreign("AWS::ApiGatewayV2::Route", map[string]any{"RouteKey": "GET /more"})},
	},
	"nothing else leads to a function": {
		{"a function URL", foreign("AWS::Lambda::Url", map[string]any{"AuthType": "NONE"})},
		{"an API with a quick-create target", api("AWS::ApiGatewayV2::Api", "", "Target", "arn:aws:lambda:x")},
	},
	"one authorizer, which trusts the app clients": {
		{"the user pool as audience", jwt(func(c map[string]any) {
			c["Audience"] = []any{map[string]any{"Fn::ImportValue": "m2m-dev-Identity:Pool"}}
		})},
		{"a client left out", jwt(func(c map[string]any) { c["Audience"] = c["Audience"].([]any)[:1] })},
		{"an audience that is no client", jwt(func(c map[string]any) { c["Audience"] = append(c["Audience"].([]any), "other") })},
		{"a second authorizer", foreign("AWS::ApiGatewayV2::Authorizer", map[string]any{})},
		{"a Lambda authorizer", api("AWS::ApiGatewayV2::Authorizer", "", "AuthorizerType", "REQUEST")},
		{"tokens in the query string", api("AWS::ApiGatewayV2::Authorizer", "", "IdentitySource", []any{"$request.querystring.token"})},
	},
	"the issuer is the environment's user pool": {
		{"another issuer", jwt(func(c map[string]any) { c["Issuer"] = "https://issuer.example.com" })},
		{"no issuer", jwt(func(c map[string]any) { delete(c, "Issuer") })},
		{"a pool that does not say which", identity("AWS::Cognito::UserPool", "", "IssuerConfiguration", nil)},
	},
	"routes and integrations are this API's": {
		{"another target", api("AWS::ApiGatewayV2::Route", "", "Target", "integrations/abc")},
		{"a route of another API", api("AWS::ApiGatewayV2::Route", "", "ApiId", "abc")},
		{"payload format 1.0", api("AWS::ApiGatewayV2::Integration", "", "PayloadFormatVersion", "1.0")},
	},
	"API Gateway alone may invoke, for this API": {
		{"any API may invoke", api("AWS::Lambda::Permission", "Functions", "SourceArn", nil)},
		{"anybody may invoke", api("AWS::Lambda::Permission", "Functions", "Principal", "*")},
		{"the route $default may not", func(s stage) {
			p := properties(first(s.stacks["Api"], "AWS::Lambda::Permission", "Functions"))
			parts := at(p, "SourceArn", "Fn::Join").([]any)[1].([]any)
			parts[len(parts)-1] = "/*/*/*"
		}},
		{"a permission for another function", api("AWS::Lambda::Permission", "Functions", "FunctionName", "other")},
	},
	"the stage deploys, throttles and logs": {
		{"no auto deploy", api("AWS::ApiGatewayV2::Stage", "", "AutoDeploy", nil)},
		{"no throttling", api("AWS::ApiGatewayV2::Stage", "", "DefaultRouteSettings", nil)},
		{"a throttle that is not configured", api("AWS::ApiGatewayV2::Stage", "", "DefaultRouteSettings",
			map[string]any{"ThrottlingRateLimit": 1, "ThrottlingBurstLimit": 1})},
		{"no access log", api("AWS::ApiGatewayV2::Stage", "", "AccessLogSettings", nil)},
		{"an access log that goes nowhere", func(s stage) {
			delete(properties(first(s.stacks["Api"], "AWS::ApiGatewayV2::Stage", ""))["AccessLogSettings"].(map[string]any), "DestinationArn")
		}},
		{"an access log without the caller", func(s stage) {
			settings := properties(first(s.stacks["Api"], "AWS::ApiGatewayV2::Stage", ""))["AccessLogSettings"].(map[string]any)
			settings["Format"] = strings.ReplaceAll(settings["Format"].(string), "client_id", "sub")
		}},
		{"an access log format that is too long", func(s stage) {
			settings := properties(first(s.stacks["Api"], "AWS::ApiGatewayV2::Stage", ""))["AccessLogSettings"].(map[string]any)
			settings["Format"] = strings.Replace(settings["Format"].(string), "{", `{"x":"`+strings.Repeat("x", 1024)+`",`, 1)
		}},
	},
	"app clients are the configured ones": {
		{"a client that is not configured, in the audience too", func(s stage) {
			foreign("AWS::Cognito::UserPoolClient", map[string]any{"ClientName": "extra"})(s)
			jwt(func(c map[string]any) {
				c["Audience"] = append(c["Audience"].([]any), map[string]any{"Ref": "Foreign"})
			})(s)
		}},
		{"another client's scope", api("AWS::Cognito::UserPoolClient", "Reader", "AllowedOAuthScopes", []any{"test-api/write"})},
		{"tokens that last longer", api("AWS::Cognito::UserPoolClient", "Reader", "AccessTokenValidity", 600)},
		{"tokens that last hours", api("AWS::Cognito::UserPoolClient", "Reader", "TokenValidityUnits", map[string]any{"AccessToken": "hours"})},
	},
	"clients can only use client credentials": {
		{"an extra OAuth flow", api("AWS::Cognito::UserPoolClient", "Reader", "AllowedOAuthFlows", []any{"client_credentials", "code"})},
		{"auth flows left out", api("AWS::Cognito::UserPoolClient", "Reader", "ExplicitAuthFlows", nil)},
		{"no secret", api("AWS::Cognito::UserPoolClient", "Reader", "GenerateSecret", false)},
		{"an example callback", api("AWS::Cognito::UserPoolClient", "Reader", "CallbackURLs", []any{"https://example.com"})},
		{"OAuth switched off", api("AWS::Cognito::UserPoolClient", "Reader", "AllowedOAuthFlowsUserPoolClient", false)},
	},
	"every scope exists on a resource server": {
		{"a scope missing on the resource server", func(s stage) {
			p := properties(first(s.stacks["Identity"], "AWS::Cognito::UserPoolResourceServer", ""))
			p["Scopes"] = p["Scopes"].([]any)[:1]
		}},
		{"an unknown scope on a route", api("AWS::ApiGatewayV2::Route", "read", "AuthorizationScopes", []any{"test-api/rad"})},
		{"an OIDC scope on a client", api("AWS::Cognito::UserPoolClient", "Reader", "AllowedOAuthScopes", []any{"openid"})},
	},
	"nobody can sign up": {
		{"self sign-up", identity("AWS::Cognito::UserPool", "", "AdminCreateUserConfig", nil)},
	},
	"the domain is the configured or a new one": {
		{"a fixed prefix", identity("AWS::Cognito::UserPoolDomain", "", "Domain", "m2m-dev")},
		{"no domain", func(s stage) {
			resources := s.stacks["Identity"].section("Resources")
			maps.DeleteFunc(resources, func(_ string, r any) bool { return at(r, "Type") == "AWS::Cognito::UserPoolDomain" })
		}},
	},
	"a protected environment is protected": {
		{"dev that can't be deleted", identity("AWS::Cognito::UserPool", "", "DeletionProtection", "ACTIVE")},
		{"a pool that stays", func(s stage) {
			first(s.stacks["Identity"], "AWS::Cognito::UserPool", "")["DeletionPolicy"] = "Retain"
		}},
		{"termination protection", func(s stage) {
			at(s.artifacts("aws:cloudformation:stack")[s.artifact("Api")], "properties").(map[string]any)["terminationProtection"] = true
		}},
	},
	"roles may do what their function is for, no more": {
		{"a resource *", statement(map[string]any{"Action": "logs:PutLogEvents", "Effect": "Allow", "Resource": "*"})},
		{"an action *", statement(map[string]any{"Action": "logs:*", "Effect": "Allow", "Resource": "arn:aws:logs:x"})},
		{"all but one action", statement(map[string]any{"NotAction": "iam:PassRole", "Effect": "Allow", "Resource": "*"})},
		{"a managed policy", api("AWS::IAM::Role", "Echo", "ManagedPolicyArns", []any{"arn:aws:iam::aws:policy/AdministratorAccess"})},
		{"an inline policy", api("AWS::IAM::Role", "Echo", "Policies", []any{map[string]any{}})},
		{"a role that another account may assume", api("AWS::IAM::Role", "Echo", "AssumeRolePolicyDocument", map[string]any{
			"Statement": []any{map[string]any{"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": map[string]any{"AWS": "*"}}},
		})},
		{"a user", foreign("AWS::IAM::User", map[string]any{})},
		{"a policy of nobody's", foreign("AWS::IAM::Policy", map[string]any{"Roles": []any{map[string]any{"Ref": "Other"}}})},
		{"every secret", rotationStatement("secretsmanager:GetSecretValue", "Resource", "*")},
		{"the secrets of all environments", rotationStatement("secretsmanager:GetSecretValue", "Resource", "arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:m2m/*")},
		{"one secret too few", rotationStatement("secretsmanager:GetSecretValue", "Resource", map[string]any{"Ref": "ClientsReaderSecret9A3CE006"})},
		{"every pool", rotationStatement("cognito-idp:DescribeUserPool", "Resource", "arn:aws:cognito-idp:ap-northeast-1:123456789012:userpool/*")},
		{"every action on the pool", rotationStatement("cognito-idp:DescribeUserPool", "Action", "cognito-idp:*")},
		{"a condition of one's own", rotationStatement("cognito-idp:DescribeUserPool", "Condition", map[string]any{})},
		{"an echo that rotates", func(s stage) {
			policy := first(s.stacks["Api"], "AWS::IAM::Policy", "Rotation")
			set(policy, "Roles", []any{map[string]any{"Ref": "FunctionsEchoRoleC45484F9"}})
		}},
	},
	"no secret in a template": {
		{"a secret in an output", func(s stage) {
			s.stacks["Api"].section("Outputs")["Secret"] = map[string]any{
				"Value": map[string]any{"Fn::GetAtt": []any{"ClientReaderAppClient", "ClientSecret"}},
			}
		}},
		{"a secret's ARN in an output", func(s stage) {
			s.stacks["Api"].section("Outputs")["Secret"] = map[string]any{"Value": map[string]any{"Ref": "ClientsReaderSecret9A3CE006"}}
		}},
		{"an action in a longer text", api("AWS::Lambda::Function", "Echo", "Description", "cognito-idp:AddUserPoolClientSecret of Reader.ClientSecret")},
		{"a dynamic reference", api("AWS::Lambda::Function", "Echo", "Environment", map[string]any{
			"Variables": map[string]any{"SECRET": "{{resolve:secretsmanager:m2m/dev/reader:SecretString:client_secret}}"},
		})},
		{"a secret in a text", func(s stage) {
			s.stacks["Api"].section("Outputs")["Secret"] = map[string]any{"Value": map[string]any{"Fn::Sub": "${Reader.ClientSecret}"}}
		}},
		{"a secret in an environment variable", api("AWS::Lambda::Function", "Echo", "Environment", map[string]any{
			"Variables": map[string]any{"SECRET": strings.Repeat("0123456789abcdefghijklmnopqrstuv", 2)[:52]},
		})},
		{"a custom resource", foreign("Custom::AWS", nil)},
	},
	"exports block nothing": {
		{"an extra export", func(s stage) {
			s.stacks["Identity"].section("Outputs")["Extra"] = map[string]any{
				"Value": map[string]any{"Ref": "UserPoolDomain"}, "Export": map[string]any{"Name": "extra"},
			}
		}},
		{"a second pool", func(s stage) {
			s.stacks["Identity"].section("Resources")["Pool"] = map[string]any{"Type": "AWS::Cognito::UserPool"}
		}},
	},
	"outputs have the keys that tools read": {
		{"another alarm", func(s stage) {
			s.stacks["Api"].section("Outputs")["RollbackAlarmArn"] = map[string]any{"Value": map[string]any{"Fn::GetAtt": []any{"MonitoringLatencyC2535EBB", "Arn"}}}
		}},
		{"a renamed output", func(s stage) {
			outputs := s.stacks["Api"].section("Outputs")
			outputs["ClientIdRenamed"] = outputs["ClientIdReader"]
			delete(outputs, "ClientIdReader")
		}},
	},
	"Api depends on Identity": {
		{"no dependency", func(s stage) { s.artifacts("aws:cloudformation:stack")[s.artifact("Api")]["dependencies"] = []any{} }},
	},
	"log groups have a retention": {
		{"logs without end", api("AWS::Logs::LogGroup", "Access", "RetentionInDays", nil)},
		{"a log group that Lambda makes by itself", api("AWS::Lambda::Function", "Echo", "LoggingConfig", nil)},
	},
	"functions are Go on provided.al2023 for ARM": {
		{"Amazon Linux 2", api("AWS::Lambda::Function", "Echo", "Runtime", "provided.al2")},
		{"another architecture", api("AWS::Lambda::Function", "Echo", "Architectures", []any{"x86_64"})},
	},
}

func TestGuardsGoRed(t *testing.T) {
	for name := range guards {
		if len(breakages[name])+len(credentialBreakages[name])+len(readerBreakages[name])+len(optionBreakages[name])+len(monitoringBreakages[name])+len(manyBreakages[name]) == 0 && name != "what CDK's validation finds, fails the synth" { // see TestValidationFailsTheSynth
			t.Errorf("no test shows that the guard %q goes red", name)
		}
	}
	dev := theAssembly(t).stages["dev"]
	goRed(t, dev, breakages)
	goRed(t, dev, credentialBreakages)
	goRed(t, synthStage(t, newSource(t), partners), readerBreakages)
	goRed(t, everyStage(t)["maximal"], optionBreakages)
	goRed(t, everyStage(t)["maximal"], monitoringBreakages)
	goRed(t, everyStage(t)["many"], manyBreakages)
}

// goRed breaks copies of a stage, and wants each broken one to be found.
func goRed(t *testing.T, whole stage, broken map[string][]breakage) {
	t.Helper()
	for name, cases := range broken {
		check := guards[name]
		if check == nil {
			t.Errorf("there is no guard %q", name)
			continue
		}
		for _, b := range cases {
			t.Run(name+"/"+b.name, func(t *testing.T) {
				broken := whole.copied()
				b.apply(broken)
				findings := check(broken)
				if len(findings) == 0 {
					t.Error("the guard stays silent")
				}
				t.Log(findings)
			})
		}
	}
}

func TestProtectionGoesRedForProd(t *testing.T) {
	for name, apply := range map[string]func(stage){
		"no deletion protection": identity("AWS::Cognito::UserPool", "", "DeletionProtection", "INACTIVE"),
		"a pool that goes": func(s stage) {
			first(s.stacks["Identity"], "AWS::Cognito::UserPool", "")["DeletionPolicy"] = "Delete"
		},
		"a pool that a failed creation can't be rid of": func(s stage) {
			first(s.stacks["Identity"], "AWS::Cognito::UserPool", "")["DeletionPolicy"] = "RetainExceptOnCreate"
		},
		"no termination protection": func(s stage) {
			at(s.artifacts("aws:cloudformation:stack")[s.artifact("Identity")], "properties").(map[string]any)["terminationProtection"] = false
		},
	} {
		broken := theAssembly(t).stages["prod"].copied()
		apply(broken)
		if len(unprotected(broken)) == 0 {
			t.Errorf("%s: the guard stays silent", name)
		}
	}
}
