package main

import (
	"context"
	"errors"
	"path/filepath"

	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go/logging"
	"github.com/spf13/cobra"

	"cognito-m2m/internal/deploy"
)

// predeployOptions are the flags of `m2m predeploy`.
type predeployOptions struct {
	env      string
	assembly string
}

func predeployCommand(speech *speech) *cobra.Command {
	var o predeployOptions
	cmd := &cobra.Command{
		Use:   "predeploy",
		Short: "Do what has to be done right before `cdk deploy`",
		Long: `Takes termination protection from stacks of the environment whose creation
failed (ROLLBACK_COMPLETE, ROLLBACK_FAILED) or has not begun (REVIEW_IN_PROGRESS),
and from no other. cdk deploy deletes such a stack before it makes it again, which
is refused while the stack is protected; it puts the protection on again.

It takes the roles that cdk deploy takes. ` + "`make deploy`" + ` runs it.`,
		Example: `  m2m predeploy --env prod
  m2m predeploy --env prod --assembly cdk.out && npx cdk deploy --app cdk.out 'prod/*'`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return predeploy(cmd.Context(), o, speech)
		},
	}
	cmd.Flags().StringVar(&o.env, "env", "dev", "the environment")
	cmd.Flags().StringVar(&o.assembly, "assembly", "", "folder of the cloud assembly that is deployed (default cdk.out in the project)")
	if err := cmd.MarkFlagDirname("assembly"); err != nil {
		panic(err) // a flag of another name: a mistake in this program
	}
	completeEnvironment(cmd)
	return cmd
}

func predeploy(ctx context.Context, o predeployOptions, speech *speech) error {
	dir := o.assembly
	if dir == "" {
		dir = filepath.Join(projectDir(), "cdk.out")
	}
	loaded, err := awsconfig.LoadDefaultConfig(ctx, awsconfig.WithLogger(logging.Nop{}))
	if err != nil {
		return withHint(errors.New("the AWS settings can't be read"), "sign in (`aws sso login`, `aws configure`) and choose a profile with AWS_PROFILE")
	}
	if _, err := loaded.Credentials.Retrieve(ctx); err != nil {
		return withHint(errors.New("no AWS credentials were found"), "sign in (`aws sso login`, `aws configure`) and choose a profile with AWS_PROFILE")
	}
	d, err := deploy.Open(dir, o.env, loaded)
	if err != nil {
		return err
	}
	lifted, err := d.LiftProtection(ctx)
	for _, l := range lifted {
		speech.say("%s was never created (%s): its termination protection is lifted, so that cdk deploy can make it again.", l.Stack, l.Status)
	}
	return err
}
