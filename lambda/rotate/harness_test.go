package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"cognito-m2m/client"
	"cognito-m2m/internal/awsapi"
	"cognito-m2m/internal/awsapi/awsapitest"
	"cognito-m2m/internal/cognito"
	"cognito-m2m/internal/cognito/cognitotest"
	"cognito-m2m/internal/m2mtest"
	local "cognito-m2m/internal/secretsmanager"
	"cognito-m2m/naming"
)

const (
	poolID      = "us-east-1_Ab1Cd2Ef3"
	secretName  = "m2m/dev/reader"
	secretARN   = "arn:aws:secretsmanager:us-east-1:123456789012:secret:m2m/dev/reader-Ab1Cd2"
	functionARN = "arn:aws:lambda:us-east-1:123456789012:function:rotate"
)

func TestMain(m *testing.M) {
	debug.SetGCPercent(400) // little of what 2,000 rotations allocate lives on
	m2mtest.AtOnce(8)       // they wait between attempts
	os.Exit(m.Run())
}

// world is the local Cognito and Secrets Manager behind their listeners, with this package as
// rotation function.
type world struct {
	t        *testing.T
	clientID string
	pool     *cognito.Server
	store    *local.Store
	users    *cognitoidentityprovider.Client
	secrets  *secretsmanager.Client
	rotator  *rotator
	tokens   *tokenServer
	witness  *witness
	faults   *faults
	recovery recovery
	down     bool               // every step fails
	rotated  bool               // the schedule's first rotation was begun
	held     client.Credentials // what callers have, where no label tells it

	clock atomic.Int64 // how far everybody's clock is ahead of this machine's

	mu      sync.Mutex
	state   local.State // as last saved
	failure error       // of the last step
}

func (w *world) now() time.Time { return time.Now().Add(time.Duration(w.clock.Load())) }

func (w *world) tokenURL() string { return w.tokens.URL + "/oauth2/token" }

// later lets time pass.
func (w *world) later(passed time.Duration) { w.clock.Add(int64(passed)) }

// recovery is what Secrets Manager does about a step that crashed.
type recovery int

const (
	failRotation recovery = iota // the rotation fails, and goes on from its first step when it is taken up
	repeatStep                   // the step is run again
	newRotation                  // no step runs any more until somebody takes the label away and rotates again
)

// setup is what may differ between two worlds.
type setup struct {
	pool   func(*cognito.Config)
	secret func(*local.Secret)
	state  local.State // of the world before
	handle func(*settings)
	like   *world // begins as this one is now, and has its token endpoint
}

// tokenServer is at the address that the secrets' values have. Worlds that are like each other take
// turns with it.
type tokenServer struct {
	*httptest.Server

	pool atomic.Pointer[cognito.Server]
}

func newTokenServer(t *testing.T) *tokenServer {
	t.Helper()
	e := &tokenServer{}
	e.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { e.pool.Load().ServeHTTP(w, r) }))
	t.Cleanup(e.Close)
	return e
}

func newWorld(t *testing.T, s setup) *world {
	t.Helper()
	w := &world{t: t, witness: newWitness(t), faults: &faults{base: http.DefaultTransport}}
	w.faults.token = w.witness.sensitive
	log := slog.New(slog.NewJSONHandler(w.witness, nil))

	if s.like != nil {
		w.takeOver(&s)
	} else {
		w.tokens = newTokenServer(t)
	}
	w.pool = w.newPool(s, w.tokens.URL, log)
	w.tokens.pool.Store(w.pool)
	w.store = w.newStore(s, log)
	apiURL := awsapitest.Serve(t, awsapi.Config{
		JSON: []awsapi.JSONService{awsapitest.SecretsManager(w.store), awsapitest.Cognito(w.pool)},
		Log:  log,
	})
	t.Cleanup(func() { must(t, w.store.Close(context.WithoutCancel(t.Context()))) })

	sdk := sdkConfig(apiURL, http.DefaultClient)
	w.users, w.secrets = cognitoidentityprovider.NewFromConfig(sdk), secretsmanager.NewFromConfig(sdk)
	given := settings{
		sdk:           sdkConfig(apiURL, &http.Client{Transport: w.faults}),
		tokens:        w.faults,
		backoff:       backoff{first: time.Millisecond, longest: 5 * time.Millisecond},
		poolID:        poolID,
		tokenEndpoint: w.tokenURL(),
		grace:         new(time.Duration), // tests rotate one moment after the other
		now:           w.now,
		log:           w.witness,
	}
	if s.handle != nil {
		s.handle(&given)
	}
	w.rotator = newRotator(given)
	return w
}

// takeOver has the world begin where another one is, as after a restart of both services.
func (w *world) takeOver(s *setup) {
	before := s.like
	before.mu.Lock()
	defer before.mu.Unlock()
	w.tokens, w.held = before.tokens, before.held
	w.clock.Store(before.clock.Load())
	secrets := before.pool.ClientSecrets(before.clientID)
	for _, secret := range secrets {
		w.witness.sensitive(string(secret.Value))
	}
	s.state = before.state
	s.pool = func(c *cognito.Config) { c.Clients[0].ID, c.Clients[0].Secrets = before.clientID, secrets }
}

// sdkConfig tries a call again, as a function on Lambda does.
func sdkConfig(url string, client *http.Client) aws.Config {
	config := awsapitest.SDK(url)
	config.Retryer, config.HTTPClient = nil, client
	return config
}

func (w *world) newPool(s setup, baseURL string, log *slog.Logger) *cognito.Server {
	w.t.Helper()
	config := cognito.Config{
		UserPool:        cognito.UserPool{ID: poolID, Region: "us-east-1", Domain: "m2m-dev"},
		ResourceServers: []cognito.ResourceServer{{Identifier: "test-api", Scopes: []string{"read", "write"}}},
		Clients:         []cognito.Client{w.newClient()},
		Keys:            cognitotest.Keys(),
		BaseURL:         baseURL,
		Now:             w.now,
		Log:             log,
		SaveSecrets: func(_ string, secrets []cognito.ClientSecret) error {
			for _, secret := range secrets {
				w.witness.sensitive(string(secret.Value))
			}
			return nil
		},
	}
	if s.pool != nil {
		s.pool(&config)
	}
	w.clientID = config.Clients[0].ID
	pool, err := cognito.New(config)
	must(w.t, err)
	return pool
}

// newClient is an app client as a deployment makes it: with the one secret that Cognito generates.
func (w *world) newClient() cognito.Client {
	w.t.Helper()
	id, err := cognito.NewClientID(rand.Reader)
	must(w.t, err)
	secret, err := cognito.NewClientSecret(rand.Reader)
	must(w.t, err)
	w.witness.sensitive(string(secret))
	created := time.Now().Add(-time.Hour)
	return cognito.Client{
		ID: id, Name: "reader", AllowedOAuthFlowsUserPoolClient: true,
		Secrets:            []cognito.ClientSecret{{ID: cognito.NewClientSecretID(id, created), CreateDate: created, Value: secret}},
		AllowedOAuthFlows:  []string{"client_credentials"},
		AllowedOAuthScopes: []string{"test-api/write", "test-api/read"},
	}
}

func (w *world) newStore(s setup, log *slog.Logger) *local.Store {
	w.t.Helper()
	secret := local.Secret{
		ARN: secretARN, Name: secretName, Initial: "{}",
		Tags:     map[string]string{client.ClientIDTag: w.clientID},
		Rotation: &local.Rotation{FunctionARN: functionARN, Function: w, AutomaticallyAfterDays: 30, RotateImmediately: true},
	}
	if s.secret != nil {
		s.secret(&secret)
	}
	w.rotated = len(s.state.Secrets) > 0
	if s.like != nil {
		w.rotated = s.like.rotated
	}
	save := func(state local.State) error { // of one secret, all has changed that there is
		w.mu.Lock()
		defer w.mu.Unlock()
		w.state = state
		return nil
	}
	store, err := local.New(local.Config{
		Secrets: []local.Secret{secret}, State: s.state, Now: w.now, Log: log, Save: save, SaveChanged: save,
	})
	must(w.t, err)
	return store
}

var errCrashed = errors.New("the function crashed")

// Invoke runs a step as Lambda does, and is what Secrets Manager calls.
func (w *world) Invoke(ctx context.Context, payload []byte) (response []byte, requestID string, err error) {
	defer func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.failure = err
	}()
	if w.down {
		return nil, "", errors.New("the function is down")
	}
	err = w.step(ctx, payload)
	if !errors.Is(err, errCrashed) {
		return nil, "", err
	}
	w.down = w.recovery == newRotation
	if w.recovery == repeatStep {
		err = w.step(ctx, payload)
	}
	return nil, "", err
}

// step runs a step in a goroutine of its own, which is what a crash ends.
func (w *world) step(ctx context.Context, payload []byte) error {
	var e event
	must(w.t, json.Unmarshal(payload, &e))
	w.witness.sensitive(string(e.RotationToken))
	err := errCrashed
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, failure := lambda.NewHandler(w.rotator.Handle).Invoke(ctx, payload)
		err = failure
	}()
	<-done
	if err != nil {
		fmt.Fprintln(w.witness, err)
	}
	return err
}

// rotate runs a rotation to its end: the one that a deployment starts the first time, then those of
// RotateSecret.
func (w *world) rotate() error {
	w.t.Helper()
	if w.rotated {
		_, err := w.secrets.RotateSecret(w.t.Context(), &secretsmanager.RotateSecretInput{SecretId: aws.String(secretName)})
		must(w.t, err)
	}
	w.rotated = true
	defer w.later(time.Second) // what comes next is not of the same millisecond
	if err := w.store.Settle(w.t.Context()); err != nil {
		return err
	}
	// A rotation that has withdrawn before Settle looked is none that it could tell of.
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.failure
}

// rotateWell rotates and wants no error.
func (w *world) rotateWell() {
	w.t.Helper()
	if err := w.rotate(); err != nil {
		w.t.Fatal(err)
	}
}

// tokenStatus is the status of a token request with the credentials.
func (w *world) tokenStatus(credentials client.Credentials) int {
	w.t.Helper()
	form := url.Values{"grant_type": {"client_credentials"}}.Encode()
	request, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, credentials.TokenEndpoint, strings.NewReader(form))
	must(w.t, err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.SetBasicAuth(credentials.ClientID, string(credentials.ClientSecret))
	response, err := http.DefaultClient.Do(request)
	must(w.t, err)
	must(w.t, response.Body.Close())
	return response.StatusCode
}

// wantSettled wants what every rotation has to end with: an AWSCURRENT of this client that gets a
// token, at most two live secrets, and no rotation under way.
func (w *world) wantSettled() {
	w.t.Helper()
	current := w.mustCredentials(naming.CurrentLabel)
	if current.ClientID != w.clientID {
		w.t.Errorf("AWSCURRENT is for client %s, want %s", current.ClientID, w.clientID)
	}
	if status := w.tokenStatus(current); status != http.StatusOK {
		w.t.Errorf("token request with AWSCURRENT: status %d", status)
	}
	live := w.liveIDs()
	if len(live) > 2 || !slices.Contains(live, current.ClientSecretID) {
		w.t.Errorf("live secrets %v, want at most two and among them %s", live, current.ClientSecretID)
	}
	labels := w.labels()
	if pending := labels[naming.PendingLabel]; pending != "" && pending != labels[naming.CurrentLabel] {
		w.t.Errorf("AWSPENDING is on %s, AWSCURRENT on %s", pending, labels[naming.CurrentLabel])
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
