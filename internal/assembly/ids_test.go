package assembly_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/assembly/template/templatetest"
	"cognito-m2m/internal/replacement"
)

// recordedIDs remembers what was asked for.
type recordedIDs struct{ keys map[string]assembly.Key }

func (r *recordedIDs) ID(key assembly.Key) (string, error) {
	r.keys[key.LogicalID] = key
	return templatetest.IDs{}.ID(key)
}

// keysOf resolves a template and returns the keys ids were asked for, by logical id.
func keysOf(t *testing.T, template string) map[string]assembly.Key {
	t.Helper()
	loaded, err := assembly.LoadFS(synthesized(map[string]string{"App": template}), "cdk.out")
	if err != nil {
		t.Fatal(err)
	}
	stage, err := loaded.Stage("dev")
	if err != nil {
		t.Fatal(err)
	}
	ids := &recordedIDs{keys: map[string]assembly.Key{}}
	_, problems := stage.Resolve(assembly.Options{IDs: ids})
	templatetest.WantNoProblems(t, problems)
	return ids.keys
}

// What replaces a resource on AWS changes its key, and nothing else does.
func TestKeysChangeWithReplacementsOnly(t *testing.T) {
	t.Parallel()
	const otherPool = `{"Type": "AWS::Cognito::UserPool"}`
	const told = `{"Type": "AWS::Lambda::Function", "Properties": {"Code": {"S3Key": "a1.zip"}, "Role": "r",
		"Environment": {"Variables": {"PERMISSION": {"Ref": "Permission"}}}}}` // without it, nobody asks for its id
	for name, test := range map[string]struct {
		patches map[string]string
		changed string
	}{
		"client name":            {map[string]string{"Client.ClientName": `"writer"`}, ""},
		"client scopes":          {map[string]string{"Client.AllowedOAuthScopes": `["https://api/x/read", "https://api/x/read"]`}, ""},
		"secret as text":         {map[string]string{"Client.GenerateSecret": `"true"`}, ""},
		"function memory":        {map[string]string{"Echo.MemorySize": `512`}, ""},
		"route key":              {map[string]string{"Route.RouteKey": `"GET /y"`}, ""},
		"secret of the client":   {map[string]string{"Client.GenerateSecret": `false`, "Client.AllowedOAuthFlows": `["code"]`}, "Client"},
		"pool of the client":     {map[string]string{"Client.UserPoolId": `{"Ref": "Other"}`, "Server.UserPoolId": `{"Ref": "Other"}`, "Other": otherPool}, "Client"},
		"name of the function":   {map[string]string{"Echo.FunctionName": `"echo"`}, "Echo"},
		"value of the secret":    {map[string]string{"Secret.SecretString": `"x"`, "Secret.Description": `"d"`}, ""},
		"days between rotations": {map[string]string{"Rotation.RotationRules.AutomaticallyAfterDays": `7`}, ""},
		"name of the secret":     {map[string]string{"Secret.Name": `"m2m/dev/writer"`}, "Secret"},
		"kind of the permission": {map[string]string{"Permission.Principal": `"events.amazonaws.com"`}, "Permission"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before := keysOf(t, patched(t, map[string]string{"Told": told}))
			test.patches["Told"] = told
			if _, asked := before[test.changed]; !asked && test.changed != "" {
				t.Fatalf("no id was asked for %s: this case looks at nothing", test.changed)
			}
			after := keysOf(t, patched(t, test.patches))
			for logicalID, key := range before {
				changed := after[logicalID] != key
				follows := strings.HasSuffix(logicalID, "Permission") && test.changed == "Echo" // its FunctionName is the new name
				meant := logicalID != "" && logicalID == test.changed                           // "" is the stack
				if changed != meant && !follows {
					t.Errorf("%s: changed is %v: before %+v, after %+v", logicalID, changed, key, after[logicalID])
				}
			}
		})
	}
}

// TestKeysOfUnreadProperties: what a run has no use for replaces a resource too.
func TestKeysOfUnreadProperties(t *testing.T) {
	t.Parallel()
	const template = `{"Resources": {
		"Role": {"Type": "AWS::IAM::Role", "Properties": {"Path": "/here/", "Description": "for the job", "AssumeRolePolicyDocument": {}}},
		"Permission": {"Type": "AWS::Lambda::Permission", "Properties": {"Action": "lambda:InvokeFunction",
			"Principal": "*", "FunctionName": "arn:aws:lambda:eu-west-1:123456789012:function:f", "PrincipalOrgID": "o-here"}},
		"Domain": {"Type": "AWS::ApiGatewayV2::DomainName", "Properties": {"DomainName": "here.example.com"}},
		"Mapping": {"Type": "AWS::ApiGatewayV2::ApiMapping", "Properties": {"DomainName": {"Ref": "Domain"}, "Stage": "x"}},
		"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "here"}},
		"Subscription": {"Type": "AWS::SNS::Subscription", "Properties": {
			"TopicArn": "t", "Protocol": "sqs", "Endpoint": {"Fn::Sub": "${Queue.Arn}"}}},
		"One": {"Type": "AWS::WAFv2::WebACL", "Properties": {"Name": {"Ref": "Other"}}},
		"Other": {"Type": "AWS::WAFv2::WebACL", "Properties": {"Scope": "REGIONAL"}}},
		"Outputs": {"R": {"Value": {"Ref": "Role"}}, "P": {"Value": {"Ref": "Permission"}}, "M": {"Value": {"Ref": "Mapping"}},
			"S": {"Value": {"Ref": "Subscription"}}, "O": {"Value": {"Ref": "One"}}, "Q": {"Value": {"Ref": "Other"}}}}`
	before := keysOf(t, template)
	for name, test := range map[string]struct{ old, with, changed string }{
		"path of the role":             {`"/here/"`, `"/there/"`, "Role"},
		"role without a path":          {`"Path": "/here/", `, ``, "Role"},
		"description of the role":      {`for the job`, `for the other job`, ""},
		"organization":                 {`o-here`, `o-there`, "Permission"},
		"what the mapping refers to":   {`here.example.com`, `there.example.com`, "Mapping"},
		"stage of the mapping":         {`"Stage": "x"`, `"Stage": "y"`, ""},
		"what the endpoint refers to":  {`"QueueName": "here"`, `"QueueName": "there"`, "Subscription"},
		"protocol of the subscription": {`"sqs"`, `"lambda"`, "Subscription"},
		"scope of the other":           {`REGIONAL`, `CLOUDFRONT`, "One Other"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			after := keysOf(t, strings.Replace(template, test.old, test.with, 1))
			var changed []string
			for _, logicalID := range slices.Sorted(maps.Keys(before)) {
				if after[logicalID] != before[logicalID] {
					changed = append(changed, logicalID)
				}
			}
			if got := strings.Join(changed, " "); got != test.changed {
				t.Errorf("changed: %q, want %q", got, test.changed)
			}
		})
	}
}

// TestReplacementOfKnownTypes: a type that is known here is in the table of replacements. Nothing
// is specified of the one that CDK adds for its statistics.
func TestReplacementOfKnownTypes(t *testing.T) {
	t.Parallel()
	for _, typeName := range assembly.KnownTypes() {
		if _, known := replacement.Properties(typeName); !known && typeName != "AWS::CDK::Metadata" {
			t.Errorf("package replacement does not know %s", typeName)
		}
	}
}

// A resource with a name of its own in the template needs no id, so a state file does not fill up
// with them.
func TestNamedResourcesAskForNoID(t *testing.T) {
	t.Parallel()
	keys := keysOf(t, patched(t, map[string]string{
		"Echo.FunctionName":  `"echo"`,
		"Logs":               `{"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/x"}}`,
		"Echo.LoggingConfig": `{"LogGroup": {"Ref": "Logs"}}`,
	}))
	for _, logicalID := range []string{"Echo", "Logs", "Server", "Domain", "Stage"} {
		if key, ok := keys[logicalID]; ok {
			t.Errorf("asked for %+v", key)
		}
	}
	if _, ok := keys["Client"]; !ok {
		t.Errorf("did not ask for the client's id, only for %v", maps.Keys(keys))
	}
}
