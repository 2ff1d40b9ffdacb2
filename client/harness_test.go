package client_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"testing"
	"time"

	"cognito-m2m/client"
	"cognito-m2m/internal/cognito"
	"cognito-m2m/internal/cognito/cognitotest"
	"cognito-m2m/internal/m2mtest"
)

const (
	poolID    = "eu-central-1_Ab1Cd2Ef3"
	clientID  = "1readerid0000000000000000a"
	oldSecret = "1oldsecret000000000000000000000000000000000000000a"
	newSecret = "1newsecret000000000000000000000000000000000000000b"
	lifetime  = time.Hour
)

func TestMain(m *testing.M) {
	if os.Getenv(shareVariable) != "" {
		shareToken()
		return
	}
	m2mtest.AtOnce(8) // they wait between attempts
	os.Exit(m.Run())
}

// pool is a user pool's token endpoint, with a door in front of it that counts the requests and can
// answer instead of the pool.
type pool struct {
	url string

	mu       sync.Mutex
	server   *cognito.Server
	requests []time.Time
	door     http.HandlerFunc // nil: open
}

// newPool knows the client by these secrets.
func newPool(t *testing.T, secrets ...cognito.Secret) *pool {
	t.Helper()
	p := &pool{url: "http://127.0.0.1:1"}
	p.know(t, secrets...)
	return p
}

// startPool is newPool on a port of its own.
func startPool(t *testing.T, secrets ...cognito.Secret) *pool {
	t.Helper()
	p := newPool(t, secrets...)
	listener := httptest.NewServer(p)
	t.Cleanup(listener.Close)
	p.url = listener.URL
	return p
}

// know replaces the secrets that the pool knows.
func (p *pool) know(t *testing.T, values ...cognito.Secret) {
	t.Helper()
	var secrets []cognito.ClientSecret
	for i, value := range values {
		created := time.Date(1999, 1, 1, 0, i, 0, 0, time.UTC)
		secrets = append(secrets, cognito.ClientSecret{ID: cognito.NewClientSecretID(clientID, created), CreateDate: created, Value: value})
	}
	server, err := cognito.New(cognito.Config{
		UserPool:        cognito.UserPool{ID: poolID, Region: "eu-central-1", Domain: "m2m-test"},
		ResourceServers: []cognito.ResourceServer{{Identifier: "orders", Scopes: []string{"read", "write"}}},
		Clients: []cognito.Client{{
			ID: clientID, Name: "reader", Secrets: secrets,
			AllowedOAuthFlowsUserPoolClient: true, AllowedOAuthFlows: []string{"client_credentials"},
			AllowedOAuthScopes: []string{"orders/read", "orders/write"}, AccessTokenValidity: lifetime,
		}},
		Keys:    cognitotest.Keys(),
		BaseURL: p.url,
	})
	if err != nil {
		t.Fatal(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.server = server
}

func (p *pool) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.requests = append(p.requests, time.Now())
	handler := http.Handler(p.server)
	if p.door != nil {
		handler = p.door
	}
	p.mu.Unlock()
	handler.ServeHTTP(w, r)
}

// answer makes the door answer every request, or opens it with nil.
func (p *pool) answer(door http.HandlerFunc) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.door = door
}

// asked is when token requests arrived.
func (p *pool) asked() []time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]time.Time(nil), p.requests...)
}

func (p *pool) credentials(secret client.Secret) client.Credentials {
	return client.Credentials{ClientID: clientID, ClientSecret: secret, TokenEndpoint: p.url + "/oauth2/token"}
}

// inProcess sends requests straight to a handler: for tests in which time is not real, where no
// network may be.
type inProcess struct{ http.Handler }

func (i inProcess) RoundTrip(request *http.Request) (*http.Response, error) {
	recorder := httptest.NewRecorder()
	received := request.Clone(request.Context())
	if received.Body == nil {
		received.Body = http.NoBody
	}
	defer received.Body.Close()
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		i.ServeHTTP(recorder, received)
	}()
	select {
	case <-answered:
		response := recorder.Result()
		response.Request = request
		return response, nil
	case <-request.Context().Done():
		<-answered
		return nil, request.Context().Err()
	}
}

// vault is a source whose credentials a test rotates; it counts how often it is read.
type vault struct {
	mu          sync.Mutex
	credentials client.Credentials
	err         error
	reads       int
}

func newVault(credentials client.Credentials) *vault { return &vault{credentials: credentials} }

func (v *vault) Credentials(context.Context) (client.Credentials, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.reads++
	return v.credentials, v.err
}

func (v *vault) hold(credentials client.Credentials, err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.credentials, v.err = credentials, err
}

func (v *vault) readCount() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.reads
}

// tokens is a token source for the client, which asks the pool in-process.
func (p *pool) tokens(t *testing.T, edits ...func(*client.Config)) *client.TokenSource {
	t.Helper()
	return newTokens(t, append([]func(*client.Config){func(c *client.Config) {
		c.Credentials = newVault(p.credentials(oldSecret))
		c.HTTPClient = &http.Client{Transport: inProcess{p}}
	}}, edits...)...)
}

func newTokens(t *testing.T, edits ...func(*client.Config)) *client.TokenSource {
	t.Helper()
	var config client.Config
	for _, edit := range edits {
		edit(&config)
	}
	tokens, err := client.NewTokenSource(config)
	if err != nil {
		t.Fatal(err)
	}
	return tokens
}

// token gets the value of a token that must be there.
func token(t *testing.T, tokens *client.TokenSource) string {
	t.Helper()
	got, err := tokens.TokenContext(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return got.AccessToken
}

func refuse(status int, code string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"error":%q}`, code)
	}
}

func wantAsked(t *testing.T, p *pool, want int) {
	t.Helper()
	if got := len(p.asked()); got != want {
		t.Errorf("token requests: got %d, want %d", got, want)
	}
}

func wantRefusal(t *testing.T, err error, status int, code string) {
	t.Helper()
	refusal, ok := errors.AsType[*client.RefusalError](err)
	if !ok || refusal.Status != status || refusal.Code != code {
		t.Errorf("got %v, want a refusal with %d %s", err, status, code)
	}
}
