package assembly_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/assembly/template/templatetest"
	"cognito-m2m/internal/lambdapolicy"
)

func TestSecret(t *testing.T) {
	t.Parallel()
	m := resolvePatched(t, map[string]string{
		"Secret.Description": `"of the reader"`,
		"Secret.KmsKeyId":    `{"Fn::GetAtt": "Key.Arn"}`,
		"Key":                `{"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": {}}}`,
	})
	got := m.Secrets[0]
	empty := "{}"
	want := assembly.Secret{
		Resource: got.Resource, ARN: got.ARN, Name: "m2m/dev/reader", Description: "of the reader", KMSKeyID: got.KMSKeyID,
		SecretString: &empty, Tags: map[string]string{"m2m:client-id": m.UserPoolClients[0].ID},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("secret (-want +got):\n%s", diff)
	}
	const prefix = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:m2m/dev/reader-"
	if added, ok := strings.CutPrefix(got.ARN, prefix); !ok || len(added) != 6 {
		t.Errorf("ARN is %s, want %s and 6 characters", got.ARN, prefix)
	}
	if !strings.HasPrefix(got.KMSKeyID, "arn:aws:kms:eu-west-1:123456789012:key/") {
		t.Errorf("key is %s", got.KMSKeyID)
	}
}

func TestSecretWithoutNameAndValue(t *testing.T) {
	t.Parallel()
	m := resolvePatched(t, map[string]string{"Secret": `{"Type": "AWS::SecretsManager::Secret"}`})
	got := m.Secrets[0]
	if !strings.HasPrefix(got.Name, "Secret-") || !strings.Contains(got.ARN, ":secret:"+got.Name+"-") || got.SecretString != nil {
		t.Errorf("got %+v", got)
	}
}

// A secret under another name is another secret, so its ARN ends differently.
func TestReplacedSecretHasAnotherARN(t *testing.T) {
	t.Parallel()
	ending := func(name string) string {
		arn := resolvePatched(t, map[string]string{"Secret.Name": name}).Secrets[0].ARN
		return arn[len(arn)-6:]
	}
	if first, second := ending(`"a"`), ending(`"b"`); first == second {
		t.Errorf("both end with %s", first)
	}
}

func TestRotationSchedule(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		patches map[string]string
		want    assembly.RotationSchedule
	}{
		"as declared": {nil, assembly.RotationSchedule{AutomaticallyAfterDays: 30, RotateImmediatelyOnUpdate: true}},
		"not at once": {
			map[string]string{"Rotation.RotateImmediatelyOnUpdate": `false`},
			assembly.RotationSchedule{AutomaticallyAfterDays: 30},
		},
		"immediately by default": {
			map[string]string{"Rotation.RotateImmediatelyOnUpdate": ""},
			assembly.RotationSchedule{AutomaticallyAfterDays: 30, RotateImmediatelyOnUpdate: true},
		},
		"secret by its name": {
			map[string]string{"Rotation.SecretId": `"m2m/dev/reader"`},
			assembly.RotationSchedule{AutomaticallyAfterDays: 30, RotateImmediatelyOnUpdate: true},
		},
		"expression": {
			map[string]string{"Rotation.RotationRules": `{"ScheduleExpression": "rate(4 hours)", "Duration": "2h"}`},
			assembly.RotationSchedule{ScheduleExpression: "rate(4 hours)", Duration: "2h", RotateImmediatelyOnUpdate: true},
		},
		"alias": {
			map[string]string{
				"Rotation.RotationLambdaARN":      `{"Fn::Sub": "${Echo.Arn}:live"}`,
				"RotationPermission.FunctionName": `{"Fn::Sub": "${Echo.Arn}:live"}`,
			},
			assembly.RotationSchedule{AutomaticallyAfterDays: 30, Qualifier: "live", RotateImmediatelyOnUpdate: true},
		},
		"permission for the secret": {
			map[string]string{"RotationPermission.SourceArn": `{"Ref": "Secret"}`},
			assembly.RotationSchedule{AutomaticallyAfterDays: 30, RotateImmediatelyOnUpdate: true},
		},
		"permission for secrets of a form": {
			map[string]string{"RotationPermission.SourceArn": `{"Fn::Sub": "arn:aws:secretsmanager:*:${AWS::AccountId}:secret:m2m/dev/*-??????"}`},
			assembly.RotationSchedule{AutomaticallyAfterDays: 30, RotateImmediatelyOnUpdate: true},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := resolvePatched(t, test.patches)
			got := m.RotationSchedules[0]
			test.want.Resource, test.want.SecretARN, test.want.FunctionARN = got.Resource, m.Secrets[0].ARN, m.Functions[0].ARN
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("schedule (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPermissionOfSecretsManager(t *testing.T) {
	t.Parallel()
	m := resolvePatched(t, map[string]string{"RotationPermission.SourceArn": `{"Ref": "Secret"}`})
	got := m.Permissions[1]
	want := assembly.Permission{
		Resource: got.Resource, FunctionARN: m.Functions[0].ARN, Statement: lambdapolicy.Statement{
			Principal: "secretsmanager.amazonaws.com", Action: "lambda:InvokeFunction", SourceARN: m.Secrets[0].ARN, SourceAccount: "123456789012",
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("permission (-want +got):\n%s", diff)
	}
}

// What would do something else than the simulation is said, and can be left out of a run.
func TestSecretsManagerUnsupported(t *testing.T) {
	t.Parallel()
	for path, value := range map[string]string{
		"Secret.GenerateSecretString":   `{}`,
		"Secret.ReplicaRegions":         `[]`,
		"Rotation.HostedRotationLambda": `{"RotationType": "MySQLSingleUser"}`,
	} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			_, problems := resolveOne(t, patched(t, map[string]string{path: value}))
			logicalID, property, _ := strings.Cut(path, ".")
			templatetest.WantProblem(t, problems, logicalID, property, "not simulated")
			if len(problems) != 1 || problems[0].Kind != assembly.Unsupported {
				t.Errorf("problems: %v", problems)
			}
		})
	}
}
