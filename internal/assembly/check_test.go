package assembly_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"cognito-m2m/internal/assembly/template"
	"cognito-m2m/internal/assembly/template/templatetest"
)

const (
	nothing      = `{"Ref": "Nothing"}`
	prefixDomain = `{"Type": "AWS::Cognito::UserPoolDomain", "Properties": {"UserPoolId": {"Ref": "Pool"}, "Domain": "m2m-two"}}`
	customDomain = `{"Type": "AWS::Cognito::UserPoolDomain", "Properties": {
		"UserPoolId": {"Ref": "Pool"}, "Domain": "login.example.com", "CustomDomainConfig": {"CertificateArn": "arn:x"}}}`
)

// text is JSON for a text of so many bytes.
func text(size int) string { return `"` + strings.Repeat("x", size) + `"` }

// What a deployment would fail on. The sizes of the environment are recordings of AWS: one variable
// of 4,096 bytes as JSON text is taken and one more is refused, also with two variables
// (localstack/localstack 8b9a79f0, tests/aws/services/lambda_/test_lambda_api.py,
// TestLambdaSizeLimits, 25 November 2025).
func TestDeploymentChecks(t *testing.T) {
	t.Parallel()
	audiences := `["` + strings.Repeat(`a","`, 50) + `a"]`
	for name, test := range map[string]struct {
		patches                      map[string]string
		logicalID, property, message string

		by template.Refuser
	}{
		"scope nobody declares":          {map[string]string{"Client.AllowedOAuthScopes": `["https://api/x/write"]`}, "Client", "AllowedOAuthScopes", "Invalid scope requested: https://api/x/write (ScopeDoesNotExistException)", template.Cognito},
		"scope of another pool":          {map[string]string{"Other": `{"Type": "AWS::Cognito::UserPool"}`, "Server.UserPoolId": `{"Ref": "Other"}`}, "Client", "AllowedOAuthScopes", "ScopeDoesNotExistException", template.Cognito},
		"flow beside another":            {map[string]string{"Client.AllowedOAuthFlows": `["client_credentials", "code"]`}, "Client", "AllowedOAuthFlows", "must be the only flow", template.Cognito},
		"flow without secret":            {map[string]string{"Client.GenerateSecret": ""}, "Client", "GenerateSecret", "client does not have a client secret", template.Cognito},
		"OAuth without flows":            {map[string]string{"Client.AllowedOAuthFlows": ""}, "Client", "AllowedOAuthFlowsUserPoolClient", "are required", template.Cognito},
		"OAuth without scopes":           {map[string]string{"Client.AllowedOAuthScopes": `[]`}, "Client", "AllowedOAuthFlowsUserPoolClient", "are required", template.Cognito},
		"token for too short":            {map[string]string{"Client.AccessTokenValidity": `4`, "Client.TokenValidityUnits.AccessToken": `"minutes"`}, "Client", "AccessTokenValidity", "4m0s", template.Cognito},
		"token for too long":             {map[string]string{"Client.AccessTokenValidity": `25`}, "Client", "AccessTokenValidity", "25h0m0s", template.Cognito},
		"client of no pool":              {map[string]string{"Client.UserPoolId": `"eu-west-1_x"`}, "Client", "UserPoolId", `no user pool with the id "eu-west-1_x"`, template.LocalRuntime},
		"resource server of no pool":     {map[string]string{"Server.UserPoolId": `"eu-west-1_x"`}, "Server", "UserPoolId", "no user pool", template.LocalRuntime},
		"resource server of empty pool":  {map[string]string{"Server.UserPoolId": `""`}, "Server", "UserPoolId", "the text is empty", template.Cognito},
		"domain of no pool":              {map[string]string{"Domain.UserPoolId": `"eu-west-1_x"`}, "Domain", "UserPoolId", "no user pool", template.LocalRuntime},
		"reserved word as a domain":      {map[string]string{"Domain.Domain": `"cognito"`}, "Domain", "Domain", "Domain cannot contain reserved word: cognito", template.Cognito},
		"reserved word in a domain":      {map[string]string{"Domain.Domain": `"my-aws-login"`}, "Domain", "Domain", "Domain cannot contain reserved word: aws", template.Cognito},
		"domain of a wrong form":         {map[string]string{"Domain.Domain": `"M2M-"`}, "Domain", "Domain", `the prefix "M2M-" is not`, template.Cognito},
		"two prefixes on a pool":         {map[string]string{"Domain2": prefixDomain}, "Domain2", "UserPoolId", "already has a prefix domain, Domain", template.Cognito},
		"domains without a pool":         {map[string]string{"Domain.UserPoolId": nothing, "Domain2": strings.Replace(prefixDomain, "Pool\"}", "Nothing\"}", 1)}, "Domain2", "UserPoolId", `names "Nothing"`, template.CloudFormation},
		"two custom domains on a pool":   {map[string]string{"Custom": customDomain, "Custom2": customDomain}, "Custom2", "UserPoolId", "already has a custom domain, Custom", template.Cognito},
		"too many audiences":             {map[string]string{"Jwt.JwtConfiguration.Audience": audiences}, "Jwt", "JwtConfiguration.Audience", "51 audiences, and AWS allows 50", template.APIGateway},
		"scopes on an open route":        {map[string]string{"Route.AuthorizationType": `"NONE"`}, "Route", "AuthorizationScopes", "only valid for", template.APIGateway},
		"route without authorizer":       {map[string]string{"Route.AuthorizerId": `"abc"`}, "Route", "AuthorizerId", `no authorizer with the id "abc"`, template.APIGateway},
		"route without integration":      {map[string]string{"Route.Target": `"integrations/abc"`}, "Route", "Target", `no integration with the id "abc"`, template.APIGateway},
		"route of no API":                {map[string]string{"Route.ApiId": `"abc"`}, "Route", "ApiId", `no HTTP API with the id "abc"`, template.LocalRuntime},
		"route twice":                    {map[string]string{"Route2": `{"Type": "AWS::ApiGatewayV2::Route", "Properties": {"ApiId": {"Ref": "Api"}, "RouteKey": "GET /x", "Target": {"Fn::Sub": "integrations/${Integration}"}}}`}, "Route2", "RouteKey", "already has the route GET /x, as Route", template.APIGateway},
		"integration of no function":     {map[string]string{"Integration.IntegrationUri": `"arn:aws:lambda:eu-west-1:123456789012:function:x"`}, "Integration", "IntegrationUri", "no function arn:", template.LocalRuntime},
		"runtime with code of its own":   {map[string]string{"Echo.Runtime": `"python3.13"`}, "Echo", "Runtime", `"python3.13" is not simulated; provided.al2023 and provided.al2 are`, template.LocalRuntime},
		"runtime misspelt":               {map[string]string{"Echo.Runtime": `"provided.al2O23"`}, "Echo", "Runtime", `"provided.al2O23" is not simulated`, template.LocalRuntime},
		"no runtime":                     {map[string]string{"Echo.Runtime": ""}, "Echo", "Runtime", `"" is not simulated`, template.LocalRuntime},
		"function twice":                 {map[string]string{"Echo.FunctionName": `"echo"`, "Echo2": `{"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": "echo", "Code": {"S3Key": "a1.zip"}, "Role": "r"}}`}, "Echo2", "FunctionName", `"echo" already exists, as Echo`, template.Lambda},
		"functions without a name":       {map[string]string{"Echo.FunctionName": nothing, "Echo2": `{"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": {"Ref": "Nothing"}, "Code": {"S3Key": "a1.zip"}, "Role": "r"}}`}, "Echo2", "FunctionName", `names "Nothing"`, template.CloudFormation},
		"reserved variable":              {map[string]string{"Echo.Environment.Variables.AWS_REGION": `"x"`}, "Echo", "Environment.Variables.AWS_REGION", "Lambda reserves this name", template.Lambda},
		"large environment, one name":    {map[string]string{"Echo.Environment.Variables.LARGE_VAR": text(4096 - 16 + 1)}, "Echo", "Environment.Variables", "take 4097 bytes as JSON, and Lambda allows 4096", template.Lambda},
		"large environment, two names":   {map[string]string{"Echo.Environment.Variables": `{"SMALL_VAR": "ok", "LARGE_VAR": ` + text(4064) + `}`}, "Echo", "Environment.Variables", "take 4097 bytes as JSON, and Lambda allows 4096", template.Lambda},
		"openid for a client of its own": {map[string]string{"Client.AllowedOAuthScopes": `["https://api/x/read", "openid"]`}, "Client", "AllowedOAuthScopes", "openid is not supported with client_credentials flow (InvalidOAuthFlowException)", template.Cognito},
		"a user's account for a client":  {map[string]string{"Client.AllowedOAuthScopes": `["aws.cognito.signin.user.admin"]`}, "Client", "AllowedOAuthScopes", "aws.cognito.signin.user.admin is not supported with client_credentials flow", template.Cognito},
		"resource server twice":          {map[string]string{"Server2": `{"Type": "AWS::Cognito::UserPoolResourceServer", "Properties": {"UserPoolId": {"Ref": "Pool"}, "Identifier": "https://api/x", "Name": "y"}}`}, "Server2", "Identifier", `already has the resource server "https://api/x", as Server`, template.Cognito},
		"client's flow beside users'":    {map[string]string{"Client.ExplicitAuthFlows": `["ALLOW_CLIENT_TOKEN_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]`}, "Client", "ExplicitAuthFlows", "ALLOW_CLIENT_TOKEN_AUTH must be the only flow", template.Cognito},
		"old flow beside a new one":      {map[string]string{"Client.ExplicitAuthFlows": `["USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]`}, "Client", "ExplicitAuthFlows", "can't be combined with", template.Cognito},
		"token that outlives a refresh":  {map[string]string{"Client.AccessTokenValidity": `2`, "Client.RefreshTokenValidity": `1`, "Client.TokenValidityUnits": `{"RefreshToken": "hours"}`}, "Client", "RefreshTokenValidity", "not be valid for longer than the refresh token, 1h0m0s", template.Cognito},
		"refresh token for too long":     {map[string]string{"Client.RefreshTokenValidity": `3651`}, "Client", "RefreshTokenValidity", "AWS allows 1h0m0s to 87600h0m0s", template.Cognito},
		"ID token for too short":         {map[string]string{"Client.IdTokenValidity": `4`, "Client.TokenValidityUnits": `{"IdToken": "minutes"}`}, "Client", "IdTokenValidity", "4m0s", template.Cognito},
		"user pool of a wrong name":      {map[string]string{"Pool.UserPoolName": `"a/b"`}, "Pool", "UserPoolName", "does not match", template.Cognito},
		"certificate of another Region":  {map[string]string{"Domain.CustomDomainConfig": `{"CertificateArn": "arn:aws:acm:eu-west-1:123456789012:certificate/x"}`}, "Domain", "CustomDomainConfig.CertificateArn", "in eu-west-1, and Cognito takes one in us-east-1", template.Cognito},
		"no handler":                     {map[string]string{"Echo.Handler": ""}, "Echo", "Handler", "Runtime and Handler are mandatory", template.Lambda},
		"log level of a text log":        {map[string]string{"Echo.LoggingConfig": `{"ApplicationLogLevel": "INFO"}`}, "Echo", "LoggingConfig.LogFormat", "need the log format JSON", template.Lambda},
		"SnapStart of a custom runtime":  {map[string]string{"Echo.SnapStart": `{"ApplyOn": "PublishedVersions"}`}, "Echo", "SnapStart.ApplyOn", "not supported for SnapStart", template.Lambda},
		"little storage":                 {map[string]string{"Echo.EphemeralStorage": `{"Size": 511}`}, "Echo", "EphemeralStorage.Size", "from 512 to 10240", template.Lambda},
		"tracing misspelt":               {map[string]string{"Echo.TracingConfig": `{"Mode": "active"}`}, "Echo", "TracingConfig.Mode", "not one of Active", template.Lambda},
		"stage variable's name":          {map[string]string{"Stage.StageVariables": `{"a-b": "c"}`}, "Stage", "StageVariables", `"a-b": names have`, template.APIGateway},
		"stage variable's value":         {map[string]string{"Stage.StageVariables": `{"ab": "c d"}`}, "Stage", "StageVariables", `"ab": names have`, template.APIGateway},
		"credentials for every origin":   {map[string]string{"Api.CorsConfiguration": `{"AllowCredentials": true, "AllowOrigins": ["https://a.example", "*"]}`}, "Api", "CorsConfiguration", "allow-credentials is not supported if 'allow-origin' is *", template.APIGateway},
		"large secret":                   {map[string]string{"Secret.SecretString": text(65537)}, "Secret", "SecretString", "65537 bytes, and Secrets Manager allows 65536", template.SecretsManager},
		"function that cannot be run":    {map[string]string{"Echo.Code": `{"ZipFile": "exports.handler = 1"}`}, "Echo", "Code", "not a directory among the assembly's assets", template.LocalRuntime},
		"secret twice":                   {map[string]string{"Twin": `{"Type": "AWS::SecretsManager::Secret", "Properties": {"Name": "m2m/dev/reader"}}`}, "Twin", "Name", `"m2m/dev/reader" already exists, as Secret`, template.SecretsManager},
		"secret of a wrong name":         {map[string]string{"Secret.Name": `"a b"`}, "Secret", "Name", "does not match", template.SecretsManager},
		"rotation of no secret":          {map[string]string{"Rotation.SecretId": `"arn:x"`}, "Rotation", "SecretId", "no secret arn:x", template.LocalRuntime},
		"rotation twice":                 {map[string]string{"Rotation2": `{"Type": "AWS::SecretsManager::RotationSchedule", "Properties": {"SecretId": {"Ref": "Secret"}, "RotationLambdaARN": {"Fn::GetAtt": "Echo.Arn"}}}`}, "Rotation2", "SecretId", "already has a rotation schedule, Rotation", template.SecretsManager},
		"rotation with no function":      {map[string]string{"Rotation.RotationLambdaARN": `"arn:aws:lambda:eu-west-1:123456789012:function:x"`}, "Rotation", "RotationLambdaARN", "no function arn:", template.LocalRuntime},
		"rotation without permission":    {map[string]string{"RotationPermission.Principal": `"apigateway.amazonaws.com"`}, "Rotation", "RotationLambdaARN", "Secrets Manager cannot invoke the function", template.SecretsManager},
		"rotation from another account":  {map[string]string{"RotationPermission.SourceAccount": `"111122223333"`}, "Rotation", "RotationLambdaARN", "Secrets Manager cannot invoke the function", template.SecretsManager},
		"rotation of another secret":     {map[string]string{"RotationPermission.SourceArn": `"arn:aws:secretsmanager:eu-west-1:123456789012:secret:other*"`}, "Rotation", "RotationLambdaARN", "Secrets Manager cannot invoke the function", template.SecretsManager},
		"rotation too seldom":            {map[string]string{"Rotation.RotationRules.AutomaticallyAfterDays": `1001`}, "Rotation", "RotationRules.AutomaticallyAfterDays", "from 1 to 1000", template.SecretsManager},
		"rotation on two schedules":      {map[string]string{"Rotation.RotationRules.ScheduleExpression": `"rate(4 hours)"`}, "Rotation", "RotationRules", "not both", template.SecretsManager},
		"custom domain without proof":    {map[string]string{"Domain.CustomDomainConfig": `{}`}, "Domain", "CustomDomainConfig.CertificateArn", "is required", template.Cognito},
		"route of one shape": {
			map[string]string{
				"Route.RouteKey": `"GET /{a}"`,
				"Route2":         `{"Type": "AWS::ApiGatewayV2::Route", "Properties": {"ApiId": {"Ref": "Api"}, "RouteKey": "GET /{b}", "Target": {"Fn::Sub": "integrations/${Integration}"}}}`,
			},
			"Route2", "RouteKey", "takes the same requests as GET /{a}, which is Route",
			template.APIGateway,
		},
		"rotation of every resource":        {map[string]string{"RotationPermission.SourceArn": `"arn:aws:secretsmanager:*"`}, "Rotation", "RotationLambdaARN", "Secrets Manager cannot invoke the function", template.SecretsManager},
		"access log without request id":     {map[string]string{"Stage.AccessLogSettings": `{"DestinationArn": "a", "Format": "$context.status"}`}, "Stage", "AccessLogSettings.Format", "needs $context.requestId", template.APIGateway},
		"access log of no variable":         {map[string]string{"Stage.AccessLogSettings": `{"DestinationArn": "a", "Format": "$context.requestId $context.requestIdentity"}`}, "Stage", "AccessLogSettings.Format", "has $context.requestIdentity", template.APIGateway},
		"access log that is too long":       {map[string]string{"Stage.AccessLogSettings": `{"DestinationArn": "a", "Format": "$context.requestId` + strings.Repeat(" ", 3<<10) + `"}`}, "Stage", "AccessLogSettings.Format", "has 3090 bytes, and AWS allows 3072", template.APIGateway},
		"authorizer that is ignored":        {map[string]string{"Route.AuthorizationType": `"NONE"`, "Route.AuthorizationScopes": ""}, "Route", "AuthorizerId", "NONE, which ignores it", template.LocalRuntime},
		"integrations":                      {integrations(300), "Api", "", "the API has 301 integrations, and AWS allows 300", template.APIGateway},
		"stage variables":                   {map[string]string{"Stage.StageVariables": variables(101)}, "Stage", "StageVariables", "101 stage variables, and AWS allows 100", template.APIGateway},
		"no audience":                       {map[string]string{"Jwt.JwtConfiguration.Audience": `[]`}, "Jwt", "JwtConfiguration.Audience", "the list is empty", template.APIGateway},
		"empty audience":                    {map[string]string{"Jwt.JwtConfiguration.Audience": `[""]`}, "Jwt", "JwtConfiguration.Audience[0]", "the text is empty", template.APIGateway},
		"stage of one name":                 {map[string]string{"Stage2": `{"Type": "AWS::ApiGatewayV2::Stage", "Properties": {"ApiId": {"Ref": "Api"}, "StageName": "$default", "AutoDeploy": true}}`}, "Stage2", "StageName", "already has the stage $default, as Stage", template.APIGateway},
		"settings for no route":             {map[string]string{"Stage.RouteSettings": `{"GET /z": {"ThrottlingRateLimit": 1}}`}, "Stage", "RouteSettings", `settings for "GET /z", and the API has no such route`, template.APIGateway},
		"identity source":                   {map[string]string{"Jwt.IdentitySource": `["$request.header.A", "$request.header.B"]`}, "Jwt", "IdentitySource", "must be one", template.APIGateway},
		"scope with a quote":                {map[string]string{"Route.AuthorizationScopes": `["a\"b"]`}, "Route", "AuthorizationScopes", "no scope can have", template.APIGateway},
		"route key":                         {map[string]string{"Route.RouteKey": `"GET /x/"`}, "Route", "RouteKey", "without trailing slash", template.APIGateway},
		"access log without format":         {map[string]string{"Stage.AccessLogSettings": `{"DestinationArn": "a", "Format": ""}`}, "Stage", "AccessLogSettings.Format", "the text is empty", template.APIGateway},
		"policy without a document":         {map[string]string{"Policy": `{"Type": "AWS::IAM::Policy", "Properties": {"PolicyName": "p", "Roles": ["r"]}}`}, "Policy", "PolicyDocument", "is required", template.CloudFormation},
		"policy without a name":             {map[string]string{"Policy": `{"Type": "AWS::IAM::Policy", "Properties": {"PolicyDocument": {}, "Roles": ["r"]}}`}, "Policy", "PolicyName", "is required", template.CloudFormation},
		"managed policy without a document": {map[string]string{"Policy": `{"Type": "AWS::IAM::ManagedPolicy", "Properties": {}}`}, "Policy", "PolicyDocument", "is required", template.CloudFormation},
		"role without trust":                {map[string]string{"Role": `{"Type": "AWS::IAM::Role", "Properties": {}}`}, "Role", "AssumeRolePolicyDocument", "is required", template.CloudFormation},
		"policy that is too long":           {map[string]string{"Policy": inlineOf("r", 10_241)}, "Policy", "PolicyDocument", "Maximum policy size of 10240 bytes exceeded for role r. With this policy its inline policies have 10241 characters", template.IAM},
		"policies that are too long":        {map[string]string{"Policy": inlineOf("r", 6_000), "Policy2": inlineOf("r", 4_000), "Policy3": inlineOf("r", 241)}, "Policy3", "PolicyDocument", "exceeded for role r. With this policy its inline policies have 10241", template.IAM},
		"policy beside a role's own":        {map[string]string{"Role": roleOf(10_000), "Policy": inlineOf("own", 241)}, "Policy", "PolicyDocument", "exceeded for role own. With this policy its inline policies have 10241", template.IAM},
		"policies of a role":                {map[string]string{"Role": roleOf(10_241)}, "Role", "Policies", "exceeded for role own", template.IAM},
		"managed policy that is too long":   {map[string]string{"Policy": managedOf(6_145)}, "Policy", "PolicyDocument", "Cannot exceed quota for PolicySize: 6144. It has 6145 characters", template.IAM},
		"access log without destination":    {map[string]string{"Stage.AccessLogSettings": `{"Format": "$context.requestId"}`}, "Stage", "AccessLogSettings.DestinationArn", "is required", template.Unknown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, problems := resolveOne(t, patched(t, test.patches))
			if by := templatetest.WantProblem(t, problems, test.logicalID, test.property, test.message); by != test.by {
				t.Errorf("%s, want: %s", by, test.by)
			}
			if len(problems) > 2 {
				t.Errorf("one fault gives %d problems: %v", len(problems), problems)
			}
		})
	}
}

// variables are so many stage variables, as JSON.
func variables(count int) string {
	named := map[string]string{}
	for i := range count {
		named[fmt.Sprint("v", i)] = "x"
	}
	encoded, _ := json.Marshal(named)
	return string(encoded)
}

// integrations are patches that add so many.
func integrations(count int) map[string]string {
	patches := map[string]string{}
	for i := range count {
		patches[fmt.Sprint("More", i)] = `{"Type": "AWS::ApiGatewayV2::Integration", "Properties": {"ApiId": {"Ref": "Api"},
			"IntegrationType": "AWS_PROXY", "IntegrationUri": {"Fn::GetAtt": ["Echo", "Arn"]}, "PayloadFormatVersion": "2.0"}}`
	}
	return patches
}

// What is just within the limits that TestDeploymentChecks goes beyond.
func TestDeploymentChecksLetPass(t *testing.T) {
	t.Parallel()
	for name, patches := range map[string]map[string]string{
		"a prefix and a custom domain":       {"Custom": customDomain},
		"prefixes on two pools":              {"Other": `{"Type": "AWS::Cognito::UserPool"}`, "Domain2": strings.Replace(prefixDomain, "Pool\"}", "Other\"}", 1)},
		"the older runtime":                  {"Echo.Runtime": `"provided.al2"`},
		"a reserved word inside another":     {"Domain.Domain": `"paws-and-laws"`},
		"another runtime, called by nobody":  {"Other": `{"Type": "AWS::Lambda::Function", "Properties": {"Runtime": "nodejs24.x", "Code": {"ZipFile": "x"}, "Role": "r"}}`},
		"as large as an environment may get": {"Echo.Environment.Variables.LARGE_VAR": text(4096 - 16)},
		"openid for users":                   {"Client.AllowedOAuthFlows": `["code"]`, "Client.AllowedOAuthScopes": `["openid"]`},
		"one identifier in two pools":        {"Other": `{"Type": "AWS::Cognito::UserPool"}`, "Server2": `{"Type": "AWS::Cognito::UserPoolResourceServer", "Properties": {"UserPoolId": {"Ref": "Other"}, "Identifier": "https://api/x", "Name": "y"}}`},
		"the client's flow alone":            {"Client.ExplicitAuthFlows": `["ALLOW_CLIENT_TOKEN_AUTH"]`},
		"log levels of a JSON log":           {"Echo.LoggingConfig": `{"ApplicationLogLevel": "INFO", "LogFormat": "JSON"}`},
		"stage variables":                    {"Stage.StageVariables": `{"a_1": "https://x.example/y?a=b&c=d,e#-~"}`},
		"as large as a secret may get":       {"Secret.SecretString": text(65536)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resolvePatched(t, patches)
		})
	}
}

func TestCustomDomainIsNoPrefix(t *testing.T) {
	t.Parallel()
	m := resolvePatched(t, map[string]string{
		"Domain.Domain":             `"auth.aws.example.com"`,
		"Domain.CustomDomainConfig": `{"CertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/x"}`,
	})
	if got := m.UserPoolDomains[0].Domain; got != "auth.aws.example.com" {
		t.Errorf("domain is %q", got)
	}
}

// All problems come in one run: one for each resource here, at the same time.
func TestAllProblemsAtOnce(t *testing.T) {
	t.Parallel()
	_, problems := resolveOne(t, patched(t, map[string]string{
		"Pool.Moon": `1`, "Server.Name": "", "Domain.Domain": `"amazon"`, "Client.AllowedOAuthScopes": `["x/y"]`,
		"Echo.Timeout": `0`, "Permission.Action": "", "Api.Name": `[]`, "Jwt.AuthorizerType": `"x"`,
		"Integration.IntegrationType": `"x"`, "Route.RouteKey": `"x"`, "Stage.StageName": `"/"`,
	}))
	at := map[string]bool{}
	for _, p := range problems {
		at[p.LogicalID] = true
	}
	if len(at) != 11 {
		t.Errorf("got problems at %d resources, want 11: %v", len(at), problems)
	}
}

// A reference that cannot be resolved is one problem, however much depends on it.
func TestNoProblemsThatFollowFromOthers(t *testing.T) {
	t.Parallel()
	for _, patch := range []string{"Route.AuthorizerId", "Route.Target", "Route.ApiId", "Route.AuthorizationType", "Jwt.JwtConfiguration.Audience", "Client.UserPoolId", "Integration.IntegrationUri", "Api.ProtocolType", "Stage.AutoDeploy", "Api.DisableExecuteApiEndpoint"} {
		t.Run(patch, func(t *testing.T) {
			t.Parallel()
			_, problems := resolveOne(t, patched(t, map[string]string{patch: nothing}))
			if len(problems) != 1 {
				t.Errorf("got %s, want one problem", fmt.Sprint(problems))
			}
		})
	}
}

// document is a policy's, with so many characters that IAM counts.
func document(size int) string {
	const empty = `{"Statement":[],"Version":""}`
	return `{"Statement": [], "Version": "` + strings.Repeat("1", size-len(empty)) + "\"}"
}

func inlineOf(role string, size int) string {
	return `{"Type": "AWS::IAM::Policy", "Properties": {"PolicyName": "p", "Roles": ["` + role + `"], "PolicyDocument": ` + document(size) + `}}`
}

func managedOf(size int) string {
	return `{"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": ` + document(size) + `}}`
}

func roleOf(size int) string {
	return `{"Type": "AWS::IAM::Role", "Properties": {"RoleName": "own", "AssumeRolePolicyDocument": {},
		"Policies": [{"PolicyName": "p", "PolicyDocument": ` + document(size) + `}]}}`
}

// TestPoliciesOfTheLargestSize: what IAM takes is no problem.
func TestPoliciesOfTheLargestSize(t *testing.T) {
	t.Parallel()
	_, problems := resolveOne(t, patched(t, map[string]string{
		"Role": roleOf(10_000), "Policy": inlineOf("own", 240), "Other": inlineOf("another", 10_240), "Managed": managedOf(6_144),
	}))
	templatetest.WantNoProblems(t, problems)
}
