package local

import (
	"context"
	"errors"
	"maps"
	"strings"

	"cognito-m2m/client"
	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/secretsmanager"
	"cognito-m2m/naming"
)

// newSecretsManager holds the secrets of the model, with the values of the state.
// save keeps what changes; nil keeps nothing.
func (r *Runtime) newSecretsManager(d *deployment, save func(secretsmanager.State) error) (*secretsmanager.Store, error) {
	return secretsmanager.New(secretsmanager.Config{
		Secrets:  secretsOf(d.parts.model, d.functions),
		State:    r.state.held(),
		Save:     save,
		Progress: func(secret, step string) { r.cfg.Log.Info("rotating", "secret", secret, "step", step) },
		Now:      r.cfg.Now,
		Log:      r.cfg.Log,
	})
}

func secretsOf(model *assembly.Model, functions functionSet) (secrets []secretsmanager.Secret) {
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
				secret.Rotation = rotationOf(schedule, functions)
			}
		}
		secrets = append(secrets, secret)
	}
	return secrets
}

func rotationOf(schedule assembly.RotationSchedule, functions functionSet) *secretsmanager.Rotation {
	arn := qualified(schedule.FunctionARN, schedule.Qualifier)
	return &secretsmanager.Rotation{
		FunctionARN:            arn,
		Function:               functions[arn],
		AutomaticallyAfterDays: schedule.AutomaticallyAfterDays,
		RotateImmediately:      schedule.RotateImmediatelyOnUpdate,
	}
}

// rotateNew ends the rotations that a deployment starts. One that fails does not
// end the run: whoever looks for the cause needs it, and the others go on.
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

// currentSecret is the client secret that the AWSCURRENT version of a secret
// holds, "" if it holds no credentials of the client: before its first rotation.
func (s *state) currentSecret(arn, clientID string) client.Secret {
	s.mu.Lock()
	defer s.mu.Unlock()
	held := s.secrets.Secrets[arn]
	for _, version := range held.Versions {
		if version.ID != held.Labels[naming.CurrentLabel] {
			continue
		}
		if credentials, err := client.ParseCredentials([]byte(version.Value)); err == nil && credentials.ClientID == clientID {
			return credentials.ClientSecret
		}
	}
	return ""
}

// tokenEndpointAnywhere stands in the state file for the address of the user
// pool, which credentials name and which can be another one in every run.
//
// Parity: Secrets Manager: a token endpoint follows the listener
const tokenEndpointAnywhere = "http://user-pool.invalid" //nolint:gosec // an address, not a credential

// serveAt gives the secrets the address that the user pool has in this run.
func (s *state) serveAt(poolURL string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.poolURL = poolURL
	s.secrets = readdressed(s.secrets, tokenEndpointAnywhere, poolURL)
}

// readdressed is the state with another address in the values. Nothing of the
// original is changed.
func readdressed(state secretsmanager.State, from, to string) secretsmanager.State {
	if from == "" {
		return state
	}
	addressed := secretsmanager.State{Secrets: maps.Clone(state.Secrets)}
	for arn, secret := range addressed.Secrets {
		versions := make([]secretsmanager.Version, 0, len(secret.Versions))
		for _, version := range secret.Versions {
			// The slash keeps :4001 apart from :40012.
			version.Value = secretsmanager.Value(strings.ReplaceAll(string(version.Value), from+"/", to+"/"))
			versions = append(versions, version)
		}
		secret.Versions = versions
		addressed.Secrets[arn] = secret
	}
	return addressed
}
