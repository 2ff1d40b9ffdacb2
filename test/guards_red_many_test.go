package test

import "strings"

// group changes the first resource of a type in the stack of a group.
func group(kind, property string, value any) func(stage) {
	return func(s stage) { set(first(s.stacks["Clients-jobs"], kind, ""), property, value) }
}

// dependency takes from what a resource of the Api stack waits for.
func dependency(kind, without string) func(stage) {
	return func(s stage) {
		resource := first(s.stacks["Api"], kind, "")
		var left []any
		for _, id := range resource["DependsOn"].([]any) {
			if !strings.Contains(id.(string), without) {
				left = append(left, id)
			}
		}
		resource["DependsOn"] = left
	}
}

// manyBreakages are of the environment with a function authorizer and groups.
var manyBreakages = map[string][]breakage{
	"every route has the authorizer and its scopes": {
		{"an open route", api("AWS::ApiGatewayV2::Route", "", "AuthorizationType", "NONE")},
		{"a route of a JWT authorizer", api("AWS::ApiGatewayV2::Route", "", "AuthorizationType", "JWT")},
		{"a route without an authorizer", api("AWS::ApiGatewayV2::Route", "", "AuthorizerId", nil)},
		{"other scopes for who reads the template", func(s stage) {
			first(s.stacks["Api"], "AWS::ApiGatewayV2::Route", "")["Metadata"] = map[string]any{"m2m:scopes": []any{"orders/delete"}}
		}},
		{"scopes that no one reads", api("AWS::ApiGatewayV2::Route", "", "AuthorizationScopes", []any{"orders/read"})},
	},
	"one authorizer, which trusts the app clients": {
		{"a JWT authorizer", api("AWS::ApiGatewayV2::Authorizer", "", "AuthorizerType", "JWT")},
		{"answers for every route", api("AWS::ApiGatewayV2::Authorizer", "", "IdentitySource", []any{"$request.header.Authorization"})},
		{"another payload", api("AWS::ApiGatewayV2::Authorizer", "", "AuthorizerPayloadFormatVersion", "1.0")},
		{"answers that are policies", api("AWS::ApiGatewayV2::Authorizer", "", "EnableSimpleResponses", false)},
		{"remembered for longer", api("AWS::ApiGatewayV2::Authorizer", "", "AuthorizerResultTtlInSeconds", 3600)},
		{"another function", api("AWS::ApiGatewayV2::Authorizer", "", "AuthorizerUri", "arn:aws:lambda:x")},
		{"another list of refused clients", func(s stage) { variables(s, "Authorize")["REFUSED_PATH"] = "/m2m/dev/refused/" }},
		{"keys from elsewhere", func(s stage) { variables(s, "Authorize")["JWKS_URI"] = "https://example.com" }},
		{"more time than API Gateway has", api("AWS::Lambda::Function", "Authorize", "Timeout", 30)},
	},
	"the issuer is the environment's user pool": {
		{"another issuer", func(s stage) { variables(s, "Authorize")["ISSUER"] = "https://example.com" }},
	},
	"the authorizer's function is called by it alone": {
		{"any authorizer of any API", api("AWS::Lambda::Permission", "Authorizer", "SourceArn", "*")},
		{"another service", api("AWS::Lambda::Permission", "Authorizer", "Principal", "*")},
		{"two permissions", func(s stage) {
			s.stacks["Api"].section("Resources")["Foreign"] = first(s.stacks["Api"], "AWS::Lambda::Permission", "Authorizer")
		}},
		{"a route before the permission", dependency("AWS::ApiGatewayV2::Route", "Permission")},
		{"a route before the role's policy", dependency("AWS::ApiGatewayV2::Route", "Policy")},
	},
	"the stage deploys, throttles and logs": {
		{"a log without clients", func(s stage) {
			settings := properties(first(s.stacks["Api"], "AWS::ApiGatewayV2::Stage", ""))["AccessLogSettings"].(map[string]any)
			settings["Format"] = strings.ReplaceAll(settings["Format"].(string), "$context.authorizer.client_id", "$context.authorizer.claims.client_id")
		}},
	},
	"app clients are the configured ones": {
		{"a client of a group with other scopes", group("AWS::Cognito::UserPoolClient", "AllowedOAuthScopes", []any{"orders/read"})},
		{"a client of a group under another name", group("AWS::Cognito::UserPoolClient", "ClientName", "other")},
	},
	"clients can only use client credentials": {
		{"a client of a group that signs people in", group("AWS::Cognito::UserPoolClient", "AllowedOAuthFlows", []any{"code"})},
		{"a client of a group in another pool", group("AWS::Cognito::UserPoolClient", "UserPoolId", "eu-central-1_abc")},
	},
	"every scope exists on a resource server": {
		{"a client of a group with an unknown scope", group("AWS::Cognito::UserPoolClient", "AllowedOAuthScopes", []any{"orders/delete"})},
	},
	"every client has one secret, still to be filled": {
		{"a secret of a group with a value", group("AWS::SecretsManager::Secret", "SecretString", "x")},
	},
	"every secret is rotated, at once and on time": {
		{"a schedule of a group with another function", group("AWS::SecretsManager::RotationSchedule", "RotationLambdaARN", "arn:aws:lambda:x")},
		{"a schedule of a group without a window", group("AWS::SecretsManager::RotationSchedule", "RotationRules", map[string]any{"AutomaticallyAfterDays": 30})},
	},
	"a client's secret comes and goes with the client": {
		{"a schedule of a group for another secret", group("AWS::SecretsManager::RotationSchedule", "SecretId", "m2m/many/acme")},
	},
	"the rotation function knows its pool": {
		{"no concurrency of its own", api("AWS::Lambda::Function", "Rotate", "ReservedConcurrentExecutions", nil)},
	},
	"a customer key encrypts every secret, or none": {
		{"a secret of a group under another key", group("AWS::SecretsManager::Secret", "KmsKeyId", nil)},
	},
	"nobody but the configured readers may read": {
		{"a reader of a group's secret", func(s stage) {
			s.stacks["Clients-jobs"].section("Resources")["Foreign"] = map[string]any{"Type": "AWS::SecretsManager::ResourcePolicy", "Properties": map[string]any{}}
		}},
	},
	"roles may do what their function is for, no more": {
		{"every secret of the account", api("AWS::IAM::Policy", "SecretsPolicy", "PolicyDocument", map[string]any{"Statement": []any{allow("*", "secretsmanager:*")}})},
		{"every parameter", api("AWS::IAM::Policy", "Authorizer", "PolicyDocument", map[string]any{"Statement": []any{allow("*", "ssm:GetParametersByPath")}})},
		{"a role in a group", func(s stage) {
			s.stacks["Clients-jobs"].section("Resources")["Foreign"] = map[string]any{"Type": "AWS::IAM::Role", "Properties": map[string]any{}}
		}},
	},
	"roles keep to what IAM takes": {
		{"a long policy", api("AWS::IAM::Policy", "SecretsPolicy", "PolicyDocument", map[string]any{"Statement": strings.Repeat("x", 10_241)})},
	},
	"stacks keep to what CloudFormation takes": {
		{"a resource that is not counted", foreign("AWS::SNS::Topic", map[string]any{})},
		{"a resource of a group that is not counted", func(s stage) {
			s.stacks["Clients-jobs"].section("Resources")["Foreign"] = map[string]any{"Type": "AWS::SecretsManager::Secret"}
		}},
	},
	"groups are the configured ones": {
		{"a stack that is gone", func(s stage) { delete(s.stacks, "Clients-jobs") }},
		{"something else in a group", func(s stage) {
			s.stacks["Clients-jobs"].section("Resources")["Foreign"] = map[string]any{"Type": "AWS::SNS::Topic"}
		}},
		{"a group before the function that rotates", func(s stage) {
			s.artifacts("aws:cloudformation:stack")[s.artifact("Clients-jobs")]["dependencies"] = []any{}
		}},
	},
	"exports block nothing": {
		{"an export of a group", func(s stage) {
			output := s.stacks["Clients-jobs"].section("Outputs")["ClientIdNightly"].(map[string]any)
			output["Export"] = map[string]any{"Name": "x"}
		}},
		{"no export for the next group", func(s stage) {
			for _, output := range s.stacks["Api"].section("Outputs") {
				delete(output.(map[string]any), "Export")
			}
		}},
	},
	"outputs have the keys that tools read": {
		{"a client of a group without its id", func(s stage) { delete(s.stacks["Clients-jobs"].section("Outputs"), "ClientIdNightly") }},
	},
	"alarms are raised as configured": {
		{"a slow authorizer that no one hears of", api("AWS::CloudWatch::Alarm", "AuthorizerDuration", "Threshold", 50_000)},
	},
	"queries are saved over the access log": {
		{"refusals of the access log", func(s stage) {
			set(first(s.stacks["Api"], "AWS::Logs::QueryDefinition", "RefusedClients"), "LogGroupNames", []any{map[string]any{"Ref": s.accessLogGroup()}})
		}},
		{"a field that the function does not log", api("AWS::Logs::QueryDefinition", "OverdueRotations", "QueryString", `filter status = "x"`)},
	},
	"the dashboard is the configured one": {
		{"no refused clients", func(s stage) {
			resource := first(s.stacks["Api"], "AWS::CloudWatch::Dashboard", "")
			set(resource, "DashboardBody", strings.ReplaceAll(text(properties(resource)["DashboardBody"]), "Refused clients", "Clients"))
		}},
	},
}

// variables are those of a function of the Api stack.
func variables(s stage, function string) map[string]any {
	return at(properties(first(s.stacks["Api"], "AWS::Lambda::Function", function)), "Environment", "Variables").(map[string]any)
}
