package secretsmanager

import (
	"context"
	"maps"
	"slices"
	"time"

	"cognito-m2m/naming"
)

type describeSecretInput struct {
	SecretID string `json:"SecretId"`
}

type describeSecretOutput struct {
	description
	VersionIDsToStages map[string][]string `json:"VersionIdsToStages,omitempty"`
}

// description is what both DescribeSecret and ListSecrets show of a secret. Members without a value
// are left out.
//
// Parity: Secrets Manager: no LastAccessedDate
type description struct {
	ARN               string
	Name              string
	Description       string         `json:",omitempty"`
	KMSKeyID          string         `json:"KmsKeyId,omitempty"`
	RotationEnabled   *bool          `json:",omitempty"`
	RotationLambdaARN string         `json:",omitempty"`
	RotationRules     *rotationRules `json:",omitempty"`
	LastRotatedDate   *float64       `json:",omitempty"`
	LastChangedDate   *float64       `json:",omitempty"`
	NextRotationDate  *float64       `json:",omitempty"`
	CreatedDate       *float64
	Tags              []tag `json:",omitempty"`
}

type rotationRules struct {
	AutomaticallyAfterDays int
}

type tag struct {
	Key   string
	Value string
}

// Parity: Secrets Manager: an answer is never behind
func (s *Store) describeSecret(_ context.Context, in describeSecretInput) (*describeSecretOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sec, err := s.find(in.SecretID)
	if err != nil {
		return nil, err
	}
	return &describeSecretOutput{description: sec.describe(), VersionIDsToStages: sec.state.labelled()}, nil
}

func (s *storedSecret) describe() description {
	d := description{
		ARN:             s.ARN,
		Name:            s.Name,
		Description:     s.Description,
		KMSKeyID:        s.KMSKeyID,
		LastChangedDate: epoch(s.state.ChangedAt),
		CreatedDate:     epoch(s.state.CreatedAt),
	}
	d.Tags = s.tags()
	rotation := s.state.Rotation
	if rotation.Schedule.FunctionARN == "" {
		return d
	}
	d.RotationEnabled = &rotation.Enabled
	d.RotationLambdaARN = rotation.Schedule.FunctionARN
	if days := rotation.Schedule.AutomaticallyAfterDays; days != 0 {
		d.RotationRules = &rotationRules{AutomaticallyAfterDays: days}
	}
	if rotation.Enabled {
		d.LastRotatedDate = epoch(s.state.RotatedAt)
		d.NextRotationDate = epoch(s.state.nextRotation())
	}
	return d
}

// tags are CloudFormation's own, in the order that was recorded from AWS, and then the template's
// by key.
//
// Source: localstack/localstack 8b9a79f0,
// tests/aws/services/cloudformation/resources/test_secretsmanager.py,
// test_cfn_secretsmanager_gen_secret (3 July 2024).
func (s *storedSecret) tags() (all []tag) {
	if s.StackName != "" {
		all = []tag{
			{Key: "aws:cloudformation:stack-name", Value: s.StackName},
			{Key: "aws:cloudformation:logical-id", Value: s.LogicalID},
			{Key: "aws:cloudformation:stack-id", Value: s.StackID},
		}
	}
	for _, key := range slices.Sorted(maps.Keys(s.Tags)) {
		all = append(all, tag{Key: key, Value: s.Tags[key]})
	}
	return all
}

// nextRotation is when the schedule would have the secret rotated: counted from the last rotation,
// for which a new value from outside counts, too. It is zero without a schedule or before the first
// rotation.
//
// Parity: Secrets Manager: the schedule does not run
func (s *SecretState) nextRotation() time.Time {
	last := s.RotatedAt
	if last.IsZero() || s.Rotation.Schedule.AutomaticallyAfterDays == 0 {
		return time.Time{}
	}
	if current := s.version(s.Labels[naming.CurrentLabel]); current != nil && current.CreatedAt.After(last) {
		last = current.CreatedAt
	}
	return last.AddDate(0, 0, s.Rotation.Schedule.AutomaticallyAfterDays)
}
