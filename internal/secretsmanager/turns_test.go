package secretsmanager_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awssecretsmanager "github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/secretsmanager"
)

// nine has nine secrets to rotate, c0 to c8, and the plain one. begun gets the name of each secret
// whose rotation runs its first step, which waits for a value of release.
func nine(w *world) (begun chan string, release chan struct{}) {
	reader, plain := w.config.Secrets[0], w.config.Secrets[2]
	w.config.Secrets = []secretsmanager.Secret{plain}
	for i := range 9 {
		secret := reader
		secret.Name = fmt.Sprintf("c%d", i)
		secret.ARN = strings.Replace(readerARN, readerName, secret.Name, 1)
		w.config.Secrets = append(w.config.Secrets, secret)
	}
	begun, release = make(chan string, 100), make(chan struct{})
	w.rotator.before = func(ctx context.Context, event rotationEvent) error {
		if event.Step != "createSecret" {
			return nil
		}
		_, name, _ := strings.Cut(event.SecretID, ":secret:")
		begun <- name[:len(name)-len("-Ab1Cd2")]
		select {
		case <-release:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return begun, release
}

func take(from chan string, n int) (taken []string) {
	for range n {
		taken = append(taken, <-from)
	}
	return slices.Sorted(slices.Values(taken))
}

// TestRotationsOfATemplateTakeTurns: all begin at once, and four at a time run. Whose secret is
// asked for is next, and who asks for a rotation does not wait for the others.
func TestRotationsOfATemplateTakeTurns(t *testing.T) {
	t.Parallel()
	var begun chan string
	var release chan struct{}
	var running, most atomic.Int64
	w := newWorld(t, func(w *world) { begun, release = nine(w) })
	block := w.rotator.before
	w.rotator.mu.Lock()
	w.rotator.before = func(ctx context.Context, event rotationEvent) error {
		if event.Step == "createSecret" {
			most.Store(max(most.Load(), running.Add(1)))
		}
		return block(ctx, event)
	}
	w.rotator.finished = func(context.Context) { running.Add(-1) }
	w.rotator.mu.Unlock()
	settled := make(chan error, 1)
	go func() { settled <- w.store.Settle(t.Context()) }()

	if diff := cmp.Diff([]string{"c0", "c1", "c2", "c3"}, take(begun, 4)); diff != "" {
		t.Errorf("the first (-want +got):\n%s", diff)
	}
	for i := range 9 {
		if w.holder(t, fmt.Sprintf("c%d", i), "AWSPENDING") == "" {
			t.Errorf("the rotation of c%d has not begun", i)
		}
	}
	w.value(t, "c8", "AWSCURRENT")
	if release <- struct{}{}; <-begun != "c8" {
		t.Error("the secret that was asked for is not the next one")
	}
	token := w.holder(t, "c7", "AWSPENDING")
	if _, err := w.secrets.RotateSecret(t.Context(), &awssecretsmanager.RotateSecretInput{SecretId: aws.String("c7"), ClientRequestToken: &token}); err != nil {
		t.Errorf("resuming a rotation that waits: %v", err)
	}
	if release <- struct{}{}; <-begun != "c7" {
		t.Error("the rotation that was asked for again is not the next one")
	}
	if got := most.Load(); got > 4 {
		t.Errorf("%d run at the same time", got)
	}
	if _, err := w.secrets.RotateSecret(t.Context(), &awssecretsmanager.RotateSecretInput{SecretId: aws.String(plainName), RotationLambdaARN: aws.String(functionARN)}); err != nil {
		t.Fatal(err)
	}
	if name := <-begun; name != plainName {
		t.Errorf("%s is rotated, and not the one that somebody has asked for", name)
	}
	close(release)
	if err := <-settled; err != nil {
		t.Error(err)
	}
	for i := range 9 {
		if name := fmt.Sprintf("c%d", i); w.describe(t, name).LastRotatedDate == nil {
			t.Errorf("%s is not rotated", name)
		}
	}
}

// TestClosedBeforeItsTurn: those that run end, the others don't begin. The next start takes these
// up with their tokens, and leaves the others alone.
func TestClosedBeforeItsTurn(t *testing.T) {
	t.Parallel()
	var begun chan string
	var release chan struct{}
	w := newWorld(t, func(w *world) { begun, release = nine(w) })
	settled, closed := make(chan error, 1), make(chan error, 1)
	notBegun := 0
	go func() {
		settled <- w.store.SettleEach(t.Context(), func(err error, left int) {
			if errors.Is(err, secretsmanager.ErrClosed) {
				notBegun++
			} else if err != nil {
				t.Error(err)
			}
			if left == 4 { // those that have no turn end first
				close(release)
			}
		})
	}()
	ran := take(begun, 4)
	tokens := map[string]string{}
	for i := range 9 {
		name := fmt.Sprintf("c%d", i)
		tokens[name] = w.holder(t, name, "AWSPENDING")
	}
	go func() { closed <- w.store.Close(t.Context()) }()
	for _, err := range []error{<-closed, <-settled} {
		if err != nil {
			t.Error(err)
		}
	}
	if notBegun != 5 {
		t.Errorf("%d had no turn, want 5", notBegun)
	}
	again := w.restarted(t, func(next *world) {
		nine(next)
		next.rotator.before = nil
	})
	again.settle(t)
	for name, token := range tokens {
		if got := again.holder(t, name, "AWSCURRENT"); got != token {
			t.Errorf("%s: AWSCURRENT is %q, want the version that was begun, %q", name, got, token)
		}
		arn := aws.ToString(again.describe(t, name).ARN)
		if got := countSteps(again, "createSecret", arn); (got == 0) != slices.Contains(ran, name) {
			t.Errorf("%s: rotated %d times by the next start", name, got)
		}
	}
}
