package assembly_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/assembly/template/templatetest"
)

var update = flag.Bool("update", false, "rewrite the expected models in testdata")

// loadStage resolves a stage of the assembly in testdata/synth, which CDK 2.270.0 wrote.
func loadStage(t *testing.T, name string) *assembly.Model {
	t.Helper()
	loaded, err := assembly.Load("testdata/synth")
	if err != nil {
		t.Fatal(err)
	}
	stage, err := loaded.Stage(name)
	if err != nil {
		t.Fatal(err)
	}
	model, problems := stage.Resolve(assembly.Options{IDs: templatetest.IDs{}})
	templatetest.WantNoProblems(t, problems)
	return model
}

func TestStageModel(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"dev", "anywhere"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := json.MarshalIndent(loadStage(t, name), "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			file := "testdata/" + name + ".model.json"
			if *update {
				if err := os.WriteFile(file, append(got, '\n'), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)+"\n"); diff != "" {
				t.Errorf("model differs from %s (rewrite with -update) (-want +got):\n%s", file, diff)
			}
		})
	}
}

// What the golden model shows is only as good as whoever looked at it, so what matters most is said
// again here.
func TestStageHangsTogether(t *testing.T) {
	t.Parallel()
	m := loadStage(t, "dev")
	if m.Region != "ap-northeast-1" || m.AccountID != "123456789012" {
		t.Errorf("runs in %s, %s", m.Region, m.AccountID)
	}
	pool, api := m.UserPools[0], m.APIs[0]
	var clientIDs []string
	for _, client := range m.UserPoolClients {
		clientIDs = append(clientIDs, client.ID)
		if client.UserPoolID != pool.ID || client.AccessTokenValidity != 30*time.Minute || !client.GenerateSecret {
			t.Errorf("client %s: %+v", client.Name, client)
		}
	}
	if got := api.Authorizers[0]; got.Issuer != pool.ProviderURL || !cmp.Equal(got.Audience, clientIDs) {
		t.Errorf("authorizer trusts %s for %v, want %s for %v", got.Issuer, got.Audience, pool.ProviderURL, clientIDs)
	}
	if want := "https://cognito-idp.ap-northeast-1.amazonaws.com/" + pool.ID; pool.ProviderURL != want {
		t.Errorf("issuer is %s, want %s", pool.ProviderURL, want)
	}
	f := m.Functions[0]
	if got := api.Integrations[0].FunctionARN; got != f.ARN {
		t.Errorf("integration calls %s, want %s", got, f.ARN)
	}
	if got := f.Environment["POOL"]; got != pool.ID {
		t.Errorf("function is told the pool %q, want %q", got, pool.ID)
	}
	if _, err := os.Stat(f.Asset.Dir + "/bootstrap"); err != nil {
		t.Errorf("function's asset: %v", err)
	}
	if f.Path != "dev/Api/Echo/Resource" {
		t.Errorf("construct path is %q", f.Path)
	}
}

func TestResolveIsDeterministic(t *testing.T) {
	t.Parallel()
	first := loadStage(t, "dev")
	for range 20 {
		if diff := cmp.Diff(first, loadStage(t, "dev")); diff != "" {
			t.Fatalf("two runs differ (-first +later):\n%s", diff)
		}
	}
}

// What the project itself synthesizes takes next to nothing of the bound.
func TestRealTemplatesAreFarFromTheBound(t *testing.T) {
	t.Parallel()
	loaded, err := assembly.Load("testdata/synth")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range loaded.StageNames() {
		stage, err := loaded.Stage(name)
		if err != nil {
			t.Fatal(err)
		}
		if work := assembly.Work(stage, assembly.Options{IDs: templatetest.IDs{}}); work <= 0 || work > 0.02 {
			t.Errorf("stage %s takes %.4f of the work that is allowed", name, work)
		}
	}
}

// TestAUserPoolFullOfClients is within the bounds: 10,000, which Cognito can be asked to take, in
// groups as package stacks makes them.
func TestAUserPoolFullOfClients(t *testing.T) {
	t.Parallel()
	const groups, inGroup = 60, 166
	templates := map[string]string{"Api": `{"Resources": {
		"Pool": {"Type": "AWS::Cognito::UserPool"},
		"Server": {"Type": "AWS::Cognito::UserPoolResourceServer", "Properties": {"UserPoolId": {"Ref": "Pool"}, "Identifier": "orders", "Name": "orders",
			"Scopes": [{"ScopeName": "read", "ScopeDescription": "Read"}]}},
		"Rotate": {"Type": "AWS::Lambda::Function", "Properties": {"Runtime": "provided.al2023", "Handler": "bootstrap",
			"Code": {"S3Bucket": "b", "S3Key": "a1.zip"}, "Role": "arn:aws:iam::123456789012:role/r"}},
		"Permission": {"Type": "AWS::Lambda::Permission", "Properties": {"Action": "lambda:InvokeFunction", "Principal": "secretsmanager.amazonaws.com",
			"FunctionName": {"Ref": "Rotate"}, "SourceArn": {"Fn::Sub": "arn:aws:secretsmanager:eu-west-1:${AWS::AccountId}:secret:m2m/scale/*"}}}},
		"Outputs": {
		"Pool": {"Value": {"Ref": "Pool"}, "Export": {"Name": "m2m-scale-Identity:ExportsOutputRefUserPool6BA7E5F296FD7236"}},
		"Rotate": {"Value": {"Fn::GetAtt": "Rotate.Arn"}, "Export": {"Name": "m2m-scale-Api:ExportsOutputFnGetAttRotateC187A964Arn24EBC8BA"}}}}`}
	for group := range groups {
		var resources, outputs []string
		for i := range inGroup {
			client := fmt.Sprintf("client-%05d", group*inGroup+i)
			id := strings.ReplaceAll(client, "-", "")
			resources = append(resources, fmt.Sprintf(`"%[1]sAppClientDF7C5ED3": {"Type": "AWS::Cognito::UserPoolClient", "Properties": {
				"AccessTokenValidity": 60, "AllowedOAuthFlows": ["client_credentials"], "AllowedOAuthFlowsUserPoolClient": true,
				"AllowedOAuthScopes": ["orders/read"], "ClientName": "%[2]s", "ExplicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH"],
				"GenerateSecret": true, "SupportedIdentityProviders": ["COGNITO"], "TokenValidityUnits": {"AccessToken": "minutes"},
				"UserPoolId": {"Fn::ImportValue": "m2m-scale-Identity:ExportsOutputRefUserPool6BA7E5F296FD7236"}}},
			"%[1]sSecretD382741B": {"Type": "AWS::SecretsManager::Secret", "DeletionPolicy": "Delete", "Properties": {
				"Description": "Credentials of the client %[2]s, written by rotation.", "Name": "m2m/scale/%[2]s", "SecretString": "{}",
				"Tags": [{"Key": "m2m:client-id", "Value": {"Ref": "%[1]sAppClientDF7C5ED3"}}]}},
			"%[1]sRotation237E76F5": {"Type": "AWS::SecretsManager::RotationSchedule", "Properties": {"RotateImmediatelyOnUpdate": true,
				"RotationLambdaARN": {"Fn::ImportValue": "m2m-scale-Api:ExportsOutputFnGetAttRotateC187A964Arn24EBC8BA"},
				"RotationRules": {"AutomaticallyAfterDays": 30, "Duration": "24h"}, "SecretId": {"Ref": "%[1]sSecretD382741B"}}}`, id, client))
			outputs = append(outputs, fmt.Sprintf(`"ClientId%[1]s": {"Description": "App client id of %[2]s.", "Value": {"Ref": "%[1]sAppClientDF7C5ED3"}}`, id, client))
		}
		templates[fmt.Sprintf("Group%02d", group)] = `{"Resources": {` + strings.Join(resources, ",") + `}, "Outputs": {` + strings.Join(outputs, ",") + `}}`
	}
	stage := stageOf(t, templates)
	model, problems := stage.Resolve(assembly.Options{IDs: templatetest.IDs{}})
	templatetest.WantNoProblems(t, problems)
	if count := len(model.RotationSchedules); count != groups*inGroup {
		t.Errorf("%d rotations, want %d", count, groups*inGroup)
	}
	t.Logf("%.2f of the work that is allowed", assembly.Work(stage, assembly.Options{IDs: templatetest.IDs{}}))
}

func TestNullTemplate(t *testing.T) {
	t.Parallel()
	model, problems := resolveOne(t, "null")
	templatetest.WantNoProblems(t, problems)
	if len(model.Outputs) != 0 || strings.TrimSpace(model.Region) != "" {
		t.Errorf("got %+v, want an empty model", model)
	}
}
