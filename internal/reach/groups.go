package reach

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	stacktypes "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"cognito-m2m/internal/awserror"
	"cognito-m2m/naming"
)

// clientOutputs are the outputs with the ids of app clients, of the Api stack and of those of
// groups. The listed clients are those with a secret.
func (t *Target) clientOutputs(ctx context.Context, listed map[string]string) ([]stacktypes.Output, error) {
	outputs, err := t.outputs(ctx)
	if err != nil {
		return nil, err
	}
	if !exports(outputs) {
		return outputs, nil
	}
	stacks, err := t.groupStacks(ctx)
	if awserror.Denied(err) && !othersThan(outputs, listed) {
		return outputs, nil
	}
	if err != nil {
		return nil, t.failure("stacks", err)
	}
	for _, stack := range stacks {
		described, err := t.describeStack(ctx, stack)
		if awserror.NoStack(err) {
			continue // deleted since
		}
		if err != nil {
			return nil, t.failure(stack, err)
		}
		outputs = append(outputs, described...)
	}
	return outputs, nil
}

// exports says whether another stack can import something: the Api stack of an environment that can
// have no groups exports nothing, so an operator of such a one need not be able to list stacks.
func exports(outputs []stacktypes.Output) bool {
	return slices.ContainsFunc(outputs, func(o stacktypes.Output) bool { return aws.ToString(o.ExportName) != "" })
}

// othersThan says whether there is a client of which these outputs do not tell: that of a group.
func othersThan(outputs []stacktypes.Output, listed map[string]string) bool {
	for _, id := range listed {
		if !slices.ContainsFunc(outputs, func(o stacktypes.Output) bool { return aws.ToString(o.OutputValue) == id }) {
			return true
		}
	}
	return false
}

// groupStacks are the names of the stacks of groups that there are.
func (t *Target) groupStacks(ctx context.Context) (names []string, err error) {
	there := slices.DeleteFunc(stacktypes.StackStatus("").Values(), func(s stacktypes.StackStatus) bool { return s == stacktypes.StackStatusDeleteComplete })
	prefix := naming.Stack(t.Env, naming.GroupStack(""))
	pages := cloudformation.NewListStacksPaginator(t.stacks, &cloudformation.ListStacksInput{StackStatusFilter: there})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, summary := range page.StackSummaries {
			if name := aws.ToString(summary.StackName); strings.HasPrefix(name, prefix) {
				names = append(names, name)
			}
		}
	}
	return names, nil
}
