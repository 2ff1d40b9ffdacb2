package secretsmanager

import (
	"context"

	"cognito-m2m/naming"
)

type getSecretValueInput struct {
	SecretID     string `json:"SecretId"`
	VersionID    string `json:"VersionId"`
	VersionStage string
}

type getSecretValueOutput struct {
	ARN           string
	CreatedDate   *float64
	Name          string
	SecretString  Value    `json:",omitempty"`
	SecretBinary  Value    `json:",omitempty"`
	VersionID     string   `json:"VersionId"`
	VersionStages []string `json:",omitempty"`
}

func (s *Store) getSecretValue(ctx context.Context, in getSecretValueInput) (*getSecretValueOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sec, err := s.find(in.SecretID)
	if err != nil {
		return nil, err
	}
	s.turns.hurry(sec.running) // who asks may wait for what it makes
	version, err := sec.state.choose(in.VersionID, in.VersionStage)
	if err != nil {
		return nil, err
	}
	if err := sec.useKey(ctx, decrypt, version.ID); err != nil {
		return nil, err
	}
	output := &getSecretValueOutput{
		ARN:           sec.ARN,
		CreatedDate:   epoch(version.CreatedAt),
		Name:          sec.Name,
		VersionID:     version.ID,
		VersionStages: sec.state.labelsOf(version.ID),
	}
	if version.Binary {
		output.SecretBinary = version.Value
	} else {
		output.SecretString = version.Value
	}
	return output, nil
}

// choose returns the version of an id and a label, of which either may be empty; with both empty it
// is AWSCURRENT's. A version without a value is not there yet.
func (s *SecretState) choose(id, label string) (*Version, error) {
	if id == "" && label == "" {
		label = naming.CurrentLabel
	}
	if id == "" {
		version := s.version(s.Labels[label])
		if version == nil || version.Value == "" {
			return nil, refuse(codeResourceNotFound, "Secrets Manager can't find the specified secret value for staging label: %s", label)
		}
		return version, nil
	}
	version := s.version(id)
	if version == nil || version.Value == "" {
		return nil, refuse(codeResourceNotFound, "Secrets Manager can't find the specified secret value for VersionId: %s", id)
	}
	if label != "" && s.Labels[label] != id {
		return nil, refuse(codeInvalidRequest, "You provided a VersionStage that is not associated to the provided VersionId.")
	}
	return version, nil
}
