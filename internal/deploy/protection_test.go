package deploy_test

import (
	"errors"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/deploy"
	"cognito-m2m/internal/deploy/deploytest"
	"cognito-m2m/internal/m2mtest"
)

const (
	deployRole = "cdk-hnb659fds-deploy-role-" + deploytest.Account + "-eu-west-1"
	identityID = "id/m2m-prod-Identity"
)

// TestLiftProtection has every state there is: protection goes from stacks that were never created,
// and from no other.
func TestLiftProtection(t *testing.T) {
	t.Parallel()
	never := []types.StackStatus{"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "REVIEW_IN_PROGRESS"}
	for _, status := range types.StackStatus("").Values() {
		t.Run(string(status), func(t *testing.T) {
			t.Parallel()
			f := &deploytest.AWS{Stacks: map[string]*deploytest.Stack{"m2m-prod-Identity": {Status: string(status), Protected: true}}}
			lifted, err := open(t, f).LiftProtection(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			var want []deploy.Lifted
			if slices.Contains(never, status) {
				want = []deploy.Lifted{{Stack: "m2m-prod-Identity", Status: string(status)}}
			}
			if diff := cmp.Diff(want, lifted); diff != "" {
				t.Errorf("lifted (-want +got):\n%s", diff)
			}
			if got := f.Stacks["m2m-prod-Identity"].Protected; got == (want != nil) {
				t.Errorf("protected afterwards: %t", got)
			}
		})
	}
}

// TestLiftProtectionAsTheCLI: with the role that the CLI deploys with, and by the stack's id.
func TestLiftProtectionAsTheCLI(t *testing.T) {
	t.Parallel()
	f := &deploytest.AWS{Stacks: map[string]*deploytest.Stack{
		"m2m-prod-Identity": {Status: "ROLLBACK_COMPLETE", Protected: true},
		"m2m-prod-Api":      {Status: "ROLLBACK_COMPLETE"}, // not protected: left alone
	}}
	if _, err := open(t, f).LiftProtection(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := "UpdateTerminationProtection " + identityID + " false as " + deployRole
	if changes := slices.DeleteFunc(f.Asked, func(a string) bool { return strings.HasPrefix(a, "AssumeRole") }); len(changes) != 1 || changes[0] != want {
		t.Errorf("asked for %q, want %q", changes, want)
	}
}

// TestWhereTheRegionIsNotWritten: the roles of an environment without a Region are those of the
// Region that is deployed to.
func TestWhereTheRegionIsNotWritten(t *testing.T) {
	t.Parallel()
	f := &deploytest.AWS{
		Stacks: map[string]*deploytest.Stack{
			"m2m-prod-Identity": {Status: "ROLLBACK_COMPLETE", Protected: true},
			"m2m-prod-Api":      {Status: "UPDATE_COMPLETE", More: output},
		},
		Alarms: map[string]string{alarmName: "OK"},
	}
	dir := deploytest.Assembly(t)
	manifest := filepath.Join(dir, "assembly-prod", "manifest.json")
	m2mtest.Write(t, manifest, strings.NewReplacer("/eu-west-1", "/unknown-region", "-eu-west-1", "-${AWS::Region}").Replace(m2mtest.Read(t, manifest)))
	nowhere, err := deploy.Open(dir, "prod", aws.Config{Credentials: credentials.NewStaticCredentialsProvider("OPS", "secret", "")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := nowhere.LiftProtection(t.Context()); !errors.Is(err, deploy.ErrNoRegion) {
		t.Errorf("without a Region anywhere: %v", err)
	}
	d := openIn(t, f, dir)
	if _, err := d.LiftProtection(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Rollback(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"UpdateTerminationProtection " + identityID + " false as " + deployRole,
		"DescribeAlarms " + alarmName + " as " + strings.Replace(deployRole, "deploy", "lookup", 1),
	} {
		if !slices.Contains(f.Asked, want) {
			t.Errorf("asked for %q, want %q among it", f.Asked, want)
		}
	}
}

func TestWithoutTheRole(t *testing.T) {
	t.Parallel()
	f := &deploytest.AWS{
		Stacks: map[string]*deploytest.Stack{"m2m-prod-Identity": {Status: "ROLLBACK_COMPLETE", Protected: true}},
		Refuse: map[string]string{"AssumeRole": "AccessDenied"},
	}
	if lifted, err := open(t, f).LiftProtection(t.Context()); err != nil || len(lifted) != 1 {
		t.Errorf("the account's own credentials: lifted %v, error %v", lifted, err)
	}
	if want := []string{"UpdateTerminationProtection " + identityID + " false as OPS"}; !slices.Equal(f.Asked, want) {
		t.Errorf("asked for %q, want %q", f.Asked, want)
	}
}

func TestLiftProtectionRefused(t *testing.T) {
	t.Parallel()
	for operation, want := range map[string]string{
		"GetCallerIdentity":           "finding out whose credentials these are: not for you (ExpiredToken)",
		"DescribeStacks":              "looking at the stack m2m-prod-Api: not for you (ExpiredToken)",
		"UpdateTerminationProtection": "lifting the termination protection of the stack m2m-prod-Identity (ROLLBACK_COMPLETE): not for you (ExpiredToken)",
		"AssumeRole":                  "taking the role arn:aws:iam::" + deploytest.Account + ":role/" + deployRole + ": not for you (ExpiredToken)",
	} {
		f := &deploytest.AWS{
			Stacks: map[string]*deploytest.Stack{"m2m-prod-Identity": {Status: "ROLLBACK_COMPLETE", Protected: true}},
			Refuse: map[string]string{operation: "ExpiredToken"},
		}
		_, err := open(t, f).LiftProtection(t.Context())
		if err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%s: error %v, want %s", operation, err, want)
		}
		if !f.Stacks["m2m-prod-Identity"].Protected {
			t.Errorf("%s: the protection is gone", operation)
		}
	}
}

// TestNothingAnswers: one sentence, and not the SDK's chain of causes.
func TestNothingAnswers(t *testing.T) {
	t.Parallel()
	gone := httptest.NewServer(nil)
	gone.Close()
	d, err := deploy.Open(deploytest.Assembly(t), "prod", aws.Config{
		Region: "eu-west-1", BaseEndpoint: &gone.URL, RetryMaxAttempts: 1, Credentials: credentials.NewStaticCredentialsProvider("OPS", "secret", ""),
	})
	if err != nil {
		t.Fatal(err)
	}
	const want = "looking at the stack m2m-prod-Api: finding out whose credentials these are: connection refused"
	if _, err := d.LiftProtection(t.Context()); err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}
