package deploy

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/smithy-go"

	"cognito-m2m/internal/assembly"
)

// Deployment is one environment of a cloud assembly, and where it is deployed. It is for one goroutine.
type Deployment struct {
	templates []assembly.Template
	roles     *roles
}

// Open reads the stacks of the environment out of the cloud assembly in dir. c has the credentials that the CDK CLI
// would start with, and the Region for stacks that name none.
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
	if isMissing(err) {
		return nil, nil //nolint:nilnil // no stack is not an error
	}
	if err != nil {
		return nil, fmt.Errorf("looking at the stack %s: %w", t.StackName, sentence(err))
	}
	if len(answer.Stacks) != 1 {
		return nil, fmt.Errorf("looking at the stack %s: CloudFormation answers with %d stacks", t.StackName, len(answer.Stacks))
	}
	return &answer.Stacks[0], nil
}

// isMissing says whether CloudFormation does not know the stack; there is no error code for that alone.
func isMissing(err error) bool {
	var answer smithy.APIError
	return errors.As(err, &answer) && answer.ErrorCode() == "ValidationError" && strings.Contains(answer.ErrorMessage(), "does not exist")
}

// sentence is err as one sentence: the message and code of a service that has answered, or the cause at the end of the
// SDK's chain.
func sentence(err error) error {
	if answer, ok := errors.AsType[smithy.APIError](err); ok {
		return fmt.Errorf("%s (%s)", strings.TrimSuffix(answer.ErrorMessage(), "."), answer.ErrorCode())
	}
	for {
		cause := errors.Unwrap(err)
		if cause == nil {
			return err
		}
		err = cause
	}
}
