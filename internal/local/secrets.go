package local

import (
	"context"
	"errors"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/secretsmanager"
)

// newSecretsManager holds the secrets of the model, with the values of the state. save keeps what
// changes; nil keeps nothing.
func (r *Runtime) newSecretsManager(d *deployment, save func(secretsmanager.State) error) (*secretsmanager.Store, error) {
	return secretsmanager.New(secretsmanager.Config{
		Secrets:  secretsOf(d.resources.model, d.functions.rotator),
		State:    r.state.SecretsManager(),
		Save:     save,
		Progress: func(secret, step string) { r.cfg.Log.Info("rotating", "secret", secret, "step", step) },
		Now:      r.cfg.Now,
		Log:      r.cfg.Log,
	})
}

func secretsOf(model *assembly.Model, function func(arn string) secretsmanager.Invoker) (secrets []secretsmanager.Secret) {
	for _, declared := range model.Secrets {
		secret := secretsmanager.Secret{
			ARN:         declared.ARN,
			Name:        declared.Name,
			Description: declared.Description,
			KMSKeyID:    declared.KMSKeyID,
			Tags:        declared.Tags,
			StackName:   declared.Stack,
			LogicalID:   declared.LogicalID,
		}
		for _, stack := range model.Stacks {
			if stack.Name == declared.Stack {
				secret.StackID = stack.ID
			}
		}
		if declared.SecretString != nil {
			secret.Initial = secretsmanager.Value(*declared.SecretString)
		}
		for _, schedule := range model.RotationSchedules {
			if schedule.SecretARN == declared.ARN {
				secret.Rotation = rotationOf(schedule, function)
			}
		}
		secrets = append(secrets, secret)
	}
	return secrets
}

func rotationOf(schedule assembly.RotationSchedule, function func(arn string) secretsmanager.Invoker) *secretsmanager.Rotation {
	arn := qualified(schedule.FunctionARN, schedule.Qualifier)
	return &secretsmanager.Rotation{
		FunctionARN:            arn,
		Function:               function(arn),
		AutomaticallyAfterDays: schedule.AutomaticallyAfterDays,
		RotateImmediately:      schedule.RotateImmediatelyOnUpdate,
	}
}

// rotateNew ends the rotations that a deployment starts. One that fails does not end the run: the
// person who looks for the cause needs it, and the others go on.
func (r *Runtime) rotateNew(ctx context.Context) error {
	err := r.serving.secrets.Settle(ctx)
	if ctx.Err() != nil {
		return err
	}
	for _, failure := range each(err) {
		r.cfg.Report.Warn(failure.Error())
	}
	return nil
}

// each takes apart what errors.Join has joined.
func each(err error) []error {
	if joined, ok := errors.AsType[interface {
		error
		Unwrap() []error
	}](err); ok {
		return joined.Unwrap()
	}
	if err == nil {
		return nil
	}
	return []error{err}
}
