package secretsmanager

import (
	"context"

	"cognito-m2m/naming"
)

type updateSecretVersionStageInput struct {
	SecretID            string `json:"SecretId"`
	VersionStage        string
	MoveToVersionID     string `json:"MoveToVersionId"`
	RemoveFromVersionID string `json:"RemoveFromVersionId"`
}

func (s *Store) updateSecretVersionStage(_ context.Context, in updateSecretVersionStageInput) (*reference, error) {
	if err := validateLabel(in.VersionStage); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	sec, err := s.find(in.SecretID)
	if err != nil {
		return nil, err
	}
	if err := sec.state.checkMove(in); err != nil {
		return nil, err
	}
	if err := s.update(sec, in.apply); err != nil {
		return nil, err
	}
	return &reference{ARN: sec.ARN, Name: sec.Name}, nil
}

func (in updateSecretVersionStageInput) apply(state *SecretState) {
	if in.MoveToVersionID == "" {
		delete(state.Labels, in.VersionStage)
		return
	}
	state.attach(in.VersionStage, in.MoveToVersionID)
}

// checkMove holds the rules of moving and removing: a label is taken only from the version that has
// it, which the caller must name, and AWSCURRENT is only ever moved.
//
// Parity: Secrets Manager: codes of refused label moves
func (s *SecretState) checkMove(in updateSecretVersionStageInput) error {
	label, to, from := in.VersionStage, in.MoveToVersionID, in.RemoveFromVersionID
	holder, held := s.Labels[label]
	switch {
	case to == "" && from == "":
		return refuse(codeInvalidParameter, "MoveToVersionId or RemoveFromVersionId is needed.")
	case from != "" && from != holder:
		return refuse(codeInvalidParameter, "Staging label %s is not on version %s; RemoveFromVersionId must name the version that has it.", label, from)
	case to == "" && label == naming.CurrentLabel:
		return refuse(codeInvalidParameter, messageCurrentRemoved)
	case to == "":
		return nil
	case s.version(to) == nil:
		return refuse(codeResourceNotFound, "Secrets Manager can't find the specified secret version: %s", to)
	case held && holder != to && from == "":
		return refuse(codeInvalidParameter, "The parameter RemoveFromVersionId can't be empty. Staging label %s is currently attached to version %s, so you must explicitly reference that version in RemoveFromVersionId.", label, holder)
	default:
		return s.checkTarget(label, to)
	}
}

// checkTarget says whether a version can take one more label.
//
// Parity: Secrets Manager: AWSCURRENT on a version without a value
func (s *SecretState) checkTarget(label, to string) error {
	if label == naming.CurrentLabel && s.version(to).Value == "" {
		return refuse(codeInvalidParameter, "Version %s has no value yet, so it can't be AWSCURRENT.", to)
	}
	if len(s.labelsOf(to)) >= maxLabels && s.Labels[label] != to {
		return refuse(codeLimitExceeded, "Version %s has %d staging labels, which is the limit.", to, maxLabels)
	}
	return nil
}
