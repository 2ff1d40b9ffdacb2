package secretsmanager

import (
	"context"
	"errors"

	"cognito-m2m/internal/requester"
)

const maxBatch = 20 // secrets of one call

type batchGetSecretValueInput struct {
	SecretIDList []string `json:"SecretIdList"`
	Filters      []filter
	MaxResults   *int
	NextToken    string
}

type batchGetSecretValueOutput struct {
	Errors       []batchError
	NextToken    string `json:",omitempty"`
	SecretValues []*getSecretValueOutput
}

// batchError is why one secret of a batch has no value in the answer.
type batchError struct {
	ErrorCode string
	Message   string
	SecretID  string `json:"SecretId"`
}

// batchGetSecretValue answers with the AWSCURRENT values of the secrets that are listed, or that
// the filters let through. A secret without one, or that the requester may not read, is listed
// among the errors; the others are answered.
func (s *Store) batchGetSecretValue(ctx context.Context, in batchGetSecretValueInput) (*batchGetSecretValueOutput, error) {
	if err := in.validate(); err != nil {
		return nil, err
	}
	output := &batchGetSecretValueOutput{Errors: []batchError{}, SecretValues: []*getSecretValueOutput{}}
	ids := in.SecretIDList
	if len(in.Filters) > 0 {
		var err error
		if ids, output.NextToken, err = s.page(ctx, in); err != nil {
			return nil, err
		}
	}
	for _, id := range ids {
		value, err := s.valueOf(ctx, getSecretValueInput{SecretID: id})
		if denied, ok := errors.AsType[*requester.DeniedError](err); ok {
			err = refuse(codeAccessDenied, "%s", denied.Error())
		}
		if refused, ok := errors.AsType[*Error](err); ok {
			output.Errors = append(output.Errors, batchError{ErrorCode: refused.code, Message: refused.message, SecretID: id})
			continue
		}
		output.SecretValues = append(output.SecretValues, value)
	}
	return output, nil
}

// valueOf is GetSecretValue, for which the requester needs that permission, too.
//
// Source: Secrets Manager API reference, BatchGetSecretValue, "Required permissions".
func (s *Store) valueOf(ctx context.Context, in getSecretValueInput) (*getSecretValueOutput, error) {
	if err := s.permit(ctx, in); err != nil {
		return nil, err
	}
	return s.getSecretValue(ctx, in)
}

func (in batchGetSecretValueInput) validate() error {
	switch {
	case (len(in.SecretIDList) == 0) == (len(in.Filters) == 0):
		return refuse(codeInvalidParameter, "Either SecretIdList or Filters is needed, not both.")
	case len(in.SecretIDList) > maxBatch:
		return refuse(codeInvalidParameter, "SecretIdList may have %d secrets at most.", maxBatch)
	case len(in.SecretIDList) > 0 && (in.MaxResults != nil || in.NextToken != ""):
		return refuse(codeInvalidParameter, "MaxResults and NextToken go with Filters, not with SecretIdList.")
	case in.MaxResults != nil && (*in.MaxResults < 1 || *in.MaxResults > maxBatch):
		return refuse(codeInvalidParameter, "MaxResults needs to be from 1 to %d.", maxBatch)
	}
	return listSecretsInput{Filters: in.Filters}.validate()
}

// page are the secrets that the filters let through, in the order of ListSecrets, which the
// requester must be permitted.
func (s *Store) page(ctx context.Context, in batchGetSecretValueInput) (ids []string, next string, err error) {
	size := maxBatch
	if in.MaxResults != nil {
		size = *in.MaxResults
	}
	wanted := listSecretsInput{Filters: in.Filters, MaxResults: &size, NextToken: in.NextToken}
	if err := s.permit(ctx, wanted); err != nil {
		return nil, "", err
	}
	list, err := s.listSecrets(ctx, wanted)
	if err != nil {
		return nil, "", err
	}
	for _, entry := range list.SecretList {
		ids = append(ids, entry.ARN)
	}
	return ids, list.NextToken, nil
}
