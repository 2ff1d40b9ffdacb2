package cloudformation

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"cognito-m2m/internal/partition"
	"cognito-m2m/internal/requester"
)

// withoutStack are the operations whose actions know no resources, though a request may name a
// stack.
//
// Source: Service Authorization Reference, "Actions, resources, and condition keys for AWS
// CloudFormation".
var withoutStack = []string{
	"DescribeStackDriftDetectionStatus", "ListExports", "ListImports", "ValidateTemplate",
}

// permit asks whether the requester may do an operation: each needs the action of its name, on the
// stack, and the permission to pass the role that CloudFormation is to work with. It comes before
// the stack is looked for.
func permit(ctx context.Context, operation string, form url.Values) error {
	resource := "*"
	if !slices.Contains(withoutStack, operation) {
		resource = stackARN(form, requester.From(ctx))
	}
	err := requester.Require(ctx, requester.Access{Action: "cloudformation:" + operation, Resource: resource})
	if role := form.Get("RoleARN"); err == nil && role != "" {
		err = requester.Require(ctx, requester.Access{
			Action: "iam:PassRole", Resource: role,
			Keys: map[string][]string{"iam:passedtoservice": {"cloudformation.amazonaws.com"}},
		})
	}
	return err
}

// stackARN is the ARN by which a request is decided: that of the stack, with * for what the request
// does not say.
//
// Source: aws-samples/aws-hpc-tutorials #271 and jogold/cloudstructs #217, where CloudFormation
// named such ARNs.
//
// Parity: Roles: stacks that a request names
func stackARN(form url.Values, who requester.Requester) string {
	name := form.Get("StackName")
	if set := form.Get("ChangeSetName"); name == "" && strings.HasPrefix(set, "arn:") {
		return set
	}
	if strings.HasPrefix(name, "arn:") {
		return name
	}
	if name == "" {
		name = "*"
	}
	return partition.Place{AccountID: who.AccountID, Region: who.Region}.ARN("cloudformation", "stack/"+name+"/*")
}
