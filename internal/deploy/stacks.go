package deploy

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/awserror"
)

// Deployment is one environment of a cloud assembly, and where it is deployed. It is for one
// goroutine.
type Deployment struct {
	templates []assembly.Template
	roles     *roles
}

// Open reads the stacks of the environment out of the cloud assembly in dir. c has the credentials
// that the CDK CLI would start with, and the Region for stacks that name none.
func Open(dir, environment string, c aws.Config) (*Deployment, error) {
	loaded, err := assembly.Load(dir)
	if err != nil {
		return nil, err
	}
	stage, err := loaded.Stage(environment)
	if err != nil {
		return nil, err
	}
	return &Deployment{templates: stage.Templates(), roles: newRoles(c)}, nil
}

// stack is CloudFormation's description of a stack, nil if it does not exist.
func (d *Deployment) stack(ctx context.Context, t assembly.Template) (*types.Stack, error) {
	config, err := d.roles.take(ctx, t.DeployRole, t.Region)
	if err != nil {
		return nil, fmt.Errorf("looking at the stack %s: %w", t.StackName, err)
	}
	answer, err := cloudformation.NewFromConfig(config).DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &t.StackName})
	if awserror.NoStack(err) {
		return nil, nil //nolint:nilnil // no stack is not an error
	}
	if err != nil {
		return nil, fmt.Errorf("looking at the stack %s: %w", t.StackName, awserror.Sentence(err))
	}
	if len(answer.Stacks) != 1 {
		return nil, fmt.Errorf("looking at the stack %s: CloudFormation answers with %d stacks", t.StackName, len(answer.Stacks))
	}
	return &answer.Stacks[0], nil
}
