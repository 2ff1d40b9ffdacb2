package cognito_test

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"cognito-m2m/internal/cognito"
	"cognito-m2m/internal/cognito/cognitotest"
	"cognito-m2m/internal/m2mtest"
)

const (
	poolID = "eu-central-1_Ab1Cd2Ef3"
	issuer = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Ab1Cd2Ef3"

	readerID        = "1readerid0000000000000000a"
	readerSecret    = "1readersecret00000000000000000000000000000000000000a"
	readerNewSecret = "1readersecret00000000000000000000000000000000000000b"
	writerID        = "1writerid0000000000000000a"
	writerSecret    = "custom_secret+with+plus+signs"
)

// issuedAt is what the servers' clock shows. It has a fraction, which no claim may show.
var issuedAt = time.Date(2031, 2, 3, 4, 5, 6, 789, time.UTC)

// pool is a user pool that listens on this machine, and what it has logged.
type pool struct {
	url    string
	log    *m2mtest.Buffer
	server *cognito.Server
}

// baseConfig describes a pool with one resource server and two clients: reader with two live
// secrets and every kind of scope, writer with a custom secret and a short-lived token.
func baseConfig(log io.Writer) cognito.Config {
	return cognito.Config{
		UserPool:        cognito.UserPool{ID: poolID, Region: "eu-central-1", Domain: "m2m-test"},
		ResourceServers: []cognito.ResourceServer{{Identifier: "test-api", Scopes: []string{"read", "write"}}, {Identifier: "https://api.example.com/v1", Scopes: []string{"*"}}},
		Clients: []cognito.Client{
			{
				ID: readerID, Name: "reader", Secrets: secretsOf(readerID, readerSecret, readerNewSecret),
				AllowedOAuthFlowsUserPoolClient: true, AllowedOAuthFlows: []string{"client_credentials"},
				AllowedOAuthScopes: []string{"test-api/read", "test-api/gone", "openid", "https://api.example.com/v1/*"},
			},
			{
				ID: writerID, Name: "writer", Secrets: secretsOf(writerID, writerSecret),
				AllowedOAuthFlowsUserPoolClient: true, AllowedOAuthFlows: []string{"client_credentials"},
				AllowedOAuthScopes: []string{"test-api/write"}, AccessTokenValidity: 30 * time.Minute,
			},
		},
		Keys:    cognitotest.Keys(),
		BaseURL: "http://127.0.0.1:4001",
		Now:     func() time.Time { return issuedAt },
		Log:     slog.New(slog.NewJSONHandler(log, nil)),
	}
}

// secretsOf gives a client secrets that were made a minute apart, the last one a minute before
// issuedAt.
func secretsOf(clientID string, values ...cognito.Secret) []cognito.ClientSecret {
	var secrets []cognito.ClientSecret
	for i, value := range values {
		created := issuedAt.Truncate(time.Millisecond).Add(time.Duration(i-len(values)) * time.Minute)
		secrets = append(secrets, cognito.ClientSecret{ID: cognito.NewClientSecretID(clientID, created), CreateDate: created, Value: value})
	}
	return secrets
}

// startPool serves baseConfig, changed by edit, on a port of its own.
func startPool(t *testing.T, edits ...func(*cognito.Config)) pool {
	t.Helper()
	log := &m2mtest.Buffer{}
	config := baseConfig(log)
	listener := httptest.NewUnstartedServer(nil)
	config.BaseURL = "http://" + listener.Listener.Addr().String()
	for _, edit := range edits {
		edit(&config)
	}
	server, err := cognito.New(config)
	if err != nil {
		t.Fatal(err)
	}
	listener.Config.Handler = server
	listener.Start()
	t.Cleanup(listener.Close)
	return pool{url: listener.URL, log: log, server: server}
}

// response is what came back, read to the end.
type response struct {
	status int
	header http.Header
	body   string
}

// send does not follow redirects. Unlike do, it may be called from any goroutine.
func (p pool) send(request *http.Request) (response, error) {
	got, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		return response{}, err
	}
	body, err := io.ReadAll(got.Body)
	if err := errors.Join(err, got.Body.Close()); err != nil {
		return response{}, err
	}
	return response{status: got.StatusCode, header: got.Header, body: string(body)}, nil
}

func (p pool) do(t *testing.T, request *http.Request) response {
	t.Helper()
	got, err := p.send(request)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func (p pool) request(t *testing.T, method, path, body string) *http.Request {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, p.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return request
}

// formRequest is a token request with this body and, if secret is not empty, Basic authentication.
func (p pool) formRequest(t *testing.T, body, id, secret string) *http.Request {
	t.Helper()
	request := p.request(t, http.MethodPost, "/oauth2/token", body)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if secret != "" {
		request.SetBasicAuth(id, secret)
	}
	return request
}

// token gets an access token for a client, with the scope if it is not empty.
func (p pool) token(t *testing.T, id, secret, scope string) string {
	t.Helper()
	form := url.Values{"grant_type": {"client_credentials"}}
	if scope != "" {
		form.Set("scope", scope)
	}
	got := p.do(t, p.formRequest(t, form.Encode(), id, secret))
	if got.status != http.StatusOK {
		t.Fatalf("token request: got %d %s, want 200", got.status, got.body)
	}
	var body struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal([]byte(got.body), &body); err != nil {
		t.Fatal(err)
	}
	return body.AccessToken
}

func TestPathsThatThePoolDoesNotHave(t *testing.T) {
	t.Parallel()
	p := startPool(t)
	for _, path := range []string{"/", "/oauth2/token/", "/oauth2/authorize", "/eu-central-1_Another12/.well-known/jwks.json", "//oauth2/token"} {
		if got := p.do(t, p.request(t, http.MethodPost, path, "")).status; got != http.StatusNotFound {
			t.Errorf("POST %s: got %d, want 404", path, got)
		}
	}
}

func TestPoolWithoutDomainHasNoTokenEndpoint(t *testing.T) {
	t.Parallel()
	p := startPool(t, func(c *cognito.Config) { c.UserPool.Domain = "" })
	checkRefused(t, p.do(t, p.formRequest(t, grant, readerID, readerSecret)))
	if got := p.do(t, p.request(t, http.MethodGet, "/"+poolID+"/.well-known/openid-configuration", "")).status; got != http.StatusOK {
		t.Errorf("discovery: got %d, want 200", got)
	}
}
