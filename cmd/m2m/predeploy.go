package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"cognito-m2m/config"
	"cognito-m2m/internal/deploy"
	"cognito-m2m/internal/reach"
	"cognito-m2m/internal/synth"
)

// predeployOptions are the flags of `m2m predeploy`.
type predeployOptions struct {
	env      string
	assembly string
	noAlarm  bool
}

const predeployHelp = `Turns termination protection off for the stacks of the environment whose creation
failed (ROLLBACK_COMPLETE, ROLLBACK_FAILED) or has not begun (REVIEW_IN_PROGRESS),
and for no others. cdk deploy deletes such a stack and creates it again, which
CloudFormation refuses while the stack is protected; the new stack is protected.

If delivery.yaml has rollbackMinutes for the environment, it prints flags for cdk
deploy that roll an update of the Api stack back as soon as its alarm on server
errors is raised. For that, the stack must exist and have the alarm among its
outputs, and the alarm must be OK. Otherwise it says what is missing, and prints the
flags that remove an alarm set by an earlier deployment, if there is one.

It uses the roles that cdk deploy uses. ` + "`make deploy`" + ` runs it.`

const predeployExamples = `  m2m predeploy --env prod
  m2m predeploy --env prod --assembly cdk.out && npx cdk deploy --app cdk.out 'prod/*'
  m2m predeploy --env prod --no-rollback-alarm`

func (c *command) predeploy(cmd *cobra.Command) {
	var o predeployOptions
	cmd.Long, cmd.Example, cmd.Args = predeployHelp, predeployExamples, takes("m2m predeploy")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return plain(c.runPredeploy(cmd.Context(), o), "")
	}
	cmd.Flags().StringVar(&o.env, "env", "dev", "the environment")
	assemblyFlag(cmd, &o.assembly, "folder of the cloud assembly that is deployed (default cdk.out in the project)")
	cmd.Flags().BoolVar(&o.noAlarm, "no-rollback-alarm", false, "print no alarm, whatever delivery.yaml says")
	completeEnvironment(cmd)
}

func (c *command) runPredeploy(ctx context.Context, o predeployOptions) error {
	minutes, err := o.rollbackMinutes()
	if err != nil {
		return err
	}
	dir := cmp.Or(o.assembly, filepath.Join(projectDir(), synth.OutputFolder))
	settings, err := reach.Settings(ctx, "")
	if err != nil {
		return err
	}
	if err := reach.CheckCredentials(ctx, settings); err != nil {
		return err
	}
	d, err := deploy.Open(dir, o.env, settings)
	if err != nil {
		return err
	}
	lifted, err := d.LiftProtection(ctx)
	for _, l := range lifted {
		c.speech.say("%s was never created (%s): its termination protection is turned off, so that cdk deploy can create it again.", l.Stack, l.Status)
	}
	if err != nil {
		return err
	}
	rollback, err := d.Rollback(ctx, minutes)
	if err != nil {
		return err
	}
	if rollback.Reason != "" {
		c.speech.say("No alarm rolls this deployment back: %s.", rollback.Reason)
	}
	if len(rollback.Flags) > 0 {
		if _, err := fmt.Fprintln(c.stdout, strings.Join(rollback.Flags, " ")); err != nil {
			return fmt.Errorf("writing the flags: %w", err)
		}
	}
	return nil
}

// rollbackMinutes is what the project's delivery.yaml says; 0 without one.
func (o predeployOptions) rollbackMinutes() (int, error) {
	file := filepath.Join(projectDir(), "delivery.yaml")
	if _, err := os.Stat(file); o.noAlarm || errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	delivery, err := config.LoadDelivery(file, config.Options{})
	if err != nil {
		return 0, err
	}
	env := delivery.Environment(o.env)
	if env == nil {
		return 0, nil
	}
	return env.RollbackMinutes, nil
}
