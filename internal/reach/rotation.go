package reach

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	secretstypes "github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"cognito-m2m/naming"
)

// Rotate begins a rotation of the client's secret, which goes on by itself, and returns the version
// that it makes. If one is unfinished it fails with an *Error whose problem is Unfinished.
//
// The last step of a rotation moves the label and then takes a moment to end, in which Secrets
// Manager refuses another one: Rotate waits for that end.
func (t *Target) Rotate(ctx context.Context, client string) (version string, err error) {
	ticker := time.NewTicker(t.lookInterval())
	defer ticker.Stop()
	for looks := 1; ; looks++ {
		s, err := t.describe(ctx, client)
		if err != nil {
			return "", err
		}
		if s.pending != "" {
			return "", &Error{Problem: Unfinished, Subject: client, text: fmt.Sprintf("a rotation of %s has been unfinished since %s", client, s.changed.UTC().Format(time.RFC3339))}
		}
		answer, err := t.secrets.RotateSecret(ctx, &secretsmanager.RotateSecretInput{SecretId: &s.name})
		switch {
		case err == nil:
			return aws.ToString(answer.VersionId), nil
		case !isUnderWay(err):
			return "", t.secretFailure(ctx, client, err)
		case looks == looksForEnd:
			return "", &Error{Problem: Unfinished, Subject: client, text: fmt.Sprintf("a rotation of %s is still under way", client), Err: err}
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
}

// Resume runs the steps of an unfinished rotation again and returns the version that it makes; ""
// if there is none.
//
// Parity: Secrets Manager: an unfinished rotation is asked for again
func (t *Target) Resume(ctx context.Context, client string) (version string, err error) {
	s, err := t.describe(ctx, client)
	if err != nil || s.pending == "" {
		return "", err
	}
	// The version's own id as the token: what already has begun is meant, and no second version.
	// Either that is accepted, or the answer is that it will be attempted again.
	_, err = t.secrets.RotateSecret(ctx, &secretsmanager.RotateSecretInput{SecretId: &s.name, ClientRequestToken: &s.pending})
	if err != nil && !isUnderWay(err) {
		return "", t.secretFailure(ctx, client, err)
	}
	return s.pending, nil
}

// isUnderWay says whether RotateSecret was refused because of a rotation that has not ended: "A
// previous rotation isn't complete. That rotation will be reattempted." The code alone stands for
// other refusals, too.
func isUnderWay(err error) bool {
	var refused *secretstypes.InvalidRequestException
	return errors.As(err, &refused) && strings.Contains(refused.ErrorMessage(), "previous rotation")
}

// LongestStep is how long a rotation that runs may leave its secret untouched. An unfinished
// rotation whose secret was touched since then may be running.
const LongestStep = naming.StepTimeout

// Abandon gives the unfinished rotation of that version up: it loses the label, so that another
// rotation can begin. That one deletes the secret that this one had added. If another version is
// pending, or none, it fails with an *Error whose problem is Ended, and nothing happens. Whether
// the rotation runs does not show from outside; see LongestStep.
func (t *Target) Abandon(ctx context.Context, client, version string) error {
	s, err := t.describe(ctx, client)
	if err != nil {
		return err
	}
	if version == "" || s.pending != version {
		return &Error{Problem: Ended, Subject: client, text: fmt.Sprintf("the rotation of %s to the version %s has ended meanwhile", client, version)}
	}
	_, err = t.secrets.UpdateSecretVersionStage(ctx, &secretsmanager.UpdateSecretVersionStageInput{
		SecretId:            &s.name,
		VersionStage:        aws.String(naming.PendingLabel),
		RemoveFromVersionId: &s.pending,
	})
	if err != nil {
		return t.secretFailure(ctx, client, err)
	}
	return nil
}

// How often Watch and Rotate look. On AWS a rotation takes minutes, and each look is billed.
const (
	lookLocally = 100 * time.Millisecond
	lookOnAWS   = 3 * time.Second
)

// looksForEnd is how often Rotate asks while a rotation without a pending version has not ended.
const looksForEnd = 10

func (t *Target) lookInterval() time.Duration {
	if t.Deployed() {
		return lookOnAWS
	}
	return lookLocally
}

// looksForLabel is how often Watch looks for a version that has no label yet: what Secrets Manager
// tells may be behind, but not by so much.
const looksForLabel = 10

// Watch waits until version is the current one of the client's secret. It tells labels each new set
// of staging labels that the version has. If the version lost its label, to somebody or because the
// rotation has withdrawn, it fails with an *Error whose problem is Abandoned.
func (t *Target) Watch(ctx context.Context, client, version string, labels func([]string)) error {
	ticker := time.NewTicker(t.lookInterval())
	defer ticker.Stop()
	var seen []string
	for looks := 1; ; looks++ {
		s, err := t.describe(ctx, client)
		if err != nil {
			return err
		}
		now := slices.Sorted(slices.Values(s.stages[version]))
		if len(now) > 0 && !slices.Equal(now, seen) {
			labels(now)
		}
		switch {
		case slices.Contains(now, naming.CurrentLabel):
			return nil
		case slices.Contains(seen, naming.PendingLabel) && !slices.Contains(now, naming.PendingLabel), looks >= looksForLabel && len(now) == 0:
			return &Error{Problem: Abandoned, Subject: client, text: fmt.Sprintf("the rotation of %s was given up: its version %s no longer has a label", client, version)}
		}
		seen = now
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
