package secretsmanager

import (
	"context"

	"github.com/google/uuid"

	"cognito-m2m/internal/secretlimits"
	"cognito-m2m/naming"
)

type rotateSecretInput struct {
	SecretID           string `json:"SecretId"`
	ClientRequestToken string
	RotationLambdaARN  string
	RotationRules      *rotationRulesInput
	RotateImmediately  *bool
}

type rotationRulesInput struct {
	AutomaticallyAfterDays *int
	Duration               string
	ScheduleExpression     string
}

// rotateSecret begins a rotation and returns. A token that is being rotated to, or already is
// AWSCURRENT, is a request that was sent again.
//
// Parity: Secrets Manager: RotateSecret with a token used before
func (s *Store) rotateSecret(ctx context.Context, in rotateSecretInput) (*reference, error) {
	answer, _, err := s.rotation(ctx, in)
	return answer, err
}

// Rotate begins a rotation of the secret with this name or ARN, as RotateSecret does, and returns
// when it has ended. Its error is the refusal, a *RotationError, or that of ctx, after whose end
// the rotation goes on.
func (s *Store) Rotate(ctx context.Context, id string) error {
	_, running, err := s.rotation(ctx, rotateSecretInput{SecretID: id, ClientRequestToken: uuid.NewString()})
	if err != nil {
		return err
	}
	return running.wait(ctx)
}

// Rotating reports whether a rotation of the secret with this name or ARN runs.
func (s *Store) Rotating(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	sec, err := s.find(id)
	return err == nil && sec.running != nil
}

// rotation begins one; nil without an error is that of a request that was sent again.
func (s *Store) rotation(ctx context.Context, in rotateSecretInput) (*reference, *runningRotation, error) {
	if err := in.validate(); err != nil {
		return nil, nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	sec, err := s.find(in.SecretID)
	if err != nil {
		return nil, nil, err
	}
	if err := mayInvoke(ctx, in.schedule(sec.state.Rotation.Schedule).FunctionARN); err != nil {
		return nil, nil, err
	}
	s.turns.hurry(sec.running)
	answer := &reference{ARN: sec.ARN, Name: sec.Name, VersionID: in.ClientRequestToken}
	if sec.running != nil && sec.running.token == in.ClientRequestToken || sec.state.Labels[naming.CurrentLabel] == in.ClientRequestToken {
		return answer, nil, nil
	}
	if sec.state.version(in.ClientRequestToken) != nil && !sec.state.hasPending() {
		return nil, nil, refuse(codeInvalidRequest, "A version with this ClientRequestToken exists; rotate with another token.")
	}
	if sec.running == nil && sec.state.hasPending() {
		return nil, nil, s.reattempt(sec)
	}
	plan := plan{token: in.ClientRequestToken, testOnly: in.RotateImmediately != nil && !*in.RotateImmediately}
	plan.schedule = in.schedule(sec.state.Rotation.Schedule)
	plan.applied = sec.state.Rotation.Applied
	running, err := s.begin(s.lifetime, sec, plan, manner{})
	return answer, running, err
}

// reattempt takes up the rotation that failed, and refuses to begin another one. The lock must be
// held.
//
// Source: "A previous rotation isn't complete. That rotation will be reattempted." [O]
// aws-cdk #28539.
func (s *Store) reattempt(sec *storedSecret) error {
	if _, err := s.resume(s.lifetime, sec, manner{}); err != nil {
		return err
	}
	return refuse(codeInvalidRequest, messageUnfinished)
}

// Parity: Secrets Manager: schedule expressions are refused
func (in rotateSecretInput) validate() error {
	if err := validateToken(in.ClientRequestToken, codeInvalidParameter); err != nil {
		return err
	}
	rules := in.RotationRules
	if rules == nil {
		return nil
	}
	if rules.ScheduleExpression != "" || rules.Duration != "" {
		return refuse(codeInvalidParameter, "ScheduleExpression and Duration are not simulated; use AutomaticallyAfterDays.")
	}
	if days := rules.AutomaticallyAfterDays; days != nil && (*days < 1 || *days > secretlimits.MaxRotationDays) {
		return refuse(codeInvalidParameter, "AutomaticallyAfterDays needs to be from 1 to %d.", secretlimits.MaxRotationDays)
	}
	return nil
}

// schedule returns the schedule in force with what the request sets of it.
func (in rotateSecretInput) schedule(inForce Schedule) Schedule {
	if in.RotationLambdaARN != "" {
		inForce.FunctionARN = in.RotationLambdaARN
	}
	if in.RotationRules != nil && in.RotationRules.AutomaticallyAfterDays != nil {
		inForce.AutomaticallyAfterDays = *in.RotationRules.AutomaticallyAfterDays
	}
	return inForce
}
