package assembly_test

import (
	"regexp"
	"strings"
	"testing"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/assembly/template/templatetest"
)

// Types that play no part in a run, or only by their policies, and what outputs and functions may
// say of them.
func TestNotSimulatedReferences(t *testing.T) {
	t.Parallel()
	const account = `:eu-west-1:123456789012:`
	for name, test := range map[string]struct{ thing, value, want string }{
		"alarm":                    {`{"Type": "AWS::CloudWatch::Alarm", "Properties": {"AlarmName": "a"}}`, `{"Ref": "It"}`, `a`},
		"alarm ARN":                {`{"Type": "AWS::CloudWatch::Alarm"}`, `{"Fn::GetAtt": "It.Arn"}`, `arn:aws:cloudwatch` + account + `alarm:App-It-\w{12}`},
		"composite alarm ARN":      {`{"Type": "AWS::CloudWatch::CompositeAlarm", "Properties": {"AlarmName": "all"}}`, `{"Fn::GetAtt": "It.Arn"}`, `arn:aws:cloudwatch` + account + `alarm:all`},
		"dashboard":                {`{"Type": "AWS::CloudWatch::Dashboard", "Properties": {"DashboardName": "d"}}`, `{"Ref": "It"}`, `d`},
		"topic":                    {`{"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "t"}}`, `{"Ref": "It"}`, `arn:aws:sns` + account + `t`},
		"topic name":               {`{"Type": "AWS::SNS::Topic"}`, `{"Fn::GetAtt": "It.TopicName"}`, `App-It-\w{12}`},
		"topic policy":             {`{"Type": "AWS::SNS::TopicPolicy"}`, `{"Ref": "It"}`, `\w+`},
		"subscription":             {`{"Type": "AWS::SNS::Subscription", "Properties": {"TopicArn": "arn:topic"}}`, `{"Ref": "It"}`, `arn:topic:\w+`},
		"key":                      {`{"Type": "AWS::KMS::Key"}`, `{"Ref": "It"}`, `\w+`},
		"key ARN":                  {`{"Type": "AWS::KMS::Key"}`, `{"Fn::GetAtt": "It.Arn"}`, `arn:aws:kms` + account + `key/\w+`},
		"alias of a key":           {`{"Type": "AWS::KMS::Alias", "Properties": {"AliasName": "alias/m2m"}}`, `{"Ref": "It"}`, `alias/m2m`},
		"log group":                {`{"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/g"}}`, `{"Ref": "It"}`, `/g`},
		"log group ARN":            {`{"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/g"}}`, `{"Fn::GetAtt": "It.Arn"}`, `arn:aws:logs` + account + `log-group:/g:\*`},
		"metric filter":            {`{"Type": "AWS::Logs::MetricFilter", "Properties": {"FilterName": "f"}}`, `{"Ref": "It"}`, `f`},
		"query":                    {`{"Type": "AWS::Logs::QueryDefinition"}`, `{"Fn::GetAtt": "It.QueryDefinitionId"}`, `\w+`},
		"role":                     {`{"Type": "AWS::IAM::Role", "Properties": {"RoleName": "r", "AssumeRolePolicyDocument": {}}}`, `{"Ref": "It"}`, `r`},
		"role with a path":         {`{"Type": "AWS::IAM::Role", "Properties": {"RoleName": "r", "Path": "/a/", "AssumeRolePolicyDocument": {}}}`, `{"Fn::GetAtt": "It.Arn"}`, `arn:aws:iam::123456789012:role/a/r`},
		"managed policy":           {`{"Type": "AWS::IAM::ManagedPolicy", "Properties": {"ManagedPolicyName": "p", "PolicyDocument": {}}}`, `{"Ref": "It"}`, `arn:aws:iam::123456789012:policy/p`},
		"OIDC provider":            {`{"Type": "AWS::IAM::OIDCProvider", "Properties": {"Url": "https://token.example.com"}}`, `{"Fn::GetAtt": "It.Arn"}`, `arn:aws:iam::123456789012:oidc-provider/token\.example\.com`},
		"policy of a secret":       {`{"Type": "AWS::SecretsManager::ResourcePolicy", "Properties": {"SecretId": "arn:secret"}}`, `{"Ref": "It"}`, `arn:secret`},
		"certificate":              {`{"Type": "AWS::CertificateManager::Certificate"}`, `{"Ref": "It"}`, `arn:aws:acm` + account + `certificate/\w+`},
		"record set":               {`{"Type": "AWS::Route53::RecordSet", "Properties": {"Name": "api.example.com."}}`, `{"Ref": "It"}`, `api\.example\.com\.`},
		"domain of an API":         {`{"Type": "AWS::ApiGatewayV2::DomainName", "Properties": {"DomainName": "api.example.com"}}`, `{"Ref": "It"}`, `api\.example\.com`},
		"regional name of it":      {`{"Type": "AWS::ApiGatewayV2::DomainName"}`, `{"Fn::GetAtt": "It.RegionalDomainName"}`, `d-\w+\.execute-api\.eu-west-1\.amazonaws\.com`},
		"hosted zone of it":        {`{"Type": "AWS::ApiGatewayV2::DomainName"}`, `{"Fn::GetAtt": "It.RegionalHostedZoneId"}`, `Z\w+`},
		"mapping of an API's path": {`{"Type": "AWS::ApiGatewayV2::ApiMapping"}`, `{"Fn::GetAtt": "It.ApiMappingId"}`, `\w+`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := resolvePatched(t, map[string]string{"It": test.thing, "Echo.Environment.Variables.VALUE": test.value})
			if got := m.Functions[0].Environment["VALUE"]; !regexp.MustCompile("^" + test.want + "$").MatchString(got) {
				t.Errorf("got %q, want %s", got, test.want)
			}
			read := len(m.Roles)+len(m.RolePolicies)+len(m.KMSKeys)+len(m.KeyAliases)+len(m.SecretPolicies) == 1
			if !read && (len(m.NotSimulated) != 1 || m.NotSimulated[0].LogicalID != "It") || read && len(m.NotSimulated) != 0 {
				t.Errorf("not simulated: %v", m.NotSimulated)
			}
		})
	}
}

func TestStacks(t *testing.T) {
	t.Parallel()
	const template = `{"Description": "the API", "Outputs": {
		"Url": {"Description": "where it is", "Value": "https://x", "Export": {"Name": "api-url"}},
		"Id": {"Value": {"Ref": "AWS::StackId"}}}}`
	files := synthesized(map[string]string{"App": template})
	withTags(t, files, `"tags": {"m2m:env": "dev"}, `)
	m, problems := resolveFrom(t, files, "dev")
	templatetest.WantNoProblems(t, problems)
	if len(m.Stacks) != 1 {
		t.Fatalf("stacks: %+v", m.Stacks)
	}
	got := m.Stacks[0]
	if got.Name != "App" || got.Description != "the API" || got.Tags["m2m:env"] != "dev" || got.ID != output(t, m, "Id") ||
		!strings.HasPrefix(got.ID, "arn:aws:cloudformation:eu-west-1:123456789012:stack/App/") {
		t.Errorf("stack: %+v", got)
	}
	want := assembly.Output{Stack: "App", Key: "Url", Value: "https://x", Description: "where it is", ExportName: "api-url"}
	if m.Outputs[1] != want {
		t.Errorf("output: got %+v, want %+v", m.Outputs[1], want)
	}
}

func TestDomains(t *testing.T) {
	t.Parallel()
	prefix := resolvePatched(t, nil).UserPoolDomains[0]
	if prefix.Custom() || prefix.Domain != "m2m-dev" {
		t.Errorf("prefix: %+v", prefix)
	}
	custom := resolvePatched(t, map[string]string{
		"Domain.Domain":             `"login.example.com"`,
		"Domain.CustomDomainConfig": `{"CertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/x"}`,
	}).UserPoolDomains[0]
	if !custom.Custom() || custom.Domain != "login.example.com" {
		t.Errorf("custom domain: %+v", custom)
	}
}

func TestUserPoolNameAndARN(t *testing.T) {
	t.Parallel()
	pool := resolvePatched(t, nil).UserPools[0]
	if pool.Name != "people" || pool.ARN != "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/"+pool.ID {
		t.Errorf("got %+v", pool)
	}
}

// TestAcceptedTypes refers to a resource of a type that is not known, in every way.
func TestAcceptedTypes(t *testing.T) {
	t.Parallel()
	loaded, err := assembly.LoadFS(synthesized(map[string]string{"App": `{"Resources": {
		"Orders": {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": "orders", "Anything": [{"Goes": null}]}},
		"Items": {"Type": "AWS::DynamoDB::Table"}},
		"Outputs": {"Name": {"Value": {"Ref": "Orders"}}, "Generated": {"Value": {"Ref": "Items"}},
			"Arn": {"Value": {"Fn::GetAtt": ["Orders", "Arn"]}}, "Id": {"Value": {"Fn::GetAtt": ["Orders", "StreamId"]}}}}`}), "cdk.out")
	if err != nil {
		t.Fatal(err)
	}
	stage, err := loaded.Stage("dev")
	if err != nil {
		t.Fatal(err)
	}
	m, problems := stage.Resolve(assembly.Options{IDs: templatetest.IDs{}, Accepts: func(name string) bool { return name == "AWS::DynamoDB::Table" }})
	templatetest.WantNoProblems(t, problems)
	for key, want := range map[string]string{
		"Name": `^orders$`, "Generated": `^App-Items-\w+$`, "Arn": `^arn:aws:dynamodb:[a-z0-9-]+:123456789012:table/orders$`, "Id": `^orders-StreamId$`,
	} {
		if got := output(t, m, key); !regexp.MustCompile(want).MatchString(got) {
			t.Errorf("%s: got %s, want %s", key, got, want)
		}
	}
	if len(m.NotSimulated) != 2 {
		t.Errorf("not simulated: %+v", m.NotSimulated)
	}
}
