package secretsmanager_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awssecretsmanager "github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"cognito-m2m/internal/secretsmanager"
)

// TestDeclareWhileARotationRuns: the template changes under a rotation, which goes on.
func TestDeclareWhileARotationRuns(t *testing.T) {
	t.Parallel()
	w := settled(t)
	release, running := blockRotator(w)
	token := w.rotate(t, readerName)
	<-running
	const addedARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:added-Kl7Mn8"
	reader := w.config.Secrets[0]
	reader.Description = "another"
	if err := w.store.Declare([]secretsmanager.Secret{reader, {ARN: addedARN, Name: "added", Initial: "new"}}); err != nil {
		t.Fatal(err)
	}
	if got := w.value(t, "added", "AWSCURRENT"); got != "new" {
		t.Errorf("the added secret holds %q", got)
	}
	_, err := w.secrets.DescribeSecret(t.Context(), &awssecretsmanager.DescribeSecretInput{SecretId: aws.String(writerName)})
	is[*types.ResourceNotFoundException](t, err)
	close(release)
	if err := w.store.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := w.holder(t, readerName, "AWSCURRENT"); got != token {
		t.Error("the rotation did not end")
	}
	if got := aws.ToString(w.describe(t, readerName).Description); got != "another" {
		t.Errorf("the description is %q", got)
	}
	kept := w.disk.last(t).Secrets
	if len(kept) != 2 {
		t.Errorf("%d secrets are kept, want 2", len(kept))
	}
	if unfinished := kept[readerARN].Unfinished; unfinished != nil {
		t.Error("the end of the rotation was not kept")
	}
}

// TestApplySchedule begins a rotation without waiting for it, once for each schedule, and not
// beside an unfinished one.
func TestApplySchedule(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	release, running := blockRotator(w)
	for range 2 { // a deployment that was interrupted repeats its last step
		if err := w.store.ApplySchedule(readerARN); err != nil {
			t.Fatal(err)
		}
	}
	<-running
	secrets := w.config.Secrets
	another := *secrets[0].Rotation
	another.AutomaticallyAfterDays = 7
	secrets[0].Rotation = &another
	if err := w.store.Declare(secrets); err != nil {
		t.Fatal(err)
	}
	err := w.store.ApplySchedule(readerARN)
	var refused *secretsmanager.Error
	if !errors.As(err, &refused) || !strings.Contains(err.Error(), "A previous rotation isn't complete.") {
		t.Errorf("beside a rotation that runs: %v", err)
	}
	close(release)
	if err := w.store.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// TestDeclareThatCannotBeKept changes nothing.
func TestDeclareThatCannotBeKept(t *testing.T) {
	t.Parallel()
	w := settled(t)
	w.disk.setBroken(true)
	if err := w.store.Declare(nil); err == nil {
		t.Error("no error")
	}
	w.disk.setBroken(false)
	if got := w.value(t, plainName, "AWSCURRENT"); got != "first" {
		t.Errorf("the secret holds %q", got)
	}
}
