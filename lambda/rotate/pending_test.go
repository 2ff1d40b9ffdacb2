package main

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/google/uuid"

	"cognito-m2m/client"
	"cognito-m2m/naming"
)

// A pending version that can't become current stops every step, and a new rotation is the way out.
func TestPendingThatCanNotBecomeCurrent(t *testing.T) {
	t.Parallel()
	const credentials = `{"client_id":"CLIENT","client_secret":"0123456789abcdefghijklmn","client_secret_id":"gone--1","token_endpoint":"http://127.0.0.1/oauth2/token"}`
	// LIVE is a secret of the client's, with a value of somebody's own and an endpoint that calls
	// it good.
	elsewhere := strings.NewReplacer("gone--1", "LIVE", "http://127.0.0.1/oauth2/token", anyToken(t)).Replace(credentials)
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
		"test: another endpoint":         {elsewhere, "testSecret", "token_endpoint does not belong to user pool " + poolID},
		"finish: another endpoint":       {elsewhere, "finishSecret", "token_endpoint does not belong to user pool " + poolID},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, setup{})
			w.rotateWell()
			before, live := w.labels()[naming.CurrentLabel], w.liveIDs()
			token := w.pendingVersion(strings.NewReplacer("CLIENT", w.clientID, "LIVE", live[0]).Replace(c.value))
			w.witness.sensitive("0123456789abcdefghijklmn")
			err := w.step(t.Context(), eventOf(t, c.step, token))
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "(m2m rotate reader --env dev --abandon)") {
				t.Fatalf("error %v, want %q and the way out", err, c.want)
			}
			if got := w.labels()[naming.CurrentLabel]; got != before || !slices.Equal(w.liveIDs(), live) {
				t.Errorf("AWSCURRENT %s, live %v, want %s and %v", got, w.liveIDs(), before, live)
			}
			w.down = false
			w.giveUp()
			w.rotateWell()
			w.wantSettled()
		})
	}
}

// anyToken is a token endpoint that has a token for everybody.
func anyToken(t *testing.T) (url string) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(rw, `{"access_token":"any","token_type":"Bearer","expires_in":3600}`)
	}))
	t.Cleanup(server.Close)
	return server.URL + "/oauth2/token"
}

// Either domain of the pool is its own; nothing else is, and no secret is sent there. Of the two
// the prefix domain is asked, for a new custom one does not answer in time.
func TestOnlyThePoolsOwnEndpoints(t *testing.T) {
	t.Parallel()
	for endpoint, own := range map[string]bool{
		"https://auth.example.com/oauth2/token":                           true,
		"https://m2m-dev.auth.us-east-1.amazoncognito.com/oauth2/token":   true,
		"http://auth.example.com/oauth2/token":                            false,
		"https://auth.example.com/other":                                  false,
		"https://auth.example.com:8443/oauth2/token":                      false,
		"https://m2m-dev.auth.eu-west-1.amazoncognito.com/oauth2/token":   false,
		"https://auth.example.com@elsewhere.example/oauth2/token":         false,
		"https://m2m-dev2.auth.us-east-1.amazoncognito.com/oauth2/token":  false,
		"https://elsewhere.example/https://auth.example.com/oauth2/token": false,
		"https://auth.example.com/oauth2/token/../../elsewhere":           false,
	} {
		asked := ""
		transport := roundTrips(func(r *http.Request) (*http.Response, error) {
			if operationOf(r) == "DescribeUserPool" {
				return refusal(r, http.StatusOK, `{"UserPool":{"Domain":"m2m-dev","CustomDomain":"auth.example.com"}}`), nil
			}
			asked = r.URL.String()
			return refusal(r, http.StatusOK, `{"access_token":"any","token_type":"Bearer"}`), nil
		})
		r := newRotator(settings{
			sdk: sdkConfig("https://aws.example", &http.Client{Transport: transport}), tokens: transport,
			backoff: backoff{first: time.Millisecond, longest: time.Millisecond}, poolID: poolID, now: time.Now, log: io.Discard,
		})
		err := r.try(t.Context(), client.Credentials{ClientID: "c", ClientSecret: "s3cr3t-v4lu3", TokenEndpoint: endpoint})
		const prefix = "https://m2m-dev.auth.us-east-1.amazoncognito.com/oauth2/token"
		if own && (err != nil || asked != prefix) || !own && (!errors.As(err, new(stuck)) || asked != "") {
			t.Errorf("%s: error %v, asked %q", endpoint, err, asked)
		}
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
			SecretId: aws.String(secretName), ClientRequestToken: &token, SecretString: &value, VersionStages: []string{naming.PendingLabel},
		})
		must(w.t, err)
	}
	return token
}
