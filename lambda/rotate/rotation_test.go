package main

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/client"
	"cognito-m2m/naming"
)

func TestFirstRotationFillsTheSecret(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	original := w.pool.ClientSecrets(w.clientID)[0]
	if _, err := w.credentials(naming.CurrentLabel); err != client.ErrNotRotated { //nolint:errorlint // it is returned as such
		t.Fatalf("before: %v, want ErrNotRotated", err)
	}
	begun := time.Now().Add(-time.Second)
	w.rotateWell()
	w.wantSettled()

	got := w.mustCredentials(naming.CurrentLabel)
	live := w.pool.ClientSecrets(w.clientID)
	if len(live) != 1 || live[0].ID == original.ID {
		t.Fatalf("live secrets %v, want only the new one", w.liveIDs())
	}
	if got.RotatedAt.Before(begun) || got.RotatedAt.After(time.Now()) || got.RotatedAt.Location() != time.UTC {
		t.Errorf("rotated at %s", got.RotatedAt)
	}
	want := client.Credentials{
		ClientID: w.clientID, ClientSecret: live[0].Value, ClientSecretID: live[0].ID,
		TokenEndpoint: w.tokenURL(), Scopes: []string{"test-api/read", "test-api/write"},
		Issuer: "https://cognito-idp.us-east-1.amazonaws.com/" + poolID, RotatedAt: got.RotatedAt,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("value (-want +got):\n%s", diff)
	}
	if pending := w.labels()[naming.PendingLabel]; pending != "" {
		t.Errorf("AWSPENDING is still on %s", pending)
	}
	got.ClientSecret = original.Value
	if status := w.tokenStatus(got); status != http.StatusBadRequest {
		t.Errorf("the client's first secret: status %d, want 400", status)
	}
}

func TestPreviousSecretIsValidUntilTheNextRotation(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.rotateWell()
	for range 3 {
		before := w.mustCredentials(naming.CurrentLabel)
		w.rotateWell()
		w.wantSettled()
		if got := w.mustCredentials(naming.PreviousLabel); got.ClientSecretID != before.ClientSecretID {
			t.Errorf("AWSPREVIOUS names %s, want %s", got.ClientSecretID, before.ClientSecretID)
		}
		if status := w.tokenStatus(before); status != http.StatusOK {
			t.Errorf("the secret before: status %d, want 200", status)
		}
		if want := []string{before.ClientSecretID, w.mustCredentials(naming.CurrentLabel).ClientSecretID}; !slices.Equal(w.liveIDs(), want) {
			t.Errorf("live %v, want %v", w.liveIDs(), want)
		}
	}
}

func TestEachStepLogsOneLine(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.rotateWell()
	version := w.labels()[naming.CurrentLabel]
	line := func(step, outcome string) map[string]any {
		return map[string]any{
			"level": "INFO", "msg": "rotation step", "secret": secretName, "clientId": w.clientID,
			"step": step, "versionId": version, "outcome": outcome,
		}
	}
	want := []map[string]any{
		line("createSecret", "created"), line("setSecret", "nothing to do"),
		line("testSecret", "tested"), line("finishSecret", "finished"),
	}
	got := w.witness.steps(t)
	for _, l := range got {
		delete(l, "time")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("logged (-want +got):\n%s", diff)
	}
}

// The design's order of calls: nothing comes between a new secret and its being stored, and what is
// not needed any more goes before the label moves and after the new secret got a token in the last
// step.
func TestOrderOfCalls(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.rotateWell()
	add := slices.Index(w.faults.calls, "AddUserPoolClientSecret")
	if add < 0 || w.faults.calls[add+1] != "PutSecretValue" {
		t.Errorf("calls %v, want PutSecretValue right after AddUserPoolClientSecret", w.faults.calls)
	}
	remove, promote := slices.Index(w.faults.calls, "DeleteUserPoolClientSecret"), slices.Index(w.faults.calls, "UpdateSecretVersionStage")
	if remove < 0 || remove > promote {
		t.Errorf("calls %v, want DeleteUserPoolClientSecret before UpdateSecretVersionStage", w.faults.calls)
	}
	var tokens []int
	for at, call := range w.faults.calls {
		if call == "token" {
			tokens = append(tokens, at)
		}
	}
	if len(tokens) != 2 || tokens[1] > remove {
		t.Errorf("calls %v, want two tokens, the second before anything is deleted", w.faults.calls)
	}
}
