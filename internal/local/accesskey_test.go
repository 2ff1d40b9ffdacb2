package local_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/smithy-go"

	"cognito-m2m/internal/run"
	"cognito-m2m/internal/serving"
	"cognito-m2m/internal/serving/servingtest"
)

// TestAccessKeyOfTheEnvironment: one key, the same in every run and wherever it is told, which
// opens what no other opens.
func TestAccessKeyOfTheEnvironment(t *testing.T) {
	t.Parallel()
	state, dir := t.TempDir(), servingtest.AssemblyDir(t, nil)
	first := runOnce(t, state, dir)
	_, second := start(t, serving.Config{StateDir: state}, dir)
	if first.AccessKeyID != second.AccessKeyID || first.SecretAccessKey != second.SecretAccessKey {
		t.Error("the second run has another access key")
	}
	found, err := run.Find(state, "dev")
	if err != nil || found.APIURL != second.APIURL || found.JWKSURI != second.JWKSURI || found.PID != os.Getpid() {
		t.Errorf("found %+v, %v", found, err)
	}
	if err != nil || found.AWSAccessKeyID != second.AccessKeyID || found.AWSSecretAccessKey != second.SecretAccessKey {
		t.Errorf("run.json has another access key, or none: %v", err)
	}
	for _, name := range []string{"run.json", "state.json"} {
		info, err := os.Stat(filepath.Join(state, "dev", name))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: mode %v, %v, want 0600", name, info.Mode(), err)
		}
	}
	_, other := start(t, serving.Config{Ephemeral: true}, dir)
	if other.AccessKeyID == second.AccessKeyID || other.SecretAccessKey == second.SecretAccessKey {
		t.Error("another environment has the same access key")
	}
	list := func(key *serving.Description) error {
		api := secretsmanager.New(secretsmanager.Options{
			Region: second.Region, BaseEndpoint: &second.AWSEndpoint, Credentials: keyOf(key), Retryer: aws.NopRetryer{},
		})
		_, err := api.ListSecrets(t.Context(), &secretsmanager.ListSecretsInput{})
		return err
	}
	if err := list(second); err != nil {
		t.Errorf("the run's own key: %v", err)
	}
	refused, ok := errors.AsType[smithy.APIError](list(other))
	if !ok || refused.ErrorCode() != "UnrecognizedClientException" {
		t.Errorf("the key of another environment: %v", refused)
	}
}

// TestAccessKeyOfAnOlderState: a state from before there was a key gets one, and keeps it.
func TestAccessKeyOfAnOlderState(t *testing.T) {
	t.Parallel()
	state, dir := t.TempDir(), servingtest.AssemblyDir(t, nil)
	before := runOnce(t, state, dir)
	file := filepath.Join(state, "dev", "state.json")
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var document map[string]any
	if err := json.Unmarshal(raw, &document); err != nil {
		t.Fatal(err)
	}
	delete(document, "aws_access_key")
	if raw, err = json.Marshal(document); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	first, second := runOnce(t, state, dir), runOnce(t, state, dir)
	if first.AccessKeyID == "" || first.AccessKeyID == before.AccessKeyID || first.AccessKeyID != second.AccessKeyID || first.SecretAccessKey != second.SecretAccessKey {
		t.Errorf("key %q, then %q", first.AccessKeyID, second.AccessKeyID)
	}
	if first.UserPoolID != before.UserPoolID {
		t.Error("the rest of the state is lost")
	}
}
