package deploy

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"cognito-m2m/internal/awserror"
)

// neverCreated are the states of a stack that was never in use: its creation failed and was rolled
// back, or it waits for a change set that was not executed. The CDK CLI deletes a stack in the
// first two states before it creates it again, which CloudFormation refuses while the stack is
// protected.
var neverCreated = []types.StackStatus{
	types.StackStatusRollbackComplete, types.StackStatusRollbackFailed, types.StackStatusReviewInProgress,
}

// Lifted is a stack that is no longer protected against deletion.
type Lifted struct {
	Stack  string
	Status string // of the stack
}

// LiftProtection removes termination protection from those stacks of the environment that were
// never created, and from no other. The deployment that follows turns it on again.
func (d *Deployment) LiftProtection(ctx context.Context) (lifted []Lifted, err error) {
	for _, t := range d.templates {
		stack, err := d.stack(ctx, t)
		if err != nil {
			return lifted, err
		}
		if stack == nil || !aws.ToBool(stack.EnableTerminationProtection) || !slices.Contains(neverCreated, stack.StackStatus) {
			continue
		}
		config, err := d.roles.take(ctx, t.DeployRole, t.Region)
		if err != nil {
			return lifted, err
		}
		// By id: a new stack of the same name would be another one.
		_, err = cloudformation.NewFromConfig(config).UpdateTerminationProtection(ctx, &cloudformation.UpdateTerminationProtectionInput{
			StackName: stack.StackId, EnableTerminationProtection: aws.Bool(false),
		})
		if err != nil {
			return lifted, fmt.Errorf("lifting the termination protection of the stack %s (%s): %w", t.StackName, stack.StackStatus, awserror.Sentence(err))
		}
		lifted = append(lifted, Lifted{t.StackName, string(stack.StackStatus)})
	}
	return lifted, nil
}
