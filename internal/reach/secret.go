package reach

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	secretstypes "github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"cognito-m2m/naming"
)

// secret is what Secrets Manager tells about a client's secret without its value.
type secret struct {
	name     string
	clientID string // "" without the tag

	stages  map[string][]string // staging labels by version
	current string              // the version labelled so
	pending string              // the version labelled so, unless it is current too

	undecided bool // a rotation has left its label on the current version

	rotationOff bool

	rotated   time.Time // the end of the last rotation; zero: there was none
	changed   time.Time
	next      time.Time // zero: no schedule
	everyDays int
	function  string // the name of the rotation's function
}

func (t *Target) prefix() string { return naming.Folder(t.Env) }

func (t *Target) secretID(name string) string { return naming.Secret(t.Env, name) }

// describe is the state of a client's secret.
func (t *Target) describe(ctx context.Context, name string) (*secret, error) {
	if !clientPattern.MatchString(name) {
		return nil, t.unknown(ctx, name, nil)
	}
	id := t.secretID(name)
	answer, err := t.secrets.DescribeSecret(ctx, &secretsmanager.DescribeSecretInput{SecretId: &id})
	if err != nil {
		return nil, t.secretFailure(ctx, name, err)
	}
	s := &secret{
		name:        id,
		stages:      answer.VersionIdsToStages,
		rotationOff: !aws.ToBool(answer.RotationEnabled),
		rotated:     aws.ToTime(answer.LastRotatedDate),
		changed:     aws.ToTime(answer.LastChangedDate),
		next:        aws.ToTime(answer.NextRotationDate),
		function:    functionName(aws.ToString(answer.RotationLambdaARN)),
	}
	if rules := answer.RotationRules; rules != nil {
		s.everyDays = int(aws.ToInt64(rules.AutomaticallyAfterDays))
	}
	s.clientID = clientID(answer.Tags)
	s.label()
	return s, nil
}

// label finds the versions that matter. A rotation that ended well may leave its label where it
// was, beside AWSCURRENT: nothing is pending then.
func (s *secret) label() {
	for version, labels := range s.stages {
		isCurrent, isPending := slices.Contains(labels, naming.CurrentLabel), slices.Contains(labels, naming.PendingLabel)
		if isCurrent {
			s.current = version
			s.undecided = slices.Contains(labels, naming.UndecidedLabel)
		}
		if isPending && !isCurrent {
			s.pending = version
		}
	}
}

// functionName is the last part of a function's ARN, without a qualifier.
func functionName(arn string) string {
	const nameAt = 6 // arn:aws:lambda:<region>:<account>:function:<name>
	if parts := strings.Split(arn, ":"); len(parts) > nameAt {
		return parts[nameAt]
	}
	return ""
}

// Names lists the clients of the environment: those that have a secret.
func (t *Target) Names(ctx context.Context) ([]string, error) {
	listed, _, err := t.listed(ctx)
	return slices.Sorted(maps.Keys(listed)), err
}

// listed are the app client ids, by name, of the clients that have a secret; "" where its tag is
// missing. firstRotations is how many of these secrets have rotation turned on and were never
// rotated. Secrets Manager tells of 100 at a time.
func (t *Target) listed(ctx context.Context) (ids map[string]string, firstRotations int, err error) {
	ids = map[string]string{}
	pages := secretsmanager.NewListSecretsPaginator(t.secrets, &secretsmanager.ListSecretsInput{
		Filters: []secretstypes.Filter{{Key: secretstypes.FilterNameStringTypeName, Values: []string{t.prefix()}}},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, 0, t.failure("the secrets "+t.prefix()+"*", err)
		}
		for _, listed := range page.SecretList {
			if name, ok := strings.CutPrefix(aws.ToString(listed.Name), t.prefix()); ok && clientPattern.MatchString(name) {
				ids[name] = clientID(listed.Tags)
				if aws.ToBool(listed.RotationEnabled) && listed.LastRotatedDate == nil {
					firstRotations++
				}
			}
		}
	}
	return ids, firstRotations, nil
}

// clientID is the app client id in the tags of a secret.
func clientID(tags []secretstypes.Tag) string {
	for _, tag := range tags {
		if aws.ToString(tag.Key) == naming.ClientIDTag {
			return aws.ToString(tag.Value)
		}
	}
	return ""
}

// secretFailure is failure for a call about one client's secret.
func (t *Target) secretFailure(ctx context.Context, name string, err error) error {
	if _, missing := errors.AsType[*secretstypes.ResourceNotFoundException](err); missing {
		return t.unknown(ctx, name, err)
	}
	return t.failure("the secret "+t.secretID(name), err)
}

// unknown is the error of a client that the environment does not have, with those that it has, if
// the caller may know.
func (t *Target) unknown(ctx context.Context, name string, cause error) error {
	e := &Error{Problem: UnknownClient, Subject: name, text: fmt.Sprintf("%[2]s has no client %[1]q", name, t), Err: cause}
	if names, err := t.Names(ctx); err == nil {
		e.Known = names
	}
	return e
}
