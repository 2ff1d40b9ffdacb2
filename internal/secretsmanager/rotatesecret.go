package secretsmanager

import (
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
func (s *Store) rotateSecret(in rotateSecretInput) (*reference, error) {
	if err := in.validate(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	sec, err := s.find(in.SecretID)
	if err != nil {
		return nil, err
	}
	answer := &reference{ARN: sec.ARN, Name: sec.Name, VersionID: in.ClientRequestToken}
	if sec.running != nil && sec.running.token == in.ClientRequestToken || sec.state.Labels[naming.CurrentLabel] == in.ClientRequestToken {
		return answer, nil
	}
	if sec.state.version(in.ClientRequestToken) != nil && !sec.state.hasPending() {
		return nil, refuse(codeInvalidRequest, "A version with this ClientRequestToken exists; rotate with another token.")
	}
	if sec.running == nil && sec.state.hasPending() {
		return nil, s.reattempt(sec)
	}
	plan := plan{token: in.ClientRequestToken, testOnly: in.RotateImmediately != nil && !*in.RotateImmediately}
	plan.schedule = in.schedule(sec.state.Rotation.Schedule)
	plan.applied = sec.state.Rotation.Applied
	if _, err := s.begin(s.lifetime, sec, plan); err != nil {
		return nil, err
	}
	return answer, nil
}

// reattempt takes up the rotation that failed, and refuses to begin another one. The lock must be
// held.
//
// Source: "A previous rotation isn't complete. That rotation will be reattempted." [O]
// aws-cdk #28539.
func (s *Store) reattempt(sec *storedSecret) error {
	if _, err := s.resume(s.lifetime, sec); err != nil {
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
