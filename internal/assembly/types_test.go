package assembly_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/assembly/template/templatetest"
)

func resolvePatched(t *testing.T, patches map[string]string) *assembly.Model {
	t.Helper()
	model, problems := resolveOne(t, patched(t, patches))
	templatetest.WantNoProblems(t, problems)
	return model
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	m := resolvePatched(t, nil)
	f := m.Functions[0]
	if f.MemorySize != 128 || f.Timeout != 3*time.Second ||
		f.LogGroup != "/aws/lambda/"+f.Name || f.ReservedConcurrentExecutions != nil {
		t.Errorf("function defaults: %+v", f)
	}
	if got := m.UserPoolClients[0].AccessTokenValidity; got != time.Hour {
		t.Errorf("access tokens are valid for %v, want 1h", got)
	}
	if got := m.APIs[0].Integrations[0].Timeout; got != 30*time.Second {
		t.Errorf("integration timeout is %v, want 30s", got)
	}
	if api := m.APIs[0]; api.CORS != nil || api.Stages[0].AccessLogFormat != "" ||
		api.Stages[0].DefaultRouteSettings.ThrottlingRateLimit != nil {
		t.Errorf("API defaults: %+v", api)
	}
}

func TestAccessTokenValidity(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		number, unit string
		want         time.Duration
	}{
		"hours unless said otherwise": {"2", "", 2 * time.Hour},
		"seconds":                     {"300", `"seconds"`, 5 * time.Minute},
		"minutes":                     {"30", `"minutes"`, 30 * time.Minute},
		"a day":                       {"1", `"days"`, 24 * time.Hour},
		"a number written as text":    {`"45"`, `"minutes"`, 45 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			patches := map[string]string{"Client.AccessTokenValidity": test.number}
			if test.unit != "" {
				patches["Client.TokenValidityUnits.AccessToken"] = test.unit
			}
			if got := resolvePatched(t, patches).UserPoolClients[0].AccessTokenValidity; got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

// The issuer is what tokens carry in iss, so its exact text matters.
func TestIssuer(t *testing.T) {
	t.Parallel()
	original := resolvePatched(t, nil).UserPools[0]
	if want := "https://cognito-idp.eu-west-1.amazonaws.com/" + original.ID; original.ProviderURL != want {
		t.Errorf("original issuer is %s, want %s", original.ProviderURL, want)
	}
	updated := resolvePatched(t, map[string]string{"Pool.IssuerConfiguration.Type": `"UPDATED"`}).UserPools[0]
	if want := "https://issuer-cognito-idp.eu-west-1.amazonaws.com/" + updated.ID; updated.ProviderURL != want {
		t.Errorf("updated issuer is %s, want %s", updated.ProviderURL, want)
	}
}

func TestReferences(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		value string
		want  func(m *assembly.Model) string
	}{
		"pool":    {`{"Ref": "Pool"}`, func(m *assembly.Model) string { return m.UserPools[0].ID }},
		"pool id": {`{"Fn::GetAtt": "Pool.UserPoolId"}`, func(m *assembly.Model) string { return m.UserPools[0].ID }},
		"pool ARN": {`{"Fn::GetAtt": "Pool.Arn"}`, func(m *assembly.Model) string {
			return "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/" + m.UserPools[0].ID
		}},
		"pool provider name": {`{"Fn::GetAtt": "Pool.ProviderName"}`, func(m *assembly.Model) string { return "cognito-idp.eu-west-1.amazonaws.com/" + m.UserPools[0].ID }},
		"resource server":    {`{"Ref": "Server"}`, func(*assembly.Model) string { return "https://api/x" }},
		"domain":             {`{"Ref": "Domain"}`, func(*assembly.Model) string { return "m2m-dev" }},
		"client":             {`{"Ref": "Client"}`, func(m *assembly.Model) string { return m.UserPoolClients[0].ID }},
		"client id":          {`{"Fn::GetAtt": "Client.ClientId"}`, func(m *assembly.Model) string { return m.UserPoolClients[0].ID }},
		"client name":        {`{"Fn::GetAtt": "Client.Name"}`, func(*assembly.Model) string { return "reader" }},
		"function":           {`{"Ref": "Echo"}`, func(m *assembly.Model) string { return m.Functions[0].Name }},
		"function ARN":       {`{"Fn::GetAtt": "Echo.Arn"}`, func(m *assembly.Model) string { return m.Functions[0].ARN }},
		"API":                {`{"Ref": "Api"}`, func(m *assembly.Model) string { return m.APIs[0].ID }},
		"API id":             {`{"Fn::GetAtt": "Api.ApiId"}`, func(m *assembly.Model) string { return m.APIs[0].ID }},
		"API endpoint": {`{"Fn::GetAtt": "Api.ApiEndpoint"}`, func(m *assembly.Model) string {
			return "https://" + m.APIs[0].ID + ".execute-api.eu-west-1.amazonaws.com"
		}},
		"API execution ARN":     {`{"Fn::GetAtt": "Api.ExecuteApiArn"}`, func(m *assembly.Model) string { return "arn:aws:execute-api:eu-west-1:123456789012:" + m.APIs[0].ID }},
		"authorizer id":         {`{"Fn::GetAtt": "Jwt.AuthorizerId"}`, func(m *assembly.Model) string { return m.APIs[0].Authorizers[0].ID }},
		"integration id":        {`{"Fn::GetAtt": "Integration.IntegrationId"}`, func(m *assembly.Model) string { return m.APIs[0].Integrations[0].ID }},
		"route id":              {`{"Fn::GetAtt": "Route.RouteId"}`, func(m *assembly.Model) string { return m.APIs[0].Routes[0].ID }},
		"secret":                {`{"Ref": "Secret"}`, func(m *assembly.Model) string { return m.Secrets[0].ARN }},
		"secret id":             {`{"Fn::GetAtt": "Secret.Id"}`, func(m *assembly.Model) string { return m.Secrets[0].ARN }},
		"rotation schedule":     {`{"Ref": "Rotation"}`, func(m *assembly.Model) string { return m.Secrets[0].ARN }},
		"stage":                 {`{"Ref": "Stage"}`, func(*assembly.Model) string { return "$default" }},
		"role ARN":              {`{"Fn::GetAtt": "Role.Arn"}`, func(*assembly.Model) string { return "arn:aws:iam::123456789012:role/runner" }},
		"version of a function": {`{"Ref": "Version"}`, func(m *assembly.Model) string { return m.Functions[0].ARN + ":1" }},
		"alias of a function":   {`{"Ref": "Alias"}`, func(m *assembly.Model) string { return m.Functions[0].ARN + ":live" }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := resolvePatched(t, map[string]string{
				// Told is another function, because Echo would depend on itself.
				"Told": `{"Type": "AWS::Lambda::Function", "Properties": {
					"Code": {"S3Key": "a1.zip"}, "Role": "r", "Environment": {"Variables": {"VALUE": ` + test.value + `}}}}`,
				"Echo.FunctionName": `"echo"`,
				"Role":              `{"Type": "AWS::IAM::Role", "Properties": {"RoleName": "runner", "AssumeRolePolicyDocument": {}}}`,
				"Version":           `{"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": {"Ref": "Echo"}}}`,
				"Alias": `{"Type": "AWS::Lambda::Alias", "Properties": {
					"FunctionName": {"Ref": "Echo"}, "FunctionVersion": {"Fn::GetAtt": ["Version", "Version"]}, "Name": "live"}}`,
			})
			if got, want := m.Functions[1].Environment["VALUE"], test.want(m); got != want || got == "" {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

func TestIntegrationURI(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ uri, qualifier string }{
		"ARN":         {`{"Fn::GetAtt": ["Echo", "Arn"]}`, ""},
		"invocations": {`{"Fn::Sub": "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/${Echo.Arn}/invocations"}`, ""},
		"alias":       {`{"Fn::Sub": "${Echo.Arn}:live"}`, "live"},
		"invocations of an alias": {
			`{"Fn::Sub": "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/${Echo.Arn}:live/invocations"}`, "live",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := resolvePatched(t, map[string]string{"Integration.IntegrationUri": test.uri})
			got := m.APIs[0].Integrations[0]
			if got.FunctionARN != m.Functions[0].ARN || got.Qualifier != test.qualifier {
				t.Errorf("got %q and %q, want %q and %q", got.FunctionARN, got.Qualifier, m.Functions[0].ARN, test.qualifier)
			}
		})
	}
}

func TestPermissionNamesTheFunctionInAnyForm(t *testing.T) {
	t.Parallel()
	for name, value := range map[string]string{
		"name":        `{"Ref": "Echo"}`,
		"ARN":         `{"Fn::GetAtt": ["Echo", "Arn"]}`,
		"partial ARN": `{"Fn::Sub": "${AWS::AccountId}:function:${Echo}"}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := resolvePatched(t, map[string]string{"Permission.FunctionName": value})
			if got := m.Permissions[0].FunctionARN; got != m.Functions[0].ARN {
				t.Errorf("got %q, want %q", got, m.Functions[0].ARN)
			}
		})
	}
}

func TestStageAndCORS(t *testing.T) {
	t.Parallel()
	m := resolvePatched(t, map[string]string{
		"Api.CorsConfiguration":      `{"AllowOrigins": ["*"], "AllowCredentials": "false", "MaxAge": 0}`,
		"Stage.RouteSettings":        `{"GET /x": {"ThrottlingBurstLimit": 1, "ThrottlingRateLimit": 0.5}}`,
		"Stage.StageVariables":       `{"colour": {"Ref": "AWS::Region"}}`,
		"Stage.AccessLogSettings":    `{"DestinationArn": "arn", "Format": "$context.extendedRequestId"}`,
		"Stage.AutoDeploy":           `false`,
		"Stage.DeploymentId":         `"abc"`,
		"Stage.DefaultRouteSettings": `{"ThrottlingBurstLimit": 0}`,
	})
	burst, rate, nothing, age := 1, 0.5, 0, 0
	got := m.APIs[0].Stages[0]
	want := assembly.APIStage{
		Resource:             got.Resource,
		Name:                 "$default",
		Variables:            map[string]string{"colour": "eu-west-1"},
		AccessLogFormat:      "$context.extendedRequestId",
		DefaultRouteSettings: assembly.RouteSettings{ThrottlingBurstLimit: &nothing},
		RouteSettings:        map[string]assembly.RouteSettings{"GET /x": {ThrottlingBurstLimit: &burst, ThrottlingRateLimit: &rate}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("stage (-want +got):\n%s", diff)
	}
	cors := &assembly.CORS{AllowOrigins: []string{"*"}, AllowHeaders: []string{}, AllowMethods: []string{}, ExposeHeaders: []string{}, MaxAge: &age}
	if diff := cmp.Diff(cors, m.APIs[0].CORS); diff != "" {
		t.Errorf("CORS (-want +got):\n%s", diff)
	}
}

func TestNoValueLeavesAPropertyOut(t *testing.T) {
	t.Parallel()
	m := resolvePatched(t, map[string]string{
		"Echo.Timeout":              `{"Ref": "AWS::NoValue"}`,
		"Client.AllowedOAuthScopes": `["https://api/x/read", {"Ref": "AWS::NoValue"}]`,
	})
	if got := m.Functions[0].Timeout; got != 3*time.Second {
		t.Errorf("timeout is %v, want the default", got)
	}
	if got := m.UserPoolClients[0].AllowedOAuthScopes; !cmp.Equal(got, []string{"https://api/x/read"}) {
		t.Errorf("scopes are %v", got)
	}
}

// Properties without effect are no problem, nor are resources that are known and not simulated.
func TestClasses(t *testing.T) {
	t.Parallel()
	m := resolvePatched(t, map[string]string{
		"Echo.TracingConfig": `{"Mode": "Active"}`,
		"Echo.LoggingConfig": `{"SystemLogLevel": "WARN", "LogFormat": "JSON"}`,
		"Thing":              `{"Type": "AWS::CloudWatch::Alarm", "Properties": {"Anything": "goes"}}`,
		"Custom":             `{"Type": "Custom::Thing"}`,
	})
	got := m.NotSimulated
	if len(got) != 2 || got[0].LogicalID != "Custom" || got[1] != (assembly.Resource{
		Stack: "App", LogicalID: "Thing", Path: "dev/App/Thing/Resource", Type: "AWS::CloudWatch::Alarm",
	}) {
		t.Errorf("not simulated: %v", got)
	}
}

func TestDisabledEndpointBehindADomain(t *testing.T) {
	t.Parallel()
	m := resolvePatched(t, map[string]string{
		"Api.DisableExecuteApiEndpoint": `true`,
		"Mapping": `{"Type": "AWS::ApiGatewayV2::ApiMapping",
			"Properties": {"ApiId": {"Ref": "Api"}, "DomainName": "api.example.com", "Stage": "$default"}}`,
	})
	if len(m.APIs) != 1 {
		t.Errorf("APIs: %v", m.APIs)
	}
}
