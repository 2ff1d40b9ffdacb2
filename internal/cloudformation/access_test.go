package cloudformation_test

import (
	"errors"
	"net/url"
	"testing"

	"cognito-m2m/internal/awsapi/awsapitest"
	"cognito-m2m/internal/cloudformation"
	"cognito-m2m/internal/requester"
)

// TestEveryOperationNeedsItsAction, on the stack that the request names. Both kinds of stacks ask.
func TestEveryOperationNeedsItsAction(t *testing.T) {
	t.Parallel()
	ofAssembly, err := cloudformation.New(stacks())
	if err != nil {
		t.Fatal(err)
	}
	permissions := &awsapitest.Permissions{}
	who := awsapitest.Identity
	who.Region = "us-east-1"
	ctx := requester.WithAuthorizer(requester.NewContext(t.Context(), who), permissions)
	const stack = "arn:aws:cloudformation:us-east-1:123456789012:stack/"
	for _, test := range []struct {
		operation string
		form      url.Values
		resource  string
	}{
		{"DescribeStacks", url.Values{"StackName": {"dev-api"}}, stack + "dev-api/*"},
		{"DescribeStacks", url.Values{"StackName": {apiStackID}}, apiStackID},
		{"DescribeStacks", url.Values{}, stack + "*/*"},
		{"ListStacks", url.Values{}, stack + "*/*"},
		{"ListExports", url.Values{}, "*"},
		{"CreateChangeSet", url.Values{"StackName": {"new"}, "ChangeSetName": {"c"}}, stack + "new/*"},
		{"DescribeChangeSet", url.Values{"ChangeSetName": {"arn:aws:cloudformation:us-east-1:123456789012:changeSet/c/1"}}, "arn:aws:cloudformation:us-east-1:123456789012:changeSet/c/1"},
		{"DeleteStack", url.Values{"StackName": {"dev-api"}}, stack + "dev-api/*"},
		{"ValidateTemplate", url.Values{"TemplateBody": {"{}"}}, "*"},
	} {
		for name, call := range map[string]func() error{
			"of an engine":   func() error { _, err := (&cloudformation.Front{}).Call(ctx, test.operation, test.form); return err },
			"of an assembly": func() error { _, err := ofAssembly.Call(ctx, test.operation, test.form); return err },
		} {
			err := call()
			asked := permissions.Take()
			if denied := (*requester.DeniedError)(nil); !errors.As(err, &denied) || len(asked) != 1 ||
				asked[0].Action != "cloudformation:"+test.operation || asked[0].Resource != test.resource {
				t.Errorf("%s %s: %v, asked for %+v", test.operation, name, err, asked)
			}
		}
	}
}

// TestPassingARole: whoever has CloudFormation work with a role must be permitted to pass it.
func TestPassingARole(t *testing.T) {
	t.Parallel()
	permissions := &awsapitest.Permissions{Allows: []string{"cloudformation:CreateStack"}}
	ctx := requester.WithAuthorizer(requester.NewContext(t.Context(), awsapitest.Identity), permissions)
	const role = "arn:aws:iam::123456789012:role/cdk-hnb659fds-cfn-exec-role-123456789012-us-east-1"
	_, err := (&cloudformation.Front{}).Call(ctx, "CreateStack", url.Values{"StackName": {"new"}, "RoleARN": {role}})
	asked := permissions.Take()
	if denied := (*requester.DeniedError)(nil); !errors.As(err, &denied) || len(asked) != 2 || asked[1].Action != "iam:PassRole" || asked[1].Resource != role ||
		asked[1].Keys["iam:passedtoservice"][0] != "cloudformation.amazonaws.com" {
		t.Errorf("%v, asked for %+v", err, asked)
	}
}
