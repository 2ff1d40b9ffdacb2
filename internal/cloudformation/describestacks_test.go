package cloudformation_test

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awscloudformation "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// created is what CloudFormation tells of every stack that a change set has just created: see
// stackElement.
func created(stack types.Stack) types.Stack {
	stack.CreationTime, stack.LastUpdatedTime, stack.StackStatus = aws.Time(start), aws.Time(start), types.StackStatusCreateComplete
	stack.Capabilities = []types.Capability{"CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"}
	stack.DisableRollback = aws.Bool(false)
	stack.DriftInformation = &types.StackDriftInformation{StackDriftStatus: types.StackDriftStatusNotChecked}
	stack.RollbackConfiguration = &types.RollbackConfiguration{}
	if stack.EnableTerminationProtection == nil {
		stack.EnableTerminationProtection = aws.Bool(false)
	}
	return stack
}

// TestDescribeStacks holds the members against the recordings that stackElement names.
func TestDescribeStacks(t *testing.T) {
	t.Parallel()
	client := serve(t, stacks()...)
	api := created(types.Stack{
		EnableTerminationProtection: aws.Bool(true),
		StackName:                   aws.String("dev-api"), StackId: aws.String(apiStackID), Description: aws.String("An <API> & more"),
		Outputs: []types.Output{
			{OutputKey: aws.String("ApiUrl"), OutputValue: aws.String("http://127.0.0.1:4000"), Description: aws.String("Where the API is")},
			{OutputKey: aws.String("Names"), OutputValue: aws.String("<a>&\"b\""), ExportName: aws.String("dev-names")},
		},
		Tags: []types.Tag{{Key: aws.String("env"), Value: aws.String("dev")}, {Key: aws.String("project"), Value: aws.String("m2m")}},
	})
	identity := created(types.Stack{StackName: aws.String("dev-identity"), StackId: aws.String(otherStackID)})
	for name, test := range map[string]struct {
		stackName *string
		want      []types.Stack
	}{
		"all":     {nil, []types.Stack{api, identity}},
		"by name": {aws.String("dev-api"), []types.Stack{api}},
		"by id":   {aws.String(otherStackID), []types.Stack{identity}},
	} {
		got, err := client.DescribeStacks(t.Context(), &awscloudformation.DescribeStacksInput{StackName: test.stackName})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(test.want, got.Stacks, cmpopts.IgnoreUnexported(types.Stack{}, types.Output{}, types.Tag{}, types.StackDriftInformation{}, types.RollbackConfiguration{}), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestUnknownStack(t *testing.T) {
	t.Parallel()
	client := serve(t, stacks()...)
	for _, name := range []string{"dev", "<no> & such"} {
		_, err := client.DescribeStacks(t.Context(), &awscloudformation.DescribeStacksInput{StackName: &name})
		var refused smithy.APIError
		if !errors.As(err, &refused) {
			t.Fatalf("got %v, want an API error", err)
		}
		if got, want := refused.ErrorMessage(), "Stack with id "+name+" does not exist"; refused.ErrorCode() != "ValidationError" || got != want {
			t.Errorf("got %s, %q; want ValidationError, %q", refused.ErrorCode(), got, want)
		}
	}
}

func TestAnotherOperationOfCloudFormation(t *testing.T) {
	t.Parallel()
	_, err := serve(t).DescribeStackResources(t.Context(), &awscloudformation.DescribeStackResourcesInput{})
	if refused := smithy.APIError(nil); !errors.As(err, &refused) {
		t.Errorf("got error %v, want an API error", err)
	}
}
