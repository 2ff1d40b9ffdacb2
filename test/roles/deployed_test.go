package roles

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"cognito-m2m/internal/m2mtest"
	"cognito-m2m/internal/rehearsal"
	"cognito-m2m/internal/serving"
)

const region = "ap-northeast-1"

// deployment is a run that stacks are deployed into.
type deployment struct {
	*report

	t      *testing.T
	sdk    aws.Config
	stacks *cloudformation.Client
}

// deploy starts a run that is empty, and uploads the functions.
func deploy(t *testing.T) *deployment {
	t.Helper()
	d := &deployment{report: &report{}, t: t}
	run, err := rehearsal.Open(serving.Config{Env: "empty", Ephemeral: true, Report: d.report})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := run.Close(context.Background()); err != nil {
			t.Errorf("closing: %v", err)
		}
	})
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	at := run.Access()
	d.sdk = aws.Config{
		Region: region, BaseEndpoint: &at.URL,
		Credentials: credentials.NewStaticCredentialsProvider(at.KeyID, string(at.Secret), ""),
	}
	d.stacks = cloudformation.NewFromConfig(d.sdk)
	for _, name := range []string{"echo", "rotate"} {
		d.upload(name)
	}
	return d
}

func (d *deployment) upload(name string) {
	d.t.Helper()
	built, err := programs()
	if err != nil {
		d.t.Fatal(err)
	}
	program, err := os.ReadFile(filepath.Join(built, name, "bootstrap"))
	if err != nil {
		d.t.Fatal(err)
	}
	var zipped bytes.Buffer
	archive := zip.NewWriter(&zipped)
	header := &zip.FileHeader{Name: "bootstrap", Method: zip.Store} // deflating is slow under the race detector
	header.SetMode(0o755)
	entry, err := archive.CreateHeader(header)
	if err != nil {
		d.t.Fatal(err)
	}
	if _, err := entry.Write(program); err != nil {
		d.t.Fatal(err)
	}
	if err := archive.Close(); err != nil {
		d.t.Fatal(err)
	}
	if _, err := s3.NewFromConfig(d.sdk, func(o *s3.Options) { o.UsePathStyle = true }).PutObject(d.t.Context(), &s3.PutObjectInput{
		Bucket: aws.String("cdk-hnb659fds-assets-123456789012-" + region), Key: aws.String(name + ".zip"), Body: bytes.NewReader(zipped.Bytes()),
	}); err != nil {
		d.t.Fatal(err)
	}
}

// create makes a stack of the environment dev and waits for it.
func (d *deployment) create(stack string, made template) {
	d.t.Helper()
	name, body := "m2m-dev-"+stack, encoded(d.t, made)
	if _, err := d.stacks.CreateStack(d.t.Context(), &cloudformation.CreateStackInput{
		StackName: &name, TemplateBody: &body, Capabilities: []types.Capability{types.CapabilityCapabilityIam},
	}); err != nil {
		d.t.Fatal(err)
	}
	d.becomes(name, types.StackStatusCreateComplete)
}

func (d *deployment) update(stack string, made template) {
	d.t.Helper()
	name, body := "m2m-dev-"+stack, encoded(d.t, made)
	if _, err := d.stacks.UpdateStack(d.t.Context(), &cloudformation.UpdateStackInput{
		StackName: &name, TemplateBody: &body, Capabilities: []types.Capability{types.CapabilityCapabilityIam},
	}); err != nil {
		d.t.Fatal(err)
	}
	d.becomes(name, types.StackStatusUpdateComplete)
}

func encoded(t *testing.T, made template) string {
	t.Helper()
	raw, err := json.Marshal(made)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func (d *deployment) becomes(name string, status types.StackStatus) {
	d.t.Helper()
	m2mtest.Eventually(d.t, name+" becomes "+string(status), func() bool {
		described, err := d.stacks.DescribeStacks(d.t.Context(), &cloudformation.DescribeStacksInput{StackName: &name})
		if err == nil && strings.HasSuffix(string(described.Stacks[0].StackStatus), "ROLLBACK_COMPLETE") {
			d.t.Fatalf("%s: %s", name, d.reason(name))
		}
		return err == nil && described.Stacks[0].StackStatus == status
	})
}

// reason is why the first resource of a stack failed.
func (d *deployment) reason(name string) (reason string) {
	d.t.Helper()
	answer, err := d.stacks.DescribeStackEvents(d.t.Context(), &cloudformation.DescribeStackEventsInput{StackName: &name})
	if err != nil {
		d.t.Fatal(err)
	}
	for _, event := range answer.StackEvents { // the newest first
		if strings.HasSuffix(string(event.ResourceStatus), "_FAILED") {
			reason = aws.ToString(event.LogicalResourceId) + ": " + aws.ToString(event.ResourceStatusReason)
		}
	}
	return reason
}

// isRotated says whether the reader's secret has been rotated.
func (d *deployment) isRotated() bool {
	d.t.Helper()
	got, err := secretsmanager.NewFromConfig(d.sdk).GetSecretValue(d.t.Context(), &secretsmanager.GetSecretValueInput{SecretId: aws.String("m2m/dev/reader")})
	return err == nil && strings.Contains(*got.SecretString, "client_secret")
}

// TestDeployedRoles: a role is what is deployed at that moment. The first rotation lacks a
// permission, and goes on when an update brings it.
func TestDeployedRoles(t *testing.T) {
	t.Parallel()
	d := deploy(t)
	d.create("Identity", golden(t, "dev", "Identity"))
	api := golden(t, "dev", "Api")
	for _, p := range parts(api) {
		if p.what == "the action secretsmanager:PutSecretValue" {
			p.takeOut(api)
		}
	}
	d.create("Api", api)
	m2mtest.Eventually(t, "the rotation is denied", func() bool {
		return strings.Contains(strings.Join(d.warned(), "\n"), "is not authorized to perform: secretsmanager:PutSecretValue on resource: ")
	})
	if d.isRotated() {
		t.Error("the secret is rotated")
	}
	d.update("Api", golden(t, "dev", "Api")) // the function asks again for about a minute
	m2mtest.Eventually(t, "the secret is rotated", d.isRotated)
}

// TestRefusedDeployments: what AWS refuses of roles and permissions fails the resource.
func TestRefusedDeployments(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(api template)
		reason string
	}{
		"a role that is not Lambda's": {func(api template) {
			for id, role := range api.resources("AWS::IAM::Role") {
				if strings.HasPrefix(id, "FunctionsEcho") {
					trust := propertiesOf(role)["AssumeRolePolicyDocument"].(map[string]any)
					trust["Statement"].([]any)[0].(map[string]any)["Principal"] = map[string]any{"Service": "ec2.amazonaws.com"}
				}
			}
		}, "FunctionsEchoHandler0BB05B78: Role: The role defined for the function cannot be assumed by Lambda."},
		"a schedule before its permission": {func(api template) {
			for id, schedule := range api.resources("AWS::SecretsManager::RotationSchedule") {
				delete(schedule, "DependsOn")
				if strings.Contains(id, "Reader") {
					api.resources("AWS::Lambda::Permission")["RotationPermission963C9499"]["DependsOn"] = id
				}
			}
		}, "Secrets Manager cannot invoke the specified Lambda function."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := deploy(t)
			d.create("Identity", golden(t, "dev", "Identity"))
			api := golden(t, "dev", "Api")
			test.change(api)
			stack, body := "m2m-dev-Api", encoded(t, api)
			if _, err := d.stacks.CreateStack(t.Context(), &cloudformation.CreateStackInput{
				StackName: &stack, TemplateBody: &body, Capabilities: []types.Capability{types.CapabilityCapabilityIam},
			}); err != nil {
				t.Fatal(err)
			}
			m2mtest.Eventually(t, "the creation fails", func() bool { return strings.Contains(d.reason(stack), test.reason) })
		})
	}
}
