package main

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"cognito-m2m/client"
	"cognito-m2m/naming"
)

// errNoValue says that a version has no value yet, or that Secrets Manager does not find it yet.
var errNoValue = errors.New("the version has no value")

// rotation is what one step knows of its secret, which gets the version that the event's
// ClientRequestToken names.
type rotation struct {
	event
	name     string
	clientID string
	labels   []string // staging labels of the event's version
	// current and previous are the ids of the versions with AWSCURRENT and AWSPREVIOUS, "" if there
	// is none.
	current, previous string
	undecided         string    // the id of the version with naming.UndecidedLabel, "" if there is none
	rotatedAt         time.Time // the end of the last rotation that went well; zero: there was none
	everyDays         int       // 0: the schedule is not one of days
}

// check makes the checks that Secrets Manager requires of every rotation function: the version
// exists and is pending. The tag is checked too, since only it says whose secret this is.
func (r *rotation) check() error {
	if !slices.Contains(r.labels, naming.PendingLabel) {
		return notPending{stopped{"the event's version is not pending: its rotation was abandoned, or never started", "rotate again"}}
	}
	if r.clientID == "" {
		return stopped{"the secret has no tag " + naming.ClientIDTag, "deploy the stack again: that sets the tag to the app client's id"}
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
	versions := map[string]string{} // by label
	for version, labels := range described.VersionIdsToStages {
		for _, label := range labels {
			versions[label] = version
		}
	}
	*rot = rotation{
		event: rot.event, name: aws.ToString(described.Name), labels: described.VersionIdsToStages[rot.ClientRequestToken],
		current: versions[naming.CurrentLabel], previous: versions[naming.PreviousLabel], undecided: versions[naming.UndecidedLabel],
		rotatedAt: aws.ToTime(described.LastRotatedDate),
	}
	for _, tag := range described.Tags {
		if aws.ToString(tag.Key) == naming.ClientIDTag {
			rot.clientID = aws.ToString(tag.Value)
		}
	}
	if described.RotationRules != nil {
		rot.everyDays = int(aws.ToInt64(described.RotationRules.AutomaticallyAfterDays))
	}
	return nil
}

// value returns the value of a version and when it was created, or errNoValue.
func (s store) value(ctx context.Context, rot *rotation, version string) (value []byte, created time.Time, err error) {
	got, err := s.api.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &rot.SecretID, VersionId: &version})
	if _, notFound := errors.AsType[*types.ResourceNotFoundException](err); notFound {
		return nil, time.Time{}, errNoValue
	}
	if err != nil {
		return nil, time.Time{}, withoutContent(err)
	}
	if got.SecretString == nil {
		return got.SecretBinary, aws.ToTime(got.CreatedDate), nil
	}
	return []byte(*got.SecretString), aws.ToTime(got.CreatedDate), nil
}

// put stores the value as the pending version. If the SDK repeats the call, the second one changes
// nothing.
func (s store) put(ctx context.Context, rot *rotation, credentials client.Credentials) error {
	value, err := json.Marshal(credentials)
	if err != nil {
		return errors.New("encoding the value")
	}
	input := &secretsmanager.PutSecretValueInput{
		SecretId:           &rot.SecretID,
		ClientRequestToken: &rot.ClientRequestToken,
		SecretString:       aws.String(string(value)),
		VersionStages:      []string{naming.PendingLabel},
	}
	if rot.RotationToken != "" {
		input.RotationToken = aws.String(string(rot.RotationToken))
	}
	if _, err = s.api.PutSecretValue(ctx, input); err != nil {
		return withoutContent(err)
	}
	return nil
}

// unlabel removes a label from a version.
func (s store) unlabel(ctx context.Context, rot *rotation, label, version string) error {
	return s.move(ctx, &secretsmanager.UpdateSecretVersionStageInput{SecretId: &rot.SecretID, VersionStage: &label, RemoveFromVersionId: &version})
}

// markUndecided puts naming.UndecidedLabel on the current version.
func (s store) markUndecided(ctx context.Context, rot *rotation) error {
	if rot.undecided == rot.current {
		return nil
	}
	return s.move(ctx, moving(rot, naming.UndecidedLabel, rot.undecided, rot.current))
}

// promote moves AWSCURRENT to the version that was pending; Secrets Manager moves AWSPREVIOUS to
// the one before.
func (s store) promote(ctx context.Context, rot *rotation) error {
	return s.move(ctx, moving(rot, naming.CurrentLabel, rot.current, rot.ClientRequestToken))
}

// moving is the request that moves a label between versions; from is "" for a label that no version
// has.
func moving(rot *rotation, label, from, to string) *secretsmanager.UpdateSecretVersionStageInput {
	input := &secretsmanager.UpdateSecretVersionStageInput{SecretId: &rot.SecretID, VersionStage: &label, MoveToVersionId: &to}
	if from != "" {
		input.RemoveFromVersionId = &from
	}
	return input
}

func (s store) move(ctx context.Context, input *secretsmanager.UpdateSecretVersionStageInput) error {
	if _, err := s.api.UpdateSecretVersionStage(ctx, input); err != nil {
		return withoutContent(err)
	}
	return nil
}
