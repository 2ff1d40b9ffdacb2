package serving

import (
	"context"
	"errors"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/listener"
	"cognito-m2m/internal/secretsmanager"
)

// NewSecretsManager holds secrets, with the values that they had before. save keeps what changes;
// nil keeps nothing.
func (r *Run) NewSecretsManager(secrets []secretsmanager.Secret, before secretsmanager.State, save func(secretsmanager.State) error) (*secretsmanager.Store, error) {
	return secretsmanager.New(secretsmanager.Config{
		Secrets:  secrets,
		State:    before,
		Save:     save,
		Progress: func(secret, step string) { r.Log.Info("rotating", "secret", secret, "step", step) },
		Now:      r.Now,
		Log:      r.Log,
	})
}

// Secrets are the secrets of a model. function finds the one that rotates a secret, by its ARN.
func Secrets(model *assembly.Model, function func(arn string) secretsmanager.Invoker) (secrets []secretsmanager.Secret) {
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
	arn := Qualified(schedule.FunctionARN, schedule.Qualifier)
	return &secretsmanager.Rotation{
		FunctionARN:            arn,
		Function:               function(arn),
		AutomaticallyAfterDays: schedule.AutomaticallyAfterDays,
		RotateImmediately:      schedule.RotateImmediatelyOnUpdate,
	}
}

// Settle ends the rotations that are under way. One that fails does not end the run: the person who
// looks for the cause needs it, and the others go on. The error is of a ctx that ended before.
func (r *Run) Settle(ctx context.Context, store *secretsmanager.Store) error {
	err := store.Settle(ctx)
	if ctx.Err() != nil {
		return err
	}
	for _, failure := range each(err) {
		r.Report.Warn(failure.Error())
	}
	return nil
}

// EndRotations waits for the rotations that run. One that is cut short is taken up by the
// deployment, or the run, that follows.
func (r *Run) EndRotations(ctx context.Context, store *secretsmanager.Store) {
	drain, cancel := context.WithTimeout(ctx, listener.DrainTime)
	defer cancel()
	if err := store.Close(drain); isCut(err) {
		r.Report.Warn("a rotation did not end; the next start takes it up")
	}
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
