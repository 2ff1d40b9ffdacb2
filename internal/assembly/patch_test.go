package assembly_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
)

// whole is a stack with one resource of every simulated type, all right as it stands.
const whole = `{"Resources": {
	"Pool": {"Type": "AWS::Cognito::UserPool", "Properties": {"UserPoolName": "people"}},
	"Server": {"Type": "AWS::Cognito::UserPoolResourceServer", "Properties": {
		"UserPoolId": {"Ref": "Pool"}, "Identifier": "https://api/x", "Name": "x",
		"Scopes": [{"ScopeName": "read", "ScopeDescription": "Read"}]}},
	"Domain": {"Type": "AWS::Cognito::UserPoolDomain", "Properties": {"UserPoolId": {"Ref": "Pool"}, "Domain": "m2m-dev"}},
	"Client": {"Type": "AWS::Cognito::UserPoolClient", "Properties": {
		"UserPoolId": {"Ref": "Pool"}, "ClientName": "reader", "GenerateSecret": true,
		"AllowedOAuthFlowsUserPoolClient": true, "AllowedOAuthFlows": ["client_credentials"],
		"AllowedOAuthScopes": ["https://api/x/read"]}},
	"Echo": {"Type": "AWS::Lambda::Function", "Properties": {"Runtime": "provided.al2023", "Handler": "bootstrap",
		"Code": {"S3Bucket": "b", "S3Key": "a1.zip"}, "Role": "arn:aws:iam::123456789012:role/r"}},
	"Permission": {"Type": "AWS::Lambda::Permission", "Properties": {
		"Action": "lambda:InvokeFunction", "Principal": "apigateway.amazonaws.com", "FunctionName": {"Ref": "Echo"}}},
	"Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Name": "api", "ProtocolType": "HTTP"}},
	"Jwt": {"Type": "AWS::ApiGatewayV2::Authorizer", "Properties": {
		"ApiId": {"Ref": "Api"}, "Name": "jwt", "AuthorizerType": "JWT", "IdentitySource": ["$request.header.Authorization"],
		"JwtConfiguration": {"Issuer": {"Fn::GetAtt": ["Pool", "ProviderURL"]}, "Audience": [{"Ref": "Client"}]}}},
	"Integration": {"Type": "AWS::ApiGatewayV2::Integration", "Properties": {
		"ApiId": {"Ref": "Api"}, "IntegrationType": "AWS_PROXY", "IntegrationUri": {"Fn::GetAtt": ["Echo", "Arn"]},
		"PayloadFormatVersion": "2.0"}},
	"Route": {"Type": "AWS::ApiGatewayV2::Route", "Properties": {
		"ApiId": {"Ref": "Api"}, "RouteKey": "GET /x", "Target": {"Fn::Sub": "integrations/${Integration}"},
		"AuthorizationType": "JWT", "AuthorizerId": {"Ref": "Jwt"}, "AuthorizationScopes": ["https://api/x/read"]}},
	"Stage": {"Type": "AWS::ApiGatewayV2::Stage", "Properties": {"ApiId": {"Ref": "Api"}, "StageName": "$default", "AutoDeploy": true}},
	"Secret": {"Type": "AWS::SecretsManager::Secret", "Properties": {
		"Name": "m2m/dev/reader", "SecretString": "{}", "Tags": [{"Key": "m2m:client-id", "Value": {"Ref": "Client"}}]}},
	"Rotation": {"Type": "AWS::SecretsManager::RotationSchedule", "Properties": {
		"SecretId": {"Ref": "Secret"}, "RotationLambdaARN": {"Fn::GetAtt": ["Echo", "Arn"]},
		"RotationRules": {"AutomaticallyAfterDays": 30}, "RotateImmediatelyOnUpdate": true}},
	"RotationPermission": {"Type": "AWS::Lambda::Permission", "Properties": {
		"Action": "lambda:InvokeFunction", "Principal": "secretsmanager.amazonaws.com", "FunctionName": {"Fn::GetAtt": ["Echo", "Arn"]},
		"SourceAccount": {"Ref": "AWS::AccountId"}}}
}}`

// patched is whole with some properties changed: the key is "LogicalID.Property.Field", the value
// is JSON, and an empty value takes the property away. A key without a dot sets the whole resource.
func patched(t *testing.T, patches map[string]string) string {
	t.Helper()
	var template map[string]map[string]any
	if err := json.Unmarshal([]byte(whole), &template); err != nil {
		t.Fatal(err)
	}
	for _, path := range slices.Sorted(maps.Keys(patches)) { // a whole resource before its properties
		text := patches[path]
		var value any
		if text != "" {
			if err := json.Unmarshal([]byte(text), &value); err != nil {
				t.Fatalf("patch %s: %v", path, err)
			}
		}
		logicalID, property, nested := strings.Cut(path, ".")
		object := template["Resources"]
		steps := []string{logicalID}
		if nested {
			steps = append([]string{logicalID, "Properties"}, strings.Split(property, ".")...)
		}
		for _, step := range steps[:len(steps)-1] {
			if object[step] == nil {
				object[step] = map[string]any{}
			}
			object = object[step].(map[string]any)
		}
		object[steps[len(steps)-1]] = value
		if text == "" {
			delete(object, steps[len(steps)-1])
		}
	}
	patched, err := json.Marshal(template)
	if err != nil {
		t.Fatal(err)
	}
	return string(patched)
}
