package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/google/uuid"

	"cognito-m2m/client"
	"cognito-m2m/internal/cognito"
	local "cognito-m2m/internal/secretsmanager"
	"cognito-m2m/naming"
)

// What no rotation can cure is refused before anything is changed, with the secret, the step and
// the way out.
func TestRefusals(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		setup setup
		want  []string
	}{
		"no tag": {
			setup{secret: func(s *local.Secret) { s.Tags = nil }},
			[]string{"createSecret", "no tag m2m:client-id", "deploy the stack again"},
		},
		"tag of another pool's client": {
			setup{secret: func(s *local.Secret) { s.Tags[client.ClientIDTag] = "5uo8kmcd2l6h5e3s6a7q0m4k1n" }},
			[]string{"createSecret", poolID, "no app client 5uo8kmcd2l6h5e3s6a7q0m4k1n", "m2m:client-id"},
		},
		"tag of another client": {
			setup{
				pool: func(c *cognito.Config) { c.Clients[0].Name = "orders" },
			},
			[]string{"createSecret", `which is called "orders" and so does not belong to this secret`, "who changed the tag"},
		},
		"no domain": {
			setup{
				pool:   func(c *cognito.Config) { c.UserPool.Domain = "" },
				handle: func(s *settings) { s.tokenEndpoint = "" },
			},
			[]string{"createSecret", poolID, "no domain", "give it a domain"},
		},
		"no scope": {
			setup{pool: withoutScopes},
			[]string{"createSecret", "has no scope", "give it a scope"},
		},
		"another pool": {
			setup{handle: func(s *settings) { s.poolID = "us-east-1_Zz9Zz9Zz9" }},
			[]string{"createSecret", "us-east-1_Zz9Zz9Zz9"},
		},
		"OAuth off": {
			setup{pool: func(c *cognito.Config) { c.Clients[0].AllowedOAuthFlowsUserPoolClient = false }},
			[]string{"testSecret", "/oauth2/token: status 400 invalid_grant", "OAuth settings"},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, c.setup)
			before := w.liveIDs()
			err := w.rotate()
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range append(c.want, secretName, "(m2m rotate reader --env dev") {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q does not say %q", err, want)
				}
			}
			if got := w.liveIDs(); !slices.Contains(got, before[0]) || strings.Contains(err.Error(), "createSecret") && len(got) != 1 {
				t.Errorf("live %v, before %v", got, before)
			}
		})
	}
}

// The tag of a secret may be changed in the middle of a rotation, too: then its last step would
// delete the secrets of another client.
func TestTagChangedBeforeTheLastStep(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.rotateWell()
	w.rotateWell()
	live, before := w.liveIDs(), w.labels()[naming.CurrentLabel]
	value, err := json.Marshal(w.mustCredentials(naming.CurrentLabel))
	must(t, err)
	token := w.pendingVersion(string(value))
	w.faults.answer = func(operation string, r *http.Request) *http.Response {
		if operation != "DescribeUserPoolClient" {
			return nil
		}
		return refusal(r, http.StatusOK, `{"UserPoolClient":{"ClientName":"orders","AllowedOAuthScopes":["test-api/read"]}}`)
	}
	err = w.step(t.Context(), eventOf(t, "finishSecret", token))
	if err == nil || !strings.Contains(err.Error(), `is called "orders"`) || !slices.Equal(w.liveIDs(), live) || w.labels()[naming.CurrentLabel] != before {
		t.Errorf("error %v; live %v, before %v", err, w.liveIDs(), live)
	}
}

// What may have happened to a secret or a client between two rotations, and still ends well.
func TestRotationAfter(t *testing.T) {
	t.Parallel()
	cases := map[string]func(w *world){
		"a value that is no JSON":              func(w *world) { w.put("changed by hand") },
		"a value that is another JSON":         func(w *world) { w.put(`["client_id"]`) },
		"a value without its end":              func(w *world) { w.put(`{"client_id":`) },
		"the placeholder again":                func(w *world) { w.put("{}") },
		"a value of another client":            func(w *world) { w.put(`{"client_id":"other","client_secret_id":"other--1"}`) },
		"the label moved back":                 (*world).rollBack,
		"the current secret deleted by hand":   func(w *world) { w.deleteByHand(w.mustCredentials(naming.CurrentLabel).ClientSecretID) },
		"the previous secret deleted by hand":  func(w *world) { w.deleteByHand(w.mustCredentials(naming.PreviousLabel).ClientSecretID) },
		"a secret added in the previous one's": func(w *world) { w.deleteByHand(w.mustCredentials(naming.PreviousLabel).ClientSecretID); w.addByHand() },
	}
	for name, happen := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, setup{})
			w.rotateWell()
			w.rotateWell()
			happen(w)
			usable := w.usable()
			w.rotateWell()
			w.wantSettled()
			w.wantUsable(usable)
			w.rotateWell()
			w.wantSettled()
		})
	}
}

func withoutScopes(c *cognito.Config) {
	only := &c.Clients[0]
	only.AllowedOAuthFlowsUserPoolClient, only.AllowedOAuthFlows, only.AllowedOAuthScopes = false, nil, nil
}

func (w *world) rollBack() {
	w.t.Helper()
	labels := w.labels()
	current, previous := labels[naming.CurrentLabel], labels[naming.PreviousLabel]
	_, err := w.secrets.UpdateSecretVersionStage(w.t.Context(), &secretsmanager.UpdateSecretVersionStageInput{
		SecretId: aws.String(secretName), VersionStage: aws.String(naming.CurrentLabel), MoveToVersionId: &previous, RemoveFromVersionId: &current,
	})
	must(w.t, err)
}

func eventOf(t *testing.T, step, token string) []byte {
	t.Helper()
	payload, err := json.Marshal(map[string]string{"Step": step, "SecretId": secretARN, "ClientRequestToken": token})
	must(t, err)
	return payload
}

func TestEventsThatAreNoRotation(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.rotateWell()
	old := w.labels()[naming.CurrentLabel]
	w.rotateWell()
	for name, payload := range map[string][]byte{
		"unknown version": eventOf(t, "createSecret", uuid.NewString()),
		"earlier version": eventOf(t, "finishSecret", old),
		"unknown step":    eventOf(t, "rotate", old),
		"no version":      eventOf(t, "createSecret", ""),
		"no event":        []byte(`{}`),
	} {
		if err := w.step(t.Context(), payload); err == nil || !strings.Contains(err.Error(), "rotate again") && !strings.Contains(err.Error(), "RotateSecret") {
			t.Errorf("%s: error %v", name, err)
		}
	}
	w.wantSettled()
}

// A step that is run again has nothing left to do, whichever it is and however far the rotation is.
func TestRepeatedSteps(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.rotateWell()
	token := w.pendingVersion("")
	for _, steps := range [][]string{
		{"createSecret", "createSecret"},
		{"setSecret", "createSecret"},
		{"testSecret", "testSecret", "createSecret"},
		{"finishSecret", "finishSecret", "createSecret", "setSecret", "testSecret"},
	} {
		for _, step := range steps {
			must(t, w.step(t.Context(), eventOf(t, step, token)))
		}
	}
	w.wantSettled()
	adds := slices.DeleteFunc(slices.Clone(w.faults.calls), func(call string) bool { return call != "AddUserPoolClientSecret" })
	if len(adds) != 2 || w.labels()[naming.CurrentLabel] != token {
		t.Errorf("%d secrets added, want one in each of two rotations", len(adds))
	}
}

// RotateSecret with RotateImmediately=false runs testSecret alone, on a version without a value.
func TestConfigurationTest(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{secret: func(s *local.Secret) { s.Rotation.RotateImmediately = false }})
	live := w.liveIDs()
	w.rotateWell()
	lines := w.witness.steps(t)
	if len(lines) != 1 || lines[0]["outcome"] != "configuration tested" || !slices.Equal(w.liveIDs(), live) {
		t.Errorf("steps %v, live %v", lines, w.liveIDs())
	}

	broken := newWorld(t, setup{
		secret: func(s *local.Secret) { s.Rotation.RotateImmediately = false },
		pool:   withoutScopes,
	})
	if err := broken.rotate(); err == nil || !strings.Contains(err.Error(), "no scope") {
		t.Errorf("error %v", err)
	}
}

// While a rotation runs another is refused. The same step at the same time, which Lambda's delivery
// allows, may cost the rotation but never the secret in use.
func TestTwoAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.rotateWell()
	w.rotateWell()
	usable := w.usable()
	token := w.pendingVersion("")
	_, err := w.secrets.RotateSecret(t.Context(), &secretsmanager.RotateSecretInput{SecretId: aws.String(secretName)})
	if codeOf(err) != "InvalidRequestException" {
		t.Errorf("second rotation: %v", err)
	}
	var steps sync.WaitGroup
	for range 3 {
		steps.Go(func() { _ = w.step(context.WithoutCancel(t.Context()), eventOf(t, "createSecret", token)) })
	}
	steps.Wait()
	w.wantUsable(usable)
	w.down = false
	w.giveUp()
	w.rotateWell()
	w.wantSettled()
	w.wantUsable(usable)
}

// A third secret: whoever adds one whenever there is room wins, and is named as the cause.
func TestSomebodyElseAddsSecrets(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		times int
		fails bool
	}{"twice": {2, false}, "always": {1000, true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, setup{})
			w.rotateWell()
			usable, times := w.usable(), c.times
			w.faults.answer = func(operation string, _ *http.Request) *http.Response {
				if operation == "AddUserPoolClientSecret" && times > 0 {
					times--
					w.addByHand()
				}
				return nil
			}
			err := w.rotate()
			if failed := err != nil; failed != c.fails || failed && !strings.Contains(err.Error(), "who else adds secrets") {
				t.Errorf("error %v", err)
			}
			w.wantUsable(usable)
			if len(w.liveIDs()) > 2 {
				t.Errorf("live %v", w.liveIDs())
			}
		})
	}
}

func TestBrokenEnvironment(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	handle := newHandler(t.Context(), func(name string) string { return map[string]string{"GRACE_HOURS": "a day"}[name] }, &log)
	err := handle(t.Context(), event{Step: "createSecret", SecretID: secretARN, ClientRequestToken: "v"})
	for _, variable := range []string{"USER_POOL_ID", "GRACE_HOURS"} {
		if err == nil || !strings.Contains(err.Error(), variable) || !strings.Contains(log.String(), variable) {
			t.Errorf("error %v, log %q, want %s", err, log.String(), variable)
		}
	}
	if errors.As(err, new(*callError)) {
		t.Error("a call was made")
	}
}
