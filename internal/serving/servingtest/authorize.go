package servingtest

import (
	"maps"
	"os"
	"path/filepath"
	"testing"

	"cognito-m2m/internal/m2mtest"
	"cognito-m2m/naming"
)

// authorize is the function of testdata/authorize.
var authorize = built("cognito-m2m/internal/serving/servingtest/testdata/authorize")

// authorizeHash is the asset hash of that function's code.
const authorizeHash = "a0000000000000000000000000000000000000000000000000000000000000aa"

// AddAuthorize puts the code of the authorizer's function beside that of the assembly in dir. It
// returns the program.
func AddAuthorize(t *testing.T, dir string) (file string) {
	t.Helper()
	program, err := authorize()
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(dir, "asset."+authorizeHash)
	if err := os.Mkdir(folder, 0o750); err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(folder, "bootstrap")
	m2mtest.WriteProgram(t, file, program)
	m2mtest.ChangeJSON(t, m2mtest.Only(t, filepath.Join(dir, "assembly-dev", "*Api*.assets.json")), func(object map[string]any) {
		object["files"].(map[string]any)[authorizeHash] = map[string]any{
			"source": map[string]any{"path": "../" + filepath.Base(folder), "packaging": "zip"},
			"destinations": map[string]any{"here": map[string]any{
				"bucketName": "cdk-hnb659fds-assets-${AWS::AccountId}-ap-northeast-1", "objectKey": authorizeHash + ".zip",
			}},
		}
	})
	return file
}

// AskFunction makes the routes of an Api template ask the authorizer's function, which lets in
// whoever sends a word, and not the JWT authorizer. It says of each that it is the client reader.
func AskFunction(api Template, word string) {
	authorizer := api.Authorizer()
	issuer := authorizer["JwtConfiguration"].(map[string]any)["Issuer"]
	maps.DeleteFunc(authorizer, func(name string, _ any) bool { return name != "ApiId" && name != "Name" })
	maps.Copy(authorizer, map[string]any{
		"AuthorizerType":                 "REQUEST",
		"AuthorizerUri":                  map[string]any{"Fn::Sub": "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Authorize.Arn}/invocations"},
		"AuthorizerPayloadFormatVersion": "2.0",
		"AuthorizerResultTtlInSeconds":   60,
		"EnableSimpleResponses":          true,
		"IdentitySource":                 []any{"$request.header.Authorization", "$context.routeKey"},
	})
	function := maps.Clone(api.PropertiesOf("AWS::Lambda::Function"))
	function["Code"] = map[string]any{
		"S3Bucket": map[string]any{"Fn::Sub": "cdk-hnb659fds-assets-${AWS::AccountId}-ap-northeast-1"}, "S3Key": authorizeHash + ".zip",
	}
	variables := maps.Clone(function["Environment"].(map[string]any)["Variables"].(map[string]any))
	maps.Copy(variables, map[string]any{
		"WORD": word, "CLIENT_ID": map[string]any{"Ref": ReaderID},
		naming.IssuerVariable: issuer,
	})
	function["Environment"] = map[string]any{"Variables": variables}
	api.Resources()["Authorize"] = map[string]any{"Type": "AWS::Lambda::Function", "Properties": function}
	api.Resources()["AuthorizePermission"] = map[string]any{"Type": "AWS::Lambda::Permission", "Properties": map[string]any{
		"Action": "lambda:InvokeFunction", "Principal": "apigateway.amazonaws.com",
		"FunctionName": map[string]any{"Fn::GetAtt": []any{"Authorize", "Arn"}},
		"SourceArn":    map[string]any{"Fn::Sub": "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${HttpApiF5A9A8A7}/authorizers/${HttpApiJwt21C2E32E}"},
	}}
	for _, resource := range api.Resources() {
		if r := resource.(map[string]any); r["Type"] == "AWS::ApiGatewayV2::Route" {
			properties := r["Properties"].(map[string]any)
			properties["AuthorizationType"] = "CUSTOM"
			delete(properties, "AuthorizationScopes")
		}
	}
}
