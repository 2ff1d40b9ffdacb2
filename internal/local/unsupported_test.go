package local_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cognito-m2m/internal/local"
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
