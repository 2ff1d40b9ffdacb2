package secretsmanager

import (
	"context"
	"encoding/base64"
	"slices"

	"cognito-m2m/internal/secretlimits"
	"cognito-m2m/naming"
)

const (
	maxLabels      = 20 // on one version
	maxLabelLength = 256
)

// putSecretValueInput leaves RotationToken out: a rotation function in the secret's account need
// not send it.
//
// Parity: Secrets Manager: the rotation token is not checked
type putSecretValueInput struct {
	SecretID           string `json:"SecretId"`
	ClientRequestToken string
	SecretString       Value
	SecretBinary       Value
	VersionStages      []string
}

func (s *Store) putSecretValue(ctx context.Context, in putSecretValueInput) (*reference, error) {
	value, binary, err := in.value()
	if err != nil {
		return nil, err
	}
	if err := validateToken(in.ClientRequestToken, codeInvalidRequest); err != nil {
		return nil, err
	}
	if err := validateLabels(in.VersionStages); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	sec, err := s.find(in.SecretID)
	if err != nil {
		return nil, err
	}
	if err := s.putVersion(ctx, sec, Version{ID: in.ClientRequestToken, Value: value, Binary: binary}, in.VersionStages); err != nil {
		return nil, err
	}
	return &reference{
		ARN: sec.ARN, Name: sec.Name, VersionID: in.ClientRequestToken,
		VersionStages: sec.state.labelsOf(in.ClientRequestToken),
	}, nil
}

// putVersion gives a new version, or one that a rotation has reserved, its value. For a version
// that has this value already it does nothing, and leaves the labels as they are.
func (s *Store) putVersion(ctx context.Context, sec *storedSecret, put Version, labels []string) error {
	if existing := sec.state.version(put.ID); existing != nil && existing.Value != "" {
		if err := sec.useKey(ctx, decrypt, put.ID); err != nil {
			return err
		}
		if existing.Binary != put.Binary || !existing.Value.Equal(put.Value) {
			return refuse(codeResourceExists, "A version with this ClientRequestToken and another value exists. A version can't be changed; make a new one.")
		}
		return nil
	}
	if err := sec.useKey(ctx, makeDataKey, put.ID); err != nil {
		return err
	}
	if len(labels) == 0 {
		labels = []string{naming.CurrentLabel}
	}
	put.CreatedAt = s.now()
	return s.update(sec, func(state *SecretState) {
		state.Versions = slices.DeleteFunc(state.Versions, func(v Version) bool { return v.ID == put.ID })
		state.Versions = append(state.Versions, put)
		state.attachAll(labels, put.ID)
	})
}

// value returns the one value of the input, base64 in its canonical form if it is binary.
func (in putSecretValueInput) value() (value Value, binary bool, err error) {
	if (in.SecretString == "") == (in.SecretBinary == "") {
		return "", false, refuse(codeInvalidParameter, "You must provide either SecretString or SecretBinary, not both.")
	}
	if in.SecretString != "" {
		return in.SecretString, false, validateLength(len(in.SecretString))
	}
	decoded, err := base64.StdEncoding.DecodeString(string(in.SecretBinary))
	if err != nil || len(decoded) == 0 {
		return "", false, refuse(codeInvalidParameter, "SecretBinary is not base64.")
	}
	return Value(base64.StdEncoding.EncodeToString(decoded)), true, validateLength(len(decoded))
}

func validateLength(length int) error {
	if length > secretlimits.MaxValueBytes {
		return refuse(codeInvalidParameter, "The value is longer than %d bytes.", secretlimits.MaxValueBytes)
	}
	return nil
}

func validateLabels(labels []string) error {
	if len(labels) > maxLabels {
		return refuse(codeInvalidParameter, "VersionStages has more than %d staging labels.", maxLabels)
	}
	for _, label := range labels {
		if err := validateLabel(label); err != nil {
			return err
		}
	}
	return nil
}

func validateLabel(label string) error {
	if label == "" || len(label) > maxLabelLength {
		return refuse(codeInvalidParameter, "A staging label needs 1 to %d characters.", maxLabelLength)
	}
	return nil
}
