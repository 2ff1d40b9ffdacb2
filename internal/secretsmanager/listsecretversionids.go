package secretsmanager

import (
	"context"
	"encoding/base64"
)

type listSecretVersionIDsInput struct {
	SecretID          string `json:"SecretId"`
	IncludeDeprecated bool
	MaxResults        *int
	NextToken         string
}

type listSecretVersionIDsOutput struct {
	ARN       string
	Name      string
	NextToken string `json:",omitempty"`
	Versions  []listedVersion
}

// listedVersion is a version without its value.
//
// Parity: Secrets Manager: members of a listed version
type listedVersion struct {
	CreatedDate   *float64
	VersionID     string   `json:"VersionId"`
	VersionStages []string `json:",omitempty"`
}

// listSecretVersionIDs answers with the versions that have a label, or with all of them, oldest
// first.
func (s *Store) listSecretVersionIDs(_ context.Context, in listSecretVersionIDsInput) (*listSecretVersionIDsOutput, error) {
	size := maxListed
	if in.MaxResults != nil {
		size = *in.MaxResults
	}
	if size < 1 || size > maxListed {
		return nil, refuse(codeInvalidParameter, "MaxResults needs to be from 1 to %d.", maxListed)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	sec, err := s.find(in.SecretID)
	if err != nil {
		return nil, err
	}
	after, err := base64.RawURLEncoding.DecodeString(in.NextToken)
	if err != nil || len(after) > 0 && sec.state.version(string(after)) == nil {
		return nil, refuse(codeInvalidNextToken, "NextToken is not one that ListSecretVersionIds has returned.")
	}
	output := &listSecretVersionIDsOutput{ARN: sec.ARN, Name: sec.Name, Versions: []listedVersion{}}
	reached := len(after) == 0
	for _, version := range sec.state.Versions {
		labels := sec.state.labelsOf(version.ID)
		switch {
		case !reached:
			reached = version.ID == string(after)
		case len(labels) == 0 && !in.IncludeDeprecated:
		case len(output.Versions) == size:
			output.NextToken = base64.RawURLEncoding.EncodeToString([]byte(output.Versions[size-1].VersionID))
			return output, nil
		default:
			output.Versions = append(output.Versions, listedVersion{CreatedDate: epoch(version.CreatedAt), VersionID: version.ID, VersionStages: labels})
		}
	}
	return output, nil
}
