package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/google/uuid"
)

// A pending version that can't become current stops every step, and a new rotation is the way out.
func TestPendingThatCanNotBecomeCurrent(t *testing.T) {
	t.Parallel()
	const credentials = `{"client_id":"CLIENT","client_secret":"0123456789abcdefghijklmn","client_secret_id":"gone--1","token_endpoint":"http://127.0.0.1/oauth2/token"}`
	cases := map[string]struct {
		value string // "" is none
		step  string
		want  string
	}{
		"create: its secret was deleted": {credentials, "createSecret", "no longer has the secret"},
		"finish: its secret was deleted": {credentials, "finishSecret", "no longer has the secret"},
		"create: of another client":      {strings.Replace(credentials, "CLIENT", "other", 1), "createSecret", "another app client"},
		"test: of another client":        {strings.Replace(credentials, "CLIENT", "other", 1), "testSecret", "another app client"},
		"finish: of another client":      {strings.Replace(credentials, "CLIENT", "other", 1), "finishSecret", "another app client"},
		"create: a placeholder":          {"{}", "createSecret", "not a client's credentials"},
		"test: a placeholder":            {"{}", "testSecret", "not a client's credentials"},
		"finish: no JSON":                {"text", "finishSecret", "not a client's credentials"},
		"finish: no value":               {"", "finishSecret", "no value"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, setup{})
			w.rotateWell()
			before, live := w.labels()[labelCurrent], w.liveIDs()
			token := w.pendingVersion(strings.ReplaceAll(c.value, "CLIENT", w.clientID))
			w.witness.sensitive("0123456789abcdefghijklmn")
			err := w.step(t.Context(), eventOf(t, c.step, token))
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "(m2m rotate reader --env dev --abandon)") {
				t.Fatalf("error %v, want %q and the way out", err, c.want)
			}
			if got := w.labels()[labelCurrent]; got != before || !slices.Equal(w.liveIDs(), live) {
				t.Errorf("AWSCURRENT %s, live %v, want %s and %v", got, w.liveIDs(), before, live)
			}
			w.down = false
			w.giveUp()
			w.rotateWell()
			w.wantSettled()
		})
	}
}

// pendingVersion begins a rotation whose function does not answer, and gives its version the value.
func (w *world) pendingVersion(value string) (token string) {
	w.t.Helper()
	w.down = true
	token = uuid.NewString()
	_, err := w.secrets.RotateSecret(w.t.Context(), &secretsmanager.RotateSecretInput{SecretId: aws.String(secretName), ClientRequestToken: &token})
	must(w.t, err)
	if err := w.store.Settle(w.t.Context()); err == nil {
		w.t.Fatal("the rotation did not fail")
	}
	if value != "" {
		_, err := w.secrets.PutSecretValue(w.t.Context(), &secretsmanager.PutSecretValueInput{
			SecretId: aws.String(secretName), ClientRequestToken: &token, SecretString: &value, VersionStages: []string{labelPending},
		})
		must(w.t, err)
	}
	return token
}
