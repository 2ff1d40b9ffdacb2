package assembly_test

import (
	"strings"
	"testing"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/assembly/template"
	"cognito-m2m/internal/assembly/template/templatetest"
)

func TestStrict(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		patches                      map[string]string
		logicalID, property, message string

		by template.Refuser
	}{
		"unknown property":        {map[string]string{"Route.Moon": `1`}, "Route", "Moon", "not simulated, and not known", template.LocalRuntime},
		"unknown nested property": {map[string]string{"Jwt.JwtConfiguration.Moon": `1`}, "Jwt", "JwtConfiguration.Moon", "not simulated, and not known", template.LocalRuntime},
		"refused property":        {map[string]string{"Api.Body": `{}`}, "Api", "Body", "OpenAPI body is not simulated", template.LocalRuntime},
		"refused trigger":         {map[string]string{"Pool.LambdaConfig.PreTokenGenerationConfig": `{}`}, "Pool", "LambdaConfig.PreTokenGenerationConfig", "changes access tokens", template.LocalRuntime},
		"disabled endpoint":       {map[string]string{"Api.DisableExecuteApiEndpoint": `"true"`}, "Api", "DisableExecuteApiEndpoint", "answers 404 there, which is not simulated without a custom domain", template.LocalRuntime},
		"stage by hand":           {map[string]string{"Stage.AutoDeploy": `false`}, "Stage", "AutoDeploy", "serves nothing, which is not simulated", template.LocalRuntime},
		"stage never deployed":    {map[string]string{"Stage.AutoDeploy": ""}, "Stage", "AutoDeploy", "serves nothing, which is not simulated", template.LocalRuntime},
		"properties of no kind":   {map[string]string{"Pool": `{"Type": "AWS::Cognito::UserPool", "Properties": []}`}, "Pool", "", "an object is needed", template.CloudFormation},

		"a text for a list":       {map[string]string{"Client.AllowedOAuthScopes": `"a"`}, "Client", "AllowedOAuthScopes", "a list is needed here, not a text", template.CloudFormation},
		"a list for a text":       {map[string]string{"Route.RouteKey": `["GET /"]`}, "Route", "RouteKey", "a text is needed here, not a list", template.CloudFormation},
		"a text for an object":    {map[string]string{"Jwt.JwtConfiguration": `"a"`}, "Jwt", "JwtConfiguration", "an object is needed here, not a text", template.CloudFormation},
		"a word for a number":     {map[string]string{"Echo.Timeout": `"soon"`}, "Echo", "Timeout", "a whole number from 1 to 900", template.CloudFormation},
		"a fraction for a number": {map[string]string{"Echo.Timeout": `1.5`}, "Echo", "Timeout", "a whole number from 1 to 900", template.CloudFormation},
		"a number out of range":   {map[string]string{"Echo.MemorySize": `64`}, "Echo", "MemorySize", "a whole number from 128 to 10240", template.Lambda},
		"a word for a boolean":    {map[string]string{"Client.GenerateSecret": `"maybe"`}, "Client", "GenerateSecret", "true or false", template.CloudFormation},
		"a negative rate":         {map[string]string{"Stage.DefaultRouteSettings.ThrottlingRateLimit": `-1`}, "Stage", "DefaultRouteSettings.ThrottlingRateLimit", "0 or more", template.APIGateway},
		"an object for a value":   {map[string]string{"Echo.Environment.Variables.A": `{"B": "c"}`}, "Echo", "Environment.Variables.A", "a text is needed here, not an object", template.CloudFormation},
		"an intrinsic in a map":   {map[string]string{"Echo.Environment.Variables": `{"Fn::Sub": "${Nope}", "A": "y"}`}, "Echo", "Environment.Variables", "Fn::Sub is beside other keys", template.Unknown},
		"one in stage variables":  {map[string]string{"Stage.StageVariables": `{"Fn::Sub": "${Nope}", "A": "y"}`}, "Stage", "StageVariables", "Fn::Sub is beside other keys", template.Unknown},
		"null":                    {map[string]string{"Echo.Timeout": `null`}, "Echo", "Timeout", "null is not allowed", template.CloudFormation},
		"a value of a store":      {map[string]string{"Echo.Environment.Variables.A": `"{{resolve:secretsmanager:x}}"`}, "Echo", "Environment.Variables.A", "not known here", template.LocalRuntime},
		"too many items":          {map[string]string{"Route.AuthorizationScopes": `["1","2","3","4","5","6","7","8","9","10","11"]`}, "Route", "AuthorizationScopes", "11 items, and AWS allows 10", template.APIGateway},

		"authorizer type":          {map[string]string{"Jwt.AuthorizerType": `"TOKEN"`}, "Jwt", "AuthorizerType", "not one of JWT, REQUEST", template.APIGateway},
		"authorization type":       {map[string]string{"Route.AuthorizationType": `"OPEN"`}, "Route", "AuthorizationType", "not one of NONE, JWT", template.APIGateway},
		"authorization simulated":  {map[string]string{"Route.AuthorizationType": `"AWS_IAM"`}, "Route", "AuthorizationType", "AWS_IAM is not simulated", template.LocalRuntime},
		"integration type":         {map[string]string{"Integration.IntegrationType": `"HTTP_PROXY"`}, "Integration", "IntegrationType", "HTTP_PROXY is not simulated", template.LocalRuntime},
		"payload format simulated": {map[string]string{"Integration.PayloadFormatVersion": `"1.0"`}, "Integration", "PayloadFormatVersion", "1.0 is not simulated; 2.0 is", template.LocalRuntime},
		"timeout of integration":   {map[string]string{"Integration.TimeoutInMillis": `30001`}, "Integration", "TimeoutInMillis", "from 50 to 30000", template.APIGateway},
		"payload format":           {map[string]string{"Integration.PayloadFormatVersion": `"3.0"`}, "Integration", "PayloadFormatVersion", "not one of 1.0, 2.0", template.APIGateway},
		"protocol":                 {map[string]string{"Api.ProtocolType": `"WEBSOCKET"`}, "Api", "ProtocolType", "WEBSOCKET is not simulated", template.LocalRuntime},
		"OAuth flow":               {map[string]string{"Client.AllowedOAuthFlows": `["password"]`}, "Client", "AllowedOAuthFlows[0]", "not one of code, implicit", template.Cognito},
		"auth flow":                {map[string]string{"Client.ExplicitAuthFlows": `["ALLOW_ALL"]`}, "Client", "ExplicitAuthFlows[0]", "not one of", template.Cognito},
		"validity unit":            {map[string]string{"Client.TokenValidityUnits.AccessToken": `"weeks"`}, "Client", "TokenValidityUnits.AccessToken", "not one of seconds", template.Cognito},
		"unit without effect":      {map[string]string{"Client.TokenValidityUnits.IdToken": `"weeks"`}, "Client", "TokenValidityUnits.IdToken", "not one of seconds", template.Cognito},
		"route key":                {map[string]string{"Route.RouteKey": `"FETCH /x"`}, "Route", "RouteKey", `"FETCH /x" is not a route key`, template.APIGateway},
		"issuer without https":     {map[string]string{"Jwt.JwtConfiguration.Issuer": `"cognito-idp"`}, "Jwt", "JwtConfiguration.Issuer", "does not match", template.APIGateway},
		"scope with a slash":       {map[string]string{"Server.Scopes": `[{"ScopeName": "a/b", "ScopeDescription": "d"}]`}, "Server", "Scopes[0].ScopeName", "does not match", template.Cognito},
		"resource server name":     {map[string]string{"Server.Identifier": `"a b"`}, "Server", "Identifier", "does not match", template.Cognito},

		"missing pool":           {map[string]string{"Client.UserPoolId": ""}, "Client", "UserPoolId", "is required", template.CloudFormation},
		"missing role":           {map[string]string{"Echo.Role": ""}, "Echo", "Role", "is required", template.CloudFormation},
		"missing code":           {map[string]string{"Echo.Code": ""}, "Echo", "Code", "is required", template.CloudFormation},
		"missing payload format": {map[string]string{"Integration.PayloadFormatVersion": ""}, "Integration", "PayloadFormatVersion", "is required", template.APIGateway},
		"missing audience":       {map[string]string{"Jwt.JwtConfiguration.Audience": ""}, "Jwt", "JwtConfiguration.Audience", "is required", template.APIGateway},
		"required and no value":  {map[string]string{"Route.Target": `{"Ref": "AWS::NoValue"}`}, "Route", "Target", "is required", template.Unknown},
		"missing authorizer":     {map[string]string{"Route.AuthorizerId": ""}, "Route", "AuthorizerId", "required for a route of type JWT", template.APIGateway},
		"authorizer without id":  {map[string]string{"Route.AuthorizerId": `""`}, "Route", "AuthorizerId", "required for a route of type JWT", template.APIGateway},
		"authorizer of no value": {map[string]string{"Route.AuthorizerId": `{"Ref": "AWS::NoValue"}`}, "Route", "AuthorizerId", "required for a route of type JWT", template.APIGateway},
		"secret in a template":   {map[string]string{"Echo.Environment.Variables.S": `{"Fn::GetAtt": ["Client", "ClientSecret"]}`}, "Echo", "Environment.Variables.S", "secrets do not belong in a template", template.LocalRuntime},
		"attribute of a resource that is not simulated": {
			map[string]string{"Custom": `{"Type": "Custom::Thing"}`, "Echo.Environment.Variables.S": `{"Fn::GetAtt": ["Custom", "Value"]}`},
			"Echo", "Environment.Variables.S", "Custom::Thing has no attribute Value",
			template.LocalRuntime,
		},
		"reference to an unknown type": {
			map[string]string{"Vm": `{"Type": "AWS::EC2::Instance"}`, "Echo.Environment.Variables.S": `{"Ref": "Vm"}`},
			"Echo", "Environment.Variables.S", "the type AWS::EC2::Instance is not known here",
			template.LocalRuntime,
		},
		"a circle through the id": {
			map[string]string{"Api.ProtocolType": `{"Fn::GetAtt": ["Api", "ApiId"]}`},
			"Api", "ProtocolType", "depends on itself",
			template.CloudFormation,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, problems := resolveOne(t, patched(t, test.patches))
			if by := templatetest.WantProblem(t, problems, test.logicalID, test.property, test.message); by != test.by {
				t.Errorf("%s, want: %s", by, test.by)
			}
		})
	}
}

// An empty text where one is required is told, once; whatever hangs on it would be left out in
// silence.
func TestRequiredTextsAreNotEmpty(t *testing.T) {
	t.Parallel()
	for _, path := range []string{
		"Domain.UserPoolId", "Domain.Domain", "Client.UserPoolId",
		"Jwt.ApiId", "Integration.ApiId", "Integration.IntegrationUri", "Route.ApiId", "Stage.ApiId",
		"Permission.FunctionName", "Permission.Action", "Permission.Principal",
		"Rotation.SecretId", "Rotation.RotationLambdaARN", "Domain.CustomDomainConfig.CertificateArn",
	} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			_, problems := resolveOne(t, patched(t, map[string]string{path: `""`}))
			logicalID, property, _ := strings.Cut(path, ".")
			templatetest.WantProblem(t, problems, logicalID, property, "the text is empty")
			if len(problems) != 1 {
				t.Errorf("one fault gives %d problems: %v", len(problems), problems)
			}
		})
	}
}

func TestTagOfNoText(t *testing.T) {
	t.Parallel()
	m := resolvePatched(t, map[string]string{"Secret.Tags": `[{"Key": "plain", "Value": ""}]`})
	if value, there := m.Secrets[0].Tags["plain"]; !there || value != "" {
		t.Errorf("tags are %v", m.Secrets[0].Tags)
	}
}

// Only what a run can do without may be turned into a warning.
func TestKindsOfProblems(t *testing.T) {
	t.Parallel()
	_, problems := resolveOne(t, patched(t, map[string]string{
		"Route.Moon":                    `1`,
		"Vm":                            `{"Type": "AWS::EC2::Instance"}`,
		"Pool.LambdaConfig":             `{"PreTokenGenerationConfig": {}}`,
		"Api.DisableExecuteApiEndpoint": `true`,
		"Stage.AutoDeploy":              `false`,
		"Echo.Timeout":                  `0`,
	}))
	var unsupported, invalid []string
	for _, p := range problems {
		if p.Kind == assembly.Unsupported {
			unsupported = append(unsupported, p.LogicalID)
		} else {
			invalid = append(invalid, p.LogicalID)
		}
	}
	if got := strings.Join(unsupported, " "); got != "Api Pool Route Stage Vm" {
		t.Errorf("unsupported: %s", got)
	}
	if got := strings.Join(invalid, " "); got != "Echo" {
		t.Errorf("invalid: %s", got)
	}
}
