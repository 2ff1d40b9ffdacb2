package main

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"cognito-m2m/client"
)

// Staging labels of a secret's versions.
const (
	labelCurrent  = "AWSCURRENT"
	labelPending  = "AWSPENDING"
	labelPrevious = "AWSPREVIOUS"
)

// errNoValue says that a version has not got its value yet.
var errNoValue = errors.New("the version has no value")

// rotation is one secret on its way to the version that the event's ClientRequestToken names.
type rotation struct {
	event
	name     string
	clientID string
	labels   []string // staging labels of the event's version
	// current and previous are the ids of the versions with AWSCURRENT and AWSPREVIOUS, "" if there is none.
	current, previous string
}

// check holds what Secrets Manager asks of every rotation function: that the version is there and pending. Without a
// tag there is no telling whose secret this is.
func (r *rotation) check() error {
	if !slices.Contains(r.labels, labelPending) {
		return notPending{stopped{"the event's version is not pending: its rotation was given up, or never begun", "rotate again"}}
	}
	if r.clientID == "" {
		return stopped{"the secret has no tag " + client.ClientIDTag, "deploy the stack again, which sets it to the app client's id"}
	}
	return nil
}

// store is the Secrets Manager side.
type store struct{ api *secretsmanager.Client }

func newStore(sdk aws.Config, backoff backoff) store {
	return store{secretsmanager.NewFromConfig(sdk, func(o *secretsmanager.Options) { o.Retryer = backoff.retryer() })}
}

// describe fills in what is known of the secret.
func (s store) describe(ctx context.Context, rot *rotation) error {
	described, err := s.api.DescribeSecret(ctx, &secretsmanager.DescribeSecretInput{SecretId: &rot.SecretID})
	if err != nil {
		return withoutContent(err)
	}
	rot.name = aws.ToString(described.Name)
	rot.labels = described.VersionIdsToStages[rot.ClientRequestToken]
	for _, tag := range described.Tags {
		if aws.ToString(tag.Key) == client.ClientIDTag {
			rot.clientID = aws.ToString(tag.Value)
		}
	}
	for version, labels := range described.VersionIdsToStages {
		if slices.Contains(labels, labelCurrent) {
			rot.current = version
		}
		if slices.Contains(labels, labelPrevious) {
			rot.previous = version
		}
	}
	return nil
}

// value returns the value of a version, or errNoValue.
func (s store) value(ctx context.Context, rot *rotation, version string) ([]byte, error) {
	got, err := s.api.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &rot.SecretID, VersionId: &version})
	if _, notFound := errors.AsType[*types.ResourceNotFoundException](err); notFound {
		return nil, errNoValue
	}
	if err != nil {
		return nil, withoutContent(err)
	}
	if got.SecretString == nil {
		return got.SecretBinary, nil
	}
	return []byte(*got.SecretString), nil
}

// names returns the client and the secret that a version names; both are "" for the placeholder, for a value that is
// not JSON, and for a version that is not there.
func (s store) names(ctx context.Context, rot *rotation, version string) (clientID, secretID string, err error) {
	if version == "" {
		return "", "", nil
	}
	value, err := s.value(ctx, rot, version)
	if errors.Is(err, errNoValue) {
		return "", "", nil
	}
	if err != nil {
		return "", "", err
	}
	var named struct {
		ClientID       string `json:"client_id"`
		ClientSecretID string `json:"client_secret_id"`
	}
	_ = json.Unmarshal(value, &named) // what can't be read names nothing
	return named.ClientID, named.ClientSecretID, nil
}

// put stores the value as the pending version. Repeated by the SDK it does nothing.
func (s store) put(ctx context.Context, rot *rotation, credentials client.Credentials) error {
	value, err := json.Marshal(credentials) //nolint:gosec // it goes to Secrets Manager, the place for it
	if err != nil {
		return errors.New("encoding the value")
	}
	input := &secretsmanager.PutSecretValueInput{
		SecretId:           &rot.SecretID,
		ClientRequestToken: &rot.ClientRequestToken,
		SecretString:       aws.String(string(value)),
		VersionStages:      []string{labelPending},
	}
	if rot.RotationToken != "" {
		input.RotationToken = aws.String(string(rot.RotationToken))
	}
	if _, err = s.api.PutSecretValue(ctx, input); err != nil {
		return withoutContent(err)
	}
	return nil
}

// release takes AWSPENDING off the event's version.
func (s store) release(ctx context.Context, rot *rotation) error {
	_, err := s.api.UpdateSecretVersionStage(ctx, &secretsmanager.UpdateSecretVersionStageInput{
		SecretId:            &rot.SecretID,
		VersionStage:        aws.String(labelPending),
		RemoveFromVersionId: &rot.ClientRequestToken,
	})
	if err != nil {
		return withoutContent(err)
	}
	return nil
}

// promote moves AWSCURRENT to the version that was pending; Secrets Manager moves AWSPREVIOUS to the one before.
func (s store) promote(ctx context.Context, rot *rotation) error {
	input := &secretsmanager.UpdateSecretVersionStageInput{
		SecretId:        &rot.SecretID,
		VersionStage:    aws.String(labelCurrent),
		MoveToVersionId: &rot.ClientRequestToken,
	}
	if rot.current != "" {
		input.RemoveFromVersionId = &rot.current
	}
	if _, err := s.api.UpdateSecretVersionStage(ctx, input); err != nil {
		return withoutContent(err)
	}
	return nil
}
