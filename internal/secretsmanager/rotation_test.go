package secretsmanager_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awssecretsmanager "github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"cognito-m2m/internal/secretsmanager"
)

var (
	fourSteps = []string{"createSecret", "setSecret", "testSecret", "finishSecret"}
	errStep   = errors.New("LimitExceededException: two secrets are there already")
)

// settled is a world whose first rotations are over.
func settled(t testing.TB, changes ...func(*world)) *world {
	t.Helper()
	w := newWorld(t, changes...)
	w.settle(t)
	return w
}

func TestSettleRotatesEverySecretForTheFirstTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	initial := w.holder(t, readerName, "AWSCURRENT")
	if got := w.describe(t, readerName); !aws.ToBool(got.RotationEnabled) || got.LastRotatedDate != nil || got.NextRotationDate != nil {
		t.Errorf("before: rotation enabled %v, last %v, next %v", got.RotationEnabled, got.LastRotatedDate, got.NextRotationDate)
	}
	w.clock.Advance(time.Minute)
	w.settle(t)
	current := w.holder(t, readerName, "AWSCURRENT")
	if got, want := w.value(t, readerName, "AWSCURRENT"), secretText+" "+current; got != want {
		t.Errorf("value: got %q, want %q", got, want)
	}
	if got := w.holder(t, readerName, "AWSPREVIOUS"); got != initial {
		t.Errorf("AWSPREVIOUS: got %s, want the first version %s", got, initial)
	}
	got := w.describe(t, readerName)
	if !got.LastRotatedDate.Equal(w.clock.Now()) || !got.NextRotationDate.Equal(w.clock.Now().AddDate(0, 0, 30)) {
		t.Errorf("dates: last rotated %v, next %v; the clock says %v", got.LastRotatedDate, got.NextRotationDate, w.clock.Now())
	}
	if w.value(t, plainName, "AWSCURRENT") != "first" {
		t.Error("a secret without rotation has changed")
	}
}

func TestStepsOfARotation(t *testing.T) {
	t.Parallel()
	w := settled(t)
	before := len(w.rotator.seen())
	token := w.rotate(t, readerName)
	w.settle(t)
	var steps []string
	for _, event := range w.rotator.seen()[before:] {
		steps = append(steps, event.Step)
		if event.SecretID != readerARN || event.ClientRequestToken != token || len(event.RotationToken) < 36 {
			t.Errorf("event: %+v", event)
		}
	}
	if diff := cmp.Diff(fourSteps, steps); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
	if log := w.log.String(); !strings.Contains(log, "level=INFO msg=rotating secret="+readerName+" step=finishSecret") {
		t.Errorf("the log does not have the last step:\n%s", log)
	}
	if got := w.holder(t, readerName, "AWSCURRENT"); got != token {
		t.Errorf("AWSCURRENT: got %s, want the token %s", got, token)
	}
}

func TestRotateSecretReturnsWhileTheFunctionRuns(t *testing.T) {
	t.Parallel()
	w := settled(t)
	release, running := blockRotator(w)
	token := w.rotate(t, readerName)
	<-running
	if got := w.holder(t, readerName, "AWSPENDING"); got != token {
		t.Errorf("AWSPENDING: got %q, want the token", got)
	}
	_, err := w.secrets.GetSecretValue(t.Context(), &awssecretsmanager.GetSecretValueInput{SecretId: aws.String(readerName), VersionStage: aws.String("AWSPENDING")})
	is[*types.ResourceNotFoundException](t, err)

	_, err = w.secrets.RotateSecret(t.Context(), &awssecretsmanager.RotateSecretInput{SecretId: aws.String(readerName)})
	is[*types.InvalidRequestException](t, err)
	if _, err = w.secrets.RotateSecret(t.Context(), &awssecretsmanager.RotateSecretInput{SecretId: aws.String(readerName), ClientRequestToken: &token}); err != nil {
		t.Errorf("the same request again: %v", err)
	}
	close(release)
	w.settle(t)
	if _, err = w.secrets.RotateSecret(t.Context(), &awssecretsmanager.RotateSecretInput{SecretId: aws.String(readerName), ClientRequestToken: &token}); err != nil {
		t.Errorf("the same request after the rotation: %v", err)
	}
	if got := countSteps(w, "createSecret", readerARN); got != 2 {
		t.Errorf("got %d rotations, want the first and the one that was asked for", got)
	}
}

// blockRotator holds every step until release is closed; running gets a value for each step that
// waits.
func blockRotator(w *world) (release chan struct{}, running chan struct{}) {
	release, running = make(chan struct{}), make(chan struct{}, 100)
	w.rotator.mu.Lock()
	defer w.rotator.mu.Unlock()
	w.rotator.before = func(ctx context.Context, _ rotationEvent) error {
		running <- struct{}{}
		select {
		case <-release:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return release, running
}

func countSteps(w *world, step, arn string) int {
	count := 0
	for _, event := range w.rotator.seen() {
		if event.Step == step && event.SecretID == arn {
			count++
		}
	}
	return count
}

func TestAFailingStepLeavesThePendingVersion(t *testing.T) {
	t.Parallel()
	for _, step := range fourSteps {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			w := settled(t)
			before := w.describe(t, readerName)
			current := w.holder(t, readerName, "AWSCURRENT")
			w.clock.Advance(time.Hour)
			w.rotator.setFail(map[string]error{step: errStep})
			token := w.rotate(t, readerName)
			err := w.store.Settle(t.Context())
			var failed *secretsmanager.RotationError
			if !errors.As(err, &failed) || failed.Secret != readerName || failed.Step != step || !errors.Is(err, errStep) {
				t.Fatalf("got %v, want the secret, the step and the cause", err)
			}
			if got := w.holder(t, readerName, "AWSPENDING"); got != token {
				t.Errorf("AWSPENDING: got %q, want the token", got)
			}
			if got := w.holder(t, readerName, "AWSCURRENT"); got != current {
				t.Errorf("AWSCURRENT has moved to %s", got)
			}
			if got := w.describe(t, readerName); !got.LastRotatedDate.Equal(*before.LastRotatedDate) {
				t.Errorf("LastRotatedDate has moved to %v", got.LastRotatedDate)
			}
			log := w.log.String()
			if !strings.Contains(log, "step="+step) || !strings.Contains(log, errStep.Error()) || strings.Contains(log, secretText) {
				t.Errorf("the log needs the step and the error and no value:\n%s", log)
			}
			_, err = w.secrets.RotateSecret(t.Context(), &awssecretsmanager.RotateSecretInput{SecretId: aws.String(readerName)})
			is[*types.InvalidRequestException](t, err)
		})
	}
}

// TestRotateSecretTakesUpAFailedRotation closes the store after the refusal: Close begins nothing,
// and waits for what runs.
func TestRotateSecretTakesUpAFailedRotation(t *testing.T) {
	t.Parallel()
	w := settled(t)
	w.rotator.setFail(map[string]error{fourSteps[2]: errStep})
	token := w.rotate(t, readerName)
	if err := w.store.Settle(t.Context()); err == nil {
		t.Fatal("got no error")
	}
	w.rotator.setFail(nil)
	_, err := w.secrets.RotateSecret(t.Context(), &awssecretsmanager.RotateSecretInput{SecretId: aws.String(readerName)})
	is[*types.InvalidRequestException](t, err)
	if err := w.store.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := w.holder(t, readerName, "AWSCURRENT"); got != token {
		t.Errorf("AWSCURRENT is on %s, want the version of the rotation that had failed", got)
	}
}

// TestRotateSecretTakesUpALabelSetByHand holds the refusal to its word for a version that no
// rotation has made.
func TestRotateSecretTakesUpALabelSetByHand(t *testing.T) {
	t.Parallel()
	w := settled(t)
	labelled := w.put(t, readerName, "by hand", "AWSPENDING")
	before := countSteps(w, "createSecret", readerARN)
	_, err := w.secrets.RotateSecret(t.Context(), &awssecretsmanager.RotateSecretInput{SecretId: aws.String(readerName)})
	is[*types.InvalidRequestException](t, err)
	if err := w.store.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := countSteps(w, "createSecret", readerARN); got != before+1 {
		t.Errorf("%d rotations have begun, want one", got-before)
	}
	if got := w.holder(t, readerName, "AWSCURRENT"); got != labelled {
		t.Errorf("AWSCURRENT is on %s, want the version with the label", got)
	}
}

func TestAFailedRotationIsTakenUpAtTheNextStart(t *testing.T) {
	t.Parallel()
	for _, step := range fourSteps {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.rotator.setFail(map[string]error{step: errStep})
			if err := w.store.Settle(t.Context()); err == nil {
				t.Fatal("got no error")
			}
			token := w.holder(t, readerName, "AWSPENDING")
			again := w.restarted(t)
			again.settle(t)
			if got := again.holder(t, readerName, "AWSCURRENT"); got != token {
				t.Errorf("AWSCURRENT: got %s, want the token of the rotation that failed, %s", got, token)
			}
			if again.describe(t, readerName).LastRotatedDate == nil {
				t.Error("LastRotatedDate is missing")
			}
		})
	}
}

func TestRemovingThePendingLabelGivesUpARotation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.rotator.setFail(map[string]error{"testSecret": errStep})
	_ = w.store.Settle(t.Context())
	w.rotator.setFail(nil)
	failed := w.holder(t, readerName, "AWSPENDING")
	_, err := w.secrets.UpdateSecretVersionStage(t.Context(), &awssecretsmanager.UpdateSecretVersionStageInput{
		SecretId: aws.String(readerName), VersionStage: aws.String("AWSPENDING"), RemoveFromVersionId: &failed,
	})
	if err != nil {
		t.Fatal(err)
	}
	again := w.restarted(t)
	again.settle(t)
	if countSteps(again, "createSecret", readerARN) != 0 {
		t.Error("the next start has taken up a rotation that was given up")
	}
	token := w.rotate(t, readerName)
	w.settleOnly(t, readerName)
	if got := w.holder(t, readerName, "AWSCURRENT"); got != token {
		t.Errorf("AWSCURRENT: got %s, want %s", got, token)
	}
}

// settleOnly waits for the rotation of one secret, whatever becomes of others.
func (w *world) settleOnly(t testing.TB, name string) {
	t.Helper()
	err := w.store.Settle(t.Context())
	if err != nil && strings.Contains(err.Error(), name) {
		t.Fatal(err)
	}
}

func TestAFunctionThatMovesNothingHasFailed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(w *world) { w.rotator.lazy = true })
	if err := w.store.Settle(t.Context()); !errors.Is(err, secretsmanager.ErrNotCurrent) {
		t.Errorf("got %v, want ErrNotCurrent", err)
	}
	if w.holder(t, readerName, "AWSPENDING") == "" || w.describe(t, readerName).LastRotatedDate != nil {
		t.Error("the rotation counts as done")
	}
}

func TestRotateImmediatelyFalseOnlyTests(t *testing.T) {
	t.Parallel()
	w := settled(t)
	before, current := len(w.rotator.seen()), w.holder(t, readerName, "AWSCURRENT")
	release, running := blockRotator(w)
	token := uuid.NewString()
	_, err := w.secrets.RotateSecret(t.Context(), &awssecretsmanager.RotateSecretInput{
		SecretId: aws.String(readerName), ClientRequestToken: &token, RotateImmediately: aws.Bool(false),
		RotationRules: &types.RotationRulesType{AutomaticallyAfterDays: aws.Int64(7)},
	})
	if err != nil {
		t.Fatal(err)
	}
	<-running
	if got := w.holder(t, readerName, "AWSPENDING"); got != token {
		t.Errorf("AWSPENDING during the test: got %q, want the token", got)
	}
	close(release)
	w.settle(t)
	if events := w.rotator.seen()[before:]; len(events) != 1 || events[0].Step != "testSecret" {
		t.Errorf("got %+v, want the step testSecret alone", events)
	}
	if w.holder(t, readerName, "AWSPENDING") != "" || w.holder(t, readerName, "AWSCURRENT") != current {
		t.Error("the temporary version has left a label")
	}
	if got := w.describe(t, readerName).RotationRules.AutomaticallyAfterDays; aws.ToInt64(got) != 7 {
		t.Errorf("AutomaticallyAfterDays: got %d, want the new 7", aws.ToInt64(got))
	}
}

func TestARotationRunsUntilItsFunctionHasEnded(t *testing.T) {
	t.Parallel()
	w := settled(t)
	w.rotator.mu.Lock()
	w.rotator.finished = func(ctx context.Context) { // AWSCURRENT has moved, and finishSecret still runs
		_, err := w.secrets.RotateSecret(ctx, &awssecretsmanager.RotateSecretInput{SecretId: aws.String(readerName)})
		is[*types.InvalidRequestException](t, err)
	}
	w.rotator.mu.Unlock()
	w.rotate(t, readerName)
	w.settle(t)
}

func TestRotateSecretRefuses(t *testing.T) {
	t.Parallel()
	w := settled(t)
	rotate := func(in awssecretsmanager.RotateSecretInput) error {
		_, err := w.secrets.RotateSecret(t.Context(), &in)
		return err
	}
	is[*types.ResourceNotFoundException](t, rotate(awssecretsmanager.RotateSecretInput{SecretId: aws.String("nobody")}))
	is[*types.InvalidRequestException](t, rotate(awssecretsmanager.RotateSecretInput{SecretId: aws.String(plainName)}))
	is[*types.InvalidParameterException](t, rotate(awssecretsmanager.RotateSecretInput{
		SecretId: aws.String(readerName), RotationRules: &types.RotationRulesType{AutomaticallyAfterDays: aws.Int64(1001)},
	}))
	if w.holder(t, plainName, "AWSPENDING") != "" {
		t.Error("a refused rotation has left AWSPENDING")
	}
}

// What stands in docs/architecture.md: there is no secret before the current one until the second
// rotation.
func TestPreviousIsThePlaceholderUntilTheSecondRotation(t *testing.T) {
	t.Parallel()
	w := settled(t)
	first := w.value(t, readerName, "AWSCURRENT")
	if got := w.value(t, readerName, "AWSPREVIOUS"); got != "{}" || first == "{}" {
		t.Errorf("after the first rotation: current %q, previous %q", first, got)
	}
	w.rotate(t, readerName)
	if err := w.store.Close(t.Context()); err != nil { // waits for it
		t.Fatal(err)
	}
	if got := w.value(t, readerName, "AWSPREVIOUS"); got != first {
		t.Errorf("after the second rotation: previous %q, want %q", got, first)
	}
}

func TestRotateReturnsWhenTheRotationHasEnded(t *testing.T) {
	t.Parallel()
	w := settled(t)
	release, running := blockRotator(w)
	ended := make(chan error, 1)
	go func() { ended <- w.store.Rotate(t.Context(), readerARN) }()
	<-running
	if !w.store.Rotating(readerARN) || w.store.Rotating(writerARN) || w.store.Rotating("nothing") {
		t.Error("it is not the reader's secret alone that is being rotated")
	}
	var refused *secretsmanager.Error
	if err := w.store.Rotate(t.Context(), readerARN); !errors.As(err, &refused) {
		t.Errorf("another rotation at the same time: %v", err)
	}
	before := w.holder(t, readerName, "AWSCURRENT")
	close(release)
	if err := <-ended; err != nil || w.holder(t, readerName, "AWSCURRENT") == before || w.store.Rotating(readerARN) {
		t.Errorf("after it: %v", err)
	}
	w.rotator.setFail(map[string]error{"testSecret": errors.New("broken")})
	if failed, ok := errors.AsType[*secretsmanager.RotationError](w.store.Rotate(t.Context(), readerARN)); !ok || failed.Step != "testSecret" {
		t.Errorf("a step that fails: %v", failed)
	}
}
