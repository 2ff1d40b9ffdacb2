package local_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/local"
	"cognito-m2m/internal/m2mtest"
	"cognito-m2m/internal/serving"
	"cognito-m2m/internal/serving/servingtest"
)

// withTables are two tables of the user's own, whose name and ARN the function is told.
func withTables(api servingtest.Template) {
	for _, name := range []string{"Orders", "Items"} {
		api.Resources()[name] = map[string]any{"Type": "AWS::DynamoDB::Table", "Properties": map[string]any{"KeySchema": []any{}}}
	}
	api.PropertiesOf("AWS::Lambda::Function")["Environment"] = map[string]any{"Variables": map[string]any{
		"TABLE": map[string]any{"Ref": "Orders"}, "TABLE_ARN": map[string]any{"Fn::GetAtt": []any{"Items", "Arn"}},
	}}
}

// TestAcceptedTypes runs a stack with a type that nobody knows: refused once for the type, accepted
// in a file, and leniently.
func TestAcceptedTypes(t *testing.T) {
	t.Parallel()
	dir, file := servingtest.AssemblyDir(t, withTables), filepath.Join(t.TempDir(), "not-simulated.txt")
	err := startFails(t, serving.Config{StateDir: t.TempDir(), Accepted: file}, dir)
	var refused *local.Refused
	if !errors.As(err, &refused) || !refused.OnlyUnsupported() || !slices.Equal(refused.UnknownTypes(), []string{"AWS::DynamoDB::Table"}) {
		t.Errorf("got %v", err)
	}
	const want = "the type AWS::DynamoDB::Table is not simulated (2: Items, Orders): functions that call it get an error, " +
		"unless you point them at another one: --function-env NAME:AWS_ENDPOINT_URL_DYNAMODB="
	const by = " (a limit of the local runtime)"
	if strings.Count(err.Error(), "AWS::DynamoDB::Table") != 1 || !strings.Contains(err.Error(), want) || !strings.HasSuffix(err.Error(), by) {
		t.Errorf("got %v", err)
	}
	for content, wanted := range map[string]string{
		"# tables\nAWS::DynamoDB::Table # told by --function-env\n": "",
		"AWS::DynamoDB::Tables\n":                                   "AWS::DynamoDB::Table is not simulated",
		"\nall\n":                                                   file + ":2: a resource type is needed",
	} {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		cfg := serving.Config{StateDir: t.TempDir(), Accepted: file}
		if wanted != "" {
			if err := startFails(t, cfg, dir); !strings.Contains(err.Error(), wanted) {
				t.Errorf("%q: got %v", content, err)
			}
			continue
		}
		report := &servingtest.Report{T: t}
		cfg.Report = report
		_, d := start(t, cfg, dir)
		if code, body := servingtest.Status(t, d, "/test_jwt", servingtest.Token(t, d, "reader")); code != 200 || len(report.Warnings) > 0 {
			t.Errorf("%q: %d %s, %q", content, code, body, report.Warnings)
		}
	}
	report := &servingtest.Report{T: t}
	start(t, serving.Config{Lenient: true, Report: report}, dir)
	if len(report.Warnings) != 1 || !strings.Contains(report.Warnings[0], "AWS::DynamoDB::Table is not simulated: functions") {
		t.Errorf("leniently: %q", report.Warnings)
	}
}

// TestPoliciesOfElsewhere: a managed policy that nobody knows is told once, accepted by its ARN,
// and no matter to a run without roles.
func TestPoliciesOfElsewhere(t *testing.T) {
	t.Parallel()
	const arn = "arn:aws:iam::aws:policy/AmazonS3FullAccess"
	dir, file := servingtest.AssemblyDir(t, func(api servingtest.Template) {
		api.PropertiesOf("AWS::IAM::Role")["ManagedPolicyArns"] = []any{arn}
	}), filepath.Join(t.TempDir(), "not-simulated.txt")
	err := startFails(t, serving.Config{StateDir: t.TempDir(), Accepted: file}, dir)
	var refused *local.Refused
	if !errors.As(err, &refused) || !refused.OnlyUnsupported() || strings.Count(err.Error(), arn) != 1 || !strings.Contains(err.Error(), "EchoServiceRole") {
		t.Errorf("got %v", err)
	}
	if err := os.WriteFile(file, []byte(arn+" # nothing here is in S3\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, cfg := range map[string]serving.Config{"accepted": {Accepted: file}, "without roles": {NoRoles: true}} {
		report := &servingtest.Report{T: t}
		cfg.Report = report
		start(t, cfg, dir)
		if len(report.Warnings) > 0 {
			t.Errorf("%s: warned of %q", name, report.Warnings)
		}
	}
	report := &servingtest.Report{T: t}
	start(t, serving.Config{Lenient: true, Report: report}, dir)
	if len(report.Warnings) != 1 || !strings.Contains(report.Warnings[0], arn) {
		t.Errorf("leniently: %q", report.Warnings)
	}
}

// TestPoliciesThatAreTooLong: a run refuses them as IAM does, also leniently and without roles.
func TestPoliciesThatAreTooLong(t *testing.T) {
	t.Parallel()
	dir := servingtest.AssemblyDir(t, func(api servingtest.Template) {
		api.PropertiesOf("AWS::IAM::Role")["Policies"] = []any{map[string]any{
			"PolicyName": "long", "PolicyDocument": map[string]any{"Version": "2012-10-17", "Statement": []any{map[string]any{
				"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::" + strings.Repeat("b", 10_240),
			}}},
		}}
	})
	err := startFails(t, serving.Config{StateDir: t.TempDir(), Lenient: true, NoRoles: true}, dir)
	m2mtest.Contains(t, err.Error(), "EchoServiceRole", "Policies: Maximum policy size of 10240 bytes exceeded for role m2m-dev-Api-EchoServiceRole", "AWS IAM refuses it")
}

// TestChangesNamePolicies: m2m up --watch tells of a policy that is another one, of a function's
// role, a secret or a key.
func TestChangesNamePolicies(t *testing.T) {
	t.Parallel()
	document := func(action, principal string) map[string]any {
		return map[string]any{"Version": "2012-10-17", "Statement": map[string]any{
			"Effect": "Allow", "Action": action, "Resource": "*", "Principal": map[string]any{"AWS": principal},
		}}
	}
	ofRole := document("s3:GetObject", "")
	delete(ofRole["Statement"].(map[string]any), "Principal")
	with := func(change func(role, secret, key map[string]any)) string {
		return servingtest.AssemblyDir(t, func(api servingtest.Template) {
			unthrottled(api)
			secret := map[string]any{"SecretId": map[string]any{"Ref": "S"}, "ResourcePolicy": document("secretsmanager:GetSecretValue", "123456789012")}
			key := map[string]any{"KeyPolicy": document("kms:*", "123456789012")}
			change(api.PropertiesOf("AWS::IAM::Role"), secret, key)
			api.Resources()["S"] = map[string]any{"Type": "AWS::SecretsManager::Secret", "Properties": map[string]any{"Name": "held"}}
			api.Resources()["P"] = map[string]any{"Type": "AWS::SecretsManager::ResourcePolicy", "Properties": secret}
			api.Resources()["K"] = map[string]any{"Type": "AWS::KMS::Key", "Properties": key}
		})
	}
	run, _ := start(t, serving.Config{}, with(func(_, _, _ map[string]any) {}))
	for want, change := range map[string]func(role, secret, key map[string]any){
		"role of function Echo11F3FB29": func(role, _, _ map[string]any) {
			role["Policies"] = []any{map[string]any{"PolicyName": "more", "PolicyDocument": ofRole}}
		},
		"secret held": func(_, secret, _ map[string]any) {
			secret["ResourcePolicy"] = document("secretsmanager:DescribeSecret", "123456789012")
		},
		"key K": func(_, _, key map[string]any) { key["KeyPolicy"] = document("kms:Decrypt", "123456789012") },
	} {
		_, changes := apply(t, run, with(change))
		if diff := cmp.Diff(local.Changes{Changed: []string{want}}, changes); diff != "" {
			t.Errorf("changes (-want +got):\n%s", diff)
		}
		apply(t, run, with(func(_, _, _ map[string]any) {}))
	}
}
