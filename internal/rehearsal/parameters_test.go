package rehearsal_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	ssmapi "github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"cognito-m2m/internal/m2mtest"
	"cognito-m2m/internal/ssm"
)

const withParameters = `{"Parameters": {
	"Password": {"Type": "String", "NoEcho": true}, "Version": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/cdk-bootstrap/hnb659fds/version"}},
	"Resources": {"Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": {"Ref": "Password"}, "RetentionInDays": 7}}},
	"Outputs": {"Bootstrap": {"Value": {"Ref": "Version"}}}}`

// TestRehearsalTakesParameters: a NoEcho parameter has the value of the request, which no answer
// shows; one of the Parameter Store has what is there. Both outlive the run.
func TestRehearsalTakesParameters(t *testing.T) {
	t.Parallel()
	r := rehearse(t)
	const secret = "correct-horse"
	name := aws.String("parameters")
	if _, err := cloudformation.NewFromConfig(r.sdk()).CreateStack(t.Context(), &cloudformation.CreateStackInput{
		StackName: name, TemplateBody: aws.String(withParameters),
		Parameters: []types.Parameter{{ParameterKey: aws.String("Password"), ParameterValue: aws.String(secret)}},
	}); err != nil {
		t.Fatal(err)
	}
	for _, when := range []string{"at first", "after a restart"} {
		stacks := cloudformation.NewFromConfig(r.sdk())
		var stack types.Stack
		m2mtest.Eventually(t, "the stack to be complete", func() bool {
			answer, err := stacks.DescribeStacks(t.Context(), &cloudformation.DescribeStacksInput{StackName: name})
			if err != nil {
				t.Fatal(err)
			}
			stack = answer.Stacks[0]
			return stack.StackStatus == "CREATE_COMPLETE"
		})
		got := map[string]string{}
		for _, p := range stack.Parameters {
			got[*p.ParameterKey] = *p.ParameterValue + " " + aws.ToString(p.ResolvedValue)
		}
		if got["Password"] != "**** " || got["Version"] != "/cdk-bootstrap/hnb659fds/version "+ssm.BootstrapVersion || *stack.Outputs[0].OutputValue != ssm.BootstrapVersion {
			t.Errorf("%s: parameters %q, output %s", when, got, *stack.Outputs[0].OutputValue)
		}
		events, err := stacks.DescribeStackEvents(t.Context(), &cloudformation.DescribeStackEventsInput{StackName: name})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events.StackEvents {
			if p := aws.ToString(e.ResourceProperties); strings.Contains(p, secret) || p != "" && !strings.Contains(p, `"LogGroupName":"****"`) {
				t.Errorf("%s: an event has the properties %s", when, p)
			}
		}
		if _, err := stacks.UpdateStack(t.Context(), &cloudformation.UpdateStackInput{
			StackName: name, UsePreviousTemplate: aws.Bool(true), Parameters: []types.Parameter{{ParameterKey: aws.String("Password"), UsePreviousValue: aws.Bool(true)}},
		}); err == nil || !strings.Contains(err.Error(), "No updates are to be performed.") {
			t.Errorf("%s: the value that it has is %v", when, err)
		}
		r.restart()
	}
	// The value is kept for the next operation, where no one else reads.
	if err := filepath.Walk(r.cfg.StateDir, func(path string, info os.FileInfo, err error) error {
		if err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o077 != 0 && strings.Contains(m2mtest.Read(t, path), secret) {
			t.Errorf("%s has the secret, and the mode %s", path, info.Mode())
		}
		return err
	}); err != nil {
		t.Error(err)
	}
}

// TestRehearsalReadsTheParameterStore: a parameter has the value that was put in its Region.
func TestRehearsalReadsTheParameterStore(t *testing.T) {
	t.Parallel()
	r := rehearse(t)
	if _, err := ssmapi.NewFromConfig(r.sdk()).PutParameter(t.Context(), &ssmapi.PutParameterInput{
		Name: aws.String("/mine/level"), Value: aws.String("deep"), Type: ssmtypes.ParameterTypeString,
	}); err != nil {
		t.Fatal(err)
	}
	stacks := cloudformation.NewFromConfig(r.sdk())
	create := func(ctx context.Context, stacks *cloudformation.Client, name string) error {
		_, err := stacks.CreateStack(ctx, &cloudformation.CreateStackInput{
			StackName: &name, TemplateBody: aws.String(strings.NewReplacer("/cdk-bootstrap/hnb659fds/version", "/mine/level", `"Type": "String", "NoEcho": true`, `"Type": "String", "Default": "logs"`).Replace(withParameters)),
		})
		return err
	}
	if err := create(t.Context(), stacks, "stored"); err != nil {
		t.Fatal(err)
	}
	m2mtest.Eventually(t, "the stack to have the value", func() bool {
		answer, err := stacks.DescribeStacks(t.Context(), &cloudformation.DescribeStacksInput{StackName: aws.String("stored")})
		if err != nil {
			t.Fatal(err)
		}
		outputs := answer.Stacks[0].Outputs
		return len(outputs) == 1 && *outputs[0].OutputValue == "deep"
	})
	elsewhere := r.sdk()
	elsewhere.Region = "us-west-2"
	if err := create(t.Context(), cloudformation.NewFromConfig(elsewhere), "elsewhere"); err == nil || !strings.Contains(err.Error(), "Unable to fetch parameters [/mine/level]") {
		t.Errorf("in another Region: %v", err)
	}
}
