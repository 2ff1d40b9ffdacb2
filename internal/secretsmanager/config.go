package secretsmanager

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"cognito-m2m/naming"
)

// Invoker runs a rotation function once.
type Invoker interface {
	// Invoke hands payload to the function and returns its response and the id of the invocation. A
	// non-nil error says that the step failed: the function timed out, crashed or reported an
	// error. Its text is logged, so the function must keep secrets out of it. Invoke returns soon
	// after ctx ends.
	Invoke(ctx context.Context, payload []byte) (response []byte, requestID string, err error)
}

// Config describes the secrets and what the store needs from outside.
type Config struct {
	// Secrets are what the template declares.
	Secrets []Secret
	// State is what Save received last; zero for a first start. Secrets that are in it and not in
	// Secrets are forgotten, at once as CloudFormation deletes them.
	State State
	// Save keeps the state, and SaveChanged the secrets of it that have changed. They are called
	// before a change takes effect, and Save before New returns; if one fails, nothing changes.
	// Calls never overlap, and must not call the store. If both are nil, nothing is kept.
	Save, SaveChanged func(State) error
	// Progress is called as each step of a rotation begins, and Ended when a rotation has ended,
	// with its error, from the goroutine of that rotation; nil is not called.
	Progress func(secretName, step string)
	Ended    func(secretName string, err error)
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Log receives a line for each step of a rotation and for its end, and why one failed. If a
	// template begins many, only those that fail are worth more than a debug line. Nil means that
	// nothing is logged.
	Log *slog.Logger
}

// Secret is an AWS::SecretsManager::Secret, with its AWS::SecretsManager::RotationSchedule if it
// has one.
type Secret struct {
	// ARN is the full ARN, with the hyphen and six characters that AWS adds to the name.
	ARN string
	// Name is the friendly name, such as m2m/dev/reader.
	Name        string
	Description string
	// KMSKeyID is the customer's key; empty for AWS's own. Nothing is encrypted with it.
	KMSKeyID string
	Tags     map[string]string
	// StackName, LogicalID and StackID say which resource of which stack it is, for the tags that
	// CloudFormation adds; there are none if StackName is empty.
	StackName, LogicalID, StackID string
	// Initial is the template's SecretString. It is the value of a new secret's first version.
	// Empty makes a secret without any version. For a secret that is in State it counts only if it
	// changed since: it is a new AWSCURRENT then, as a CloudFormation update makes it.
	Initial Value
	// Rotation is how the secret is rotated; nil turns rotation off.
	Rotation *Rotation
}

// Rotation is an AWS::SecretsManager::RotationSchedule.
type Rotation struct {
	FunctionARN string
	// Function is the function of that ARN. Required.
	Function Invoker
	// AutomaticallyAfterDays is the schedule, from 1 to 1000 days; zero is a schedule without
	// rules.
	AutomaticallyAfterDays int
	// RotateImmediately is RotateImmediatelyOnUpdate, which the template leaves out for true:
	// Settle rotates a secret whose schedule is new or changed. Otherwise it only runs the step
	// testSecret.
	RotateImmediately bool
}

// validate returns every problem of the configuration at once, joined. No message contains a value.
func (c Config) validate() error {
	var problems []error
	if (c.Save == nil) != (c.SaveChanged == nil) {
		problems = append(problems, errors.New("of Save and SaveChanged there is one: a change would not be kept"))
	}
	names, arns := map[string]bool{}, map[string]bool{}
	for _, secret := range c.Secrets {
		if err := secret.validate(); err != nil {
			problems = append(problems, fmt.Errorf("secret %q: %w", secret.Name, err))
		}
		if names[secret.Name] || arns[secret.ARN] {
			problems = append(problems, fmt.Errorf("secret %q: its name or ARN is given twice", secret.Name))
		}
		names[secret.Name], arns[secret.ARN] = true, true
	}
	return errors.Join(problems...)
}

func (s Secret) validate() error {
	_, complete := naming.CutARNSuffix(s.ARN)
	switch {
	case !complete:
		return fmt.Errorf("its ARN %q needs to end with a hyphen and six letters or digits", s.ARN)
	case s.Rotation == nil:
		return nil
	case s.Rotation.FunctionARN == "" || s.Rotation.Function == nil:
		return errors.New("its rotation needs a function and the function's ARN")
	default:
		return nil
	}
}

// withDefaults returns the configuration with every zero field that has a default filled in.
func (c Config) withDefaults() Config {
	if c.Save == nil {
		c.Save = func(State) error { return nil }
	}
	if c.SaveChanged == nil {
		c.SaveChanged = func(State) error { return nil }
	}
	if c.Progress == nil {
		c.Progress = func(string, string) {}
	}
	if c.Ended == nil {
		c.Ended = func(string, error) {}
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c
}

// schedule is the part of a rotation whose change makes CloudFormation rotate the secret.
func (r *Rotation) schedule() Schedule {
	return Schedule{FunctionARN: r.FunctionARN, AutomaticallyAfterDays: r.AutomaticallyAfterDays}
}
