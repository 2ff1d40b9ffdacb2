package secretsmanager_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awssecretsmanager "github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"cognito-m2m/internal/secretsmanager"
)

func TestNothingChangesThatCannotBeSaved(t *testing.T) {
	t.Parallel()
	w := settled(t)
	current, previous := w.holder(t, readerName, "AWSCURRENT"), w.holder(t, readerName, "AWSPREVIOUS")
	before := w.describe(t, readerName).VersionIdsToStages
	events := len(w.rotator.seen())
	w.disk.setBroken(true)
	_, putErr := w.secrets.PutSecretValue(t.Context(), &awssecretsmanager.PutSecretValueInput{SecretId: aws.String(readerName), SecretString: aws.String("lost")})
	_, updateErr := w.secrets.UpdateSecretVersionStage(t.Context(), &awssecretsmanager.UpdateSecretVersionStageInput{
		SecretId: aws.String(readerName), VersionStage: aws.String("AWSCURRENT"), MoveToVersionId: &previous, RemoveFromVersionId: &current,
	})
	_, rotateErr := w.secrets.RotateSecret(t.Context(), &awssecretsmanager.RotateSecretInput{SecretId: aws.String(readerName)})
	for _, err := range []error{putErr, updateErr, rotateErr} {
		is[*types.InternalServiceError](t, err)
		if err != nil && strings.Contains(err.Error(), errDiskFull.Error()) {
			t.Errorf("the caller hears the cause: %v", err)
		}
	}
	if !strings.Contains(w.log.String(), errDiskFull.Error()) {
		t.Error("the log does not have the cause")
	}
	if diff := cmp.Diff(before, w.describe(t, readerName).VersionIdsToStages); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(w.rotator.seen()) != events {
		t.Error("a rotation runs that was not saved")
	}
	w.disk.setBroken(false)
	if id := w.put(t, readerName, "kept"); w.holder(t, readerName, "AWSCURRENT") != id {
		t.Error("the store does not recover")
	}
}

func TestARotationWhoseEndCannotBeSaved(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(w *world) { w.config.Secrets = w.config.Secrets[:1] })
	w.disk.breakAt = func(state secretsmanager.State) bool { return !state.Secrets[readerARN].RotatedAt.IsZero() }
	if err := w.store.Settle(t.Context()); err == nil {
		t.Error("got no error")
	}
	if w.describe(t, readerName).LastRotatedDate != nil {
		t.Error("the rotation counts as ended, which the next start does not know")
	}
	again := w.restarted(t, func(next *world) { next.config.Secrets = next.config.Secrets[:1] })
	again.settle(t)
	if again.describe(t, readerName).LastRotatedDate == nil {
		t.Error("the next start has not ended the rotation")
	}
}

func TestNewFailsIfTheStateCannotBeSaved(t *testing.T) {
	t.Parallel()
	broken := &disk{broken: true}
	if _, err := secretsmanager.New(secretsmanager.Config{Save: broken.save, SaveChanged: broken.save}); err == nil || !strings.Contains(err.Error(), "saving the secrets") {
		t.Errorf("got %v, want that the secrets can't be saved", err)
	}
}

// TestLabelsUnderRandomCalls holds the rules of labels against a simple model: AWSCURRENT is on
// exactly one version, and AWSPREVIOUS on the one that lost it last.
func TestLabelsUnderRandomCalls(t *testing.T) {
	t.Parallel()
	for seed := range uint64(8) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(seed, 1))
			w := newWorld(t)
			versions := []string{w.holder(t, plainName, "AWSCURRENT")}
			current, previous := versions[0], ""
			moved := func(to string) {
				if to != current {
					current, previous = to, current
				}
			}
			for range 60 {
				switch target := versions[random.IntN(len(versions))]; random.IntN(4) {
				case 0:
					id := w.put(t, plainName, "value")
					versions = append(versions, id)
					moved(id)
				case 1:
					versions = append(versions, w.put(t, plainName, "value", "AWSPENDING"))
				default:
					from := versions[random.IntN(len(versions))]
					_, err := w.secrets.UpdateSecretVersionStage(t.Context(), &awssecretsmanager.UpdateSecretVersionStageInput{
						SecretId: aws.String(plainName), VersionStage: aws.String("AWSCURRENT"), MoveToVersionId: &target, RemoveFromVersionId: &from,
					})
					if (err == nil) != (from == current) {
						t.Fatalf("moving AWSCURRENT: got error %v although it is on the version: %v", err, from == current)
					}
					if err == nil {
						moved(target)
					}
				}
				if got := w.holder(t, plainName, "AWSCURRENT"); got != current {
					t.Fatalf("AWSCURRENT: got %s, want %s", got, current)
				}
				if got := w.holder(t, plainName, "AWSPREVIOUS"); got != previous {
					t.Fatalf("AWSPREVIOUS: got %s, want %s", got, previous)
				}
			}
		})
	}
}

// TestConcurrentCalls is for the race detector, and holds that one rotation of a secret runs at a
// time.
func TestConcurrentCalls(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var running sync.Map
	w.rotator.before = func(_ context.Context, event rotationEvent) error {
		if token, busy := running.LoadOrStore(event.SecretID, event.ClientRequestToken); busy && token != event.ClientRequestToken {
			t.Errorf("two rotations of %s run at once", event.SecretID)
		}
		if event.Step == "finishSecret" {
			running.Delete(event.SecretID)
		}
		return nil
	}
	var calls sync.WaitGroup
	for range 4 {
		for _, name := range []string{readerName, writerName} {
			calls.Go(func() {
				for range 10 {
					token := uuid.NewString()
					_, _ = w.secrets.RotateSecret(t.Context(), &awssecretsmanager.RotateSecretInput{SecretId: &name, ClientRequestToken: &token})
					_, _ = w.secrets.PutSecretValue(t.Context(), &awssecretsmanager.PutSecretValueInput{SecretId: &name, SecretString: &token, VersionStages: []string{"mine"}})
					_, _ = w.secrets.ListSecrets(t.Context(), &awssecretsmanager.ListSecretsInput{})
					w.holder(t, name, "AWSCURRENT")
				}
			})
		}
		calls.Go(func() { _ = w.store.Settle(t.Context()) })
	}
	calls.Wait()
	w.settle(t)
	for _, name := range []string{readerName, writerName} {
		current := w.holder(t, name, "AWSCURRENT")
		if pending := w.holder(t, name, "AWSPENDING"); current == "" || pending != "" && pending != current {
			t.Errorf("%s: current %q, pending %q", name, current, pending)
		}
	}
}
