package serving

import (
	"context"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/listener"
	"cognito-m2m/internal/secretsmanager"
)

// NewSecretsManager holds secrets, with the values that they had before. save keeps them all, and
// what changes is kept in the state.
func (r *Run) NewSecretsManager(secrets []secretsmanager.Secret, before secretsmanager.State, save func(secretsmanager.State) error) (*secretsmanager.Store, error) {
	return secretsmanager.New(secretsmanager.Config{
		Secrets:     secrets,
		State:       before,
		Save:        save,
		SaveChanged: r.State.KeepSecrets,
		Progress: func(secret, step string) {
			r.tellOfRotation(Rotation{Secret: secret, Step: step})
		},
		Ended: func(secret string, err error) {
			r.tellOfRotation(Rotation{Secret: secret, Ended: true, Err: err})
		},
		Now: r.Now,
		Log: r.Log,
	})
}

// Rotation is what happens in a rotation: one of its steps begins, or it has ended, with an error
// if it failed.
type Rotation struct {
	Secret string // its name
	Step   string // "" at the end
	Ended  bool
	Err    error
}

func (r *Run) tellOfRotation(rotation Rotation) {
	if r.Rotating != nil {
		r.Rotating(rotation)
	}
}

// Secrets are the secrets of a model. function finds the one that rotates a secret, by its ARN.
func Secrets(model *assembly.Model, function func(arn string) secretsmanager.Invoker) (secrets []secretsmanager.Secret) {
	stacks, schedules := map[string]string{}, map[string]assembly.RotationSchedule{}
	for _, stack := range model.Stacks {
		stacks[stack.Name] = stack.ID
	}
	for _, schedule := range model.RotationSchedules {
		schedules[schedule.SecretARN] = schedule
	}
	for _, declared := range model.Secrets {
		secret := secretsmanager.Secret{
			ARN:         declared.ARN,
			Name:        declared.Name,
			Description: declared.Description,
			KMSKeyID:    declared.KMSKeyID,
			Tags:        declared.Tags,
			StackName:   declared.Stack,
			LogicalID:   declared.LogicalID,
			StackID:     stacks[declared.Stack],
		}
		if declared.SecretString != nil {
			secret.Initial = secretsmanager.Value(*declared.SecretString)
		}
		if schedule, ok := schedules[declared.ARN]; ok {
			secret.Rotation = rotationOf(schedule, function)
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

// EndRotations waits for the rotations that run. One that is cut short is taken up by the
// deployment, or the run, that follows.
func (r *Run) EndRotations(ctx context.Context, store *secretsmanager.Store) {
	drain, cancel := context.WithTimeout(ctx, listener.DrainTime)
	defer cancel()
	if err := store.Close(drain); isCut(err) {
		r.Report.Warn("a rotation did not end; the next start takes it up")
	}
}
