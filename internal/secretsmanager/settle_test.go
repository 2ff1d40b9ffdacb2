package secretsmanager_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awssecretsmanager "github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
)

func TestSettleEndsWithItsContext(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, running := blockRotator(w)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-running
		cancel()
	}()
	if err := w.store.Settle(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	if err := w.store.Close(t.Context()); err != nil {
		t.Errorf("closing: %v", err)
	}
	w.restarted(t).settle(t)
}

func TestCloseWaitsForRotations(t *testing.T) {
	t.Parallel()
	w := settled(t)
	release, running := blockRotator(w)
	token := w.rotate(t, readerName)
	<-running
	closed := make(chan error)
	go func() { closed <- w.store.Close(t.Context()) }()
	close(release)
	if err := <-closed; err != nil {
		t.Fatal(err)
	}
	if got := w.holder(t, readerName, "AWSCURRENT"); got != token {
		t.Error("Close did not wait for the rotation")
	}
	_, err := w.secrets.RotateSecret(t.Context(), &awssecretsmanager.RotateSecretInput{SecretId: aws.String(readerName)})
	is[*types.InternalServiceError](t, err)
}

func TestCloseCutsARotationShort(t *testing.T) {
	t.Parallel()
	w := settled(t)
	_, running := blockRotator(w)
	token := w.rotate(t, readerName)
	<-running
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := w.store.Close(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	again := w.restarted(t)
	again.settle(t)
	if got := again.holder(t, readerName, "AWSCURRENT"); got != token {
		t.Error("the next start has not taken the rotation up")
	}
}

func TestCloseCutsSettleShort(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, running := blockRotator(w)
	settled := make(chan error, 1)
	go func() { settled <- w.store.Settle(context.Background()) }()
	<-running
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := w.store.Close(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("closing: got %v, want context.Canceled", err)
	}
	if err := <-settled; !errors.Is(err, context.Canceled) {
		t.Errorf("settling: got %v, want context.Canceled", err)
	}
}

// TestRestartAtEverySavedState starts anew on each state that a rotation has ever saved, which is
// every place where a crash can leave it.
func TestRestartAtEverySavedState(t *testing.T) {
	t.Parallel()
	w := settled(t)
	token := w.rotate(t, readerName)
	w.settle(t)
	states := w.disk.all()
	if len(states) < 10 {
		t.Fatalf("got %d states, want one for each change of three rotations", len(states))
	}
	for i, state := range states {
		again := newWorld(t, func(next *world) { next.config.State = decodeState(t, state) })
		again.settle(t)
		got := again.describe(t, readerName)
		current := again.holder(t, readerName, "AWSCURRENT")
		if pending := again.holder(t, readerName, "AWSPENDING"); pending != "" && pending != current {
			t.Errorf("state %d: the rotation has not ended", i)
		}
		if got.LastRotatedDate == nil || again.value(t, readerName, "AWSCURRENT") != secretText+" "+current {
			t.Errorf("state %d: not rotated", i)
		}
	}
	last := newWorld(t, func(next *world) { next.config.State = decodeState(t, states[len(states)-1]) })
	last.settle(t)
	if last.holder(t, readerName, "AWSCURRENT") != token || slices.ContainsFunc(last.rotator.seen(), func(e rotationEvent) bool { return e.SecretID == readerARN }) {
		t.Error("a start after everything had ended has rotated again")
	}
}
