package local_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"cognito-m2m/internal/cognito"
	"cognito-m2m/internal/function"
	"cognito-m2m/internal/gateway"
	"cognito-m2m/internal/lambdapolicy"
	"cognito-m2m/internal/m2mtest"
	"cognito-m2m/internal/serving"
	"cognito-m2m/internal/serving/servingtest"
)

type rotation func(cognito.Keys) (*cognito.Keys, error)

func addKey(k cognito.Keys) (*cognito.Keys, error) { return k.WithNewSigningKey(rand.Reader) }

func dropKey(k cognito.Keys) (*cognito.Keys, error) { return k.WithoutOldestKey() }

// TestKeysRotatedBetweenRuns edits the keys in the state file.
func TestKeysRotatedBetweenRuns(t *testing.T) {
	t.Parallel()
	state, dir := t.TempDir(), servingtest.AssemblyDir(t, nil)
	// calls starts a run, makes calls with the tokens of earlier ones, and returns a token of this
	// one.
	calls := func(want map[string]int) string {
		runtime, d := start(t, serving.Config{StateDir: state}, dir)
		for token, want := range want {
			if got, body := servingtest.Status(t, d, "/test_jwt", token); got != want {
				t.Errorf("%d %s, want %d", got, body, want)
			}
		}
		issued := servingtest.Token(t, d, "reader")
		if err := runtime.Close(context.Background()); err != nil {
			t.Fatal(err)
		}
		return issued
	}
	old := calls(nil)
	rotateInState(t, state, addKey)
	renewed := calls(map[string]int{old: 200})
	rotateInState(t, state, dropKey)
	calls(map[string]int{old: 401, renewed: 200})
}

func rotateInState(t *testing.T, state string, rotate rotation) {
	t.Helper()
	file := filepath.Join(state, "dev", "state.json")
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var document map[string]any
	if err := json.Unmarshal(raw, &document); err != nil {
		t.Fatal(err)
	}
	for _, kept := range document["resources"].(map[string]any) {
		if kept := kept.(map[string]any); kept["keys"] != nil {
			kept["keys"] = rotated(t, kept["keys"], rotate)
		}
	}
	if raw, err = json.Marshal(document); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		t.Fatal(err)
	}
}

func rotated(t *testing.T, document any, rotate rotation) any {
	t.Helper()
	raw, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	var file map[string][]jose.JSONWebKey
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	keys, err := cognito.NewKeys(file["accessToken"], file["idToken"])
	if err != nil {
		t.Fatal(err)
	}
	changed, err := rotate(*keys)
	if err != nil {
		t.Fatal(err)
	}
	file["accessToken"], file["idToken"] = changed.JWKs()
	return file
}

// TestKeysRotatedUnderTheAuthorizer rotates the keys of a pool while the gateway before it goes on,
// as AWS does. The gateway may keep a key for two hours, and asks sooner only for one it does not
// know.
func TestKeysRotatedUnderTheAuthorizer(t *testing.T) {
	t.Parallel()
	clock := m2mtest.NewClock(time.Now())
	pool := newRotatingPool(t, clock)
	api := newAPIBehind(t, pool, clock)
	check := func(when, token string, want int) {
		t.Helper()
		if got, body := servingtest.Status(t, api, "/test_jwt", token); got != want {
			t.Errorf("%s: %d %s, want %d", when, got, body, want)
		}
	}
	old := servingtest.Token(t, pool.description, "reader")
	check("before the rotation", old, 200)

	pool.rotate(t, addKey)
	renewed := servingtest.Token(t, pool.description, "reader")
	clock.Advance(time.Minute) // within half a minute of the last fetch there is no other
	check("new key", renewed, 200)
	check("old key, published", old, 200)

	pool.rotate(t, dropKey)
	clock.Advance(2*time.Hour - time.Second)
	check("old key, dropped, in the authorizer's cache", old, 200)
	clock.Advance(time.Second)
	check("old key, dropped, after two hours", old, 401)
	check("new key, after two hours", renewed, 200)
}

// rotatingPool is a user pool whose server is replaced by one with other keys.
type rotatingPool struct {
	description *serving.Description // what token needs
	config      cognito.Config
	current     atomic.Pointer[cognito.Server]
}

func newRotatingPool(t *testing.T, clock *m2mtest.Clock) *rotatingPool {
	t.Helper()
	p := &rotatingPool{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.current.Load().ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	const id, secret = "reader", "abcdefghijklmnopqrstuvwxyz"
	p.description = &serving.Description{
		TokenEndpoint: server.URL + "/oauth2/token",
		Clients:       map[string]serving.Client{"reader": {ClientID: id, ClientSecret: secret}},
	}
	keys, err := cognito.GenerateKeys(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p.config = cognito.Config{
		UserPool:        cognito.UserPool{ID: "eu-central-1_Ab1Cd2Ef3", Region: "eu-central-1", Domain: "m2m-test"},
		ResourceServers: []cognito.ResourceServer{{Identifier: "test-api", Scopes: []string{"read"}}},
		Clients: []cognito.Client{{
			ID: id, Name: "reader", Secrets: []cognito.ClientSecret{{ID: cognito.NewClientSecretID(id, clock.Now()), CreateDate: clock.Now(), Value: secret}},
			AllowedOAuthFlowsUserPoolClient: true, AllowedOAuthFlows: []string{"client_credentials"},
			AllowedOAuthScopes: []string{"test-api/read"}, AccessTokenValidity: 24 * time.Hour,
		}},
		Keys:    keys,
		BaseURL: server.URL,
		Now:     clock.Now,
	}
	p.rotate(t, func(k cognito.Keys) (*cognito.Keys, error) { return &k, nil })
	return p
}

func (p *rotatingPool) rotate(t *testing.T, rotate rotation) {
	t.Helper()
	keys, err := rotate(*p.config.Keys)
	if err != nil {
		t.Fatal(err)
	}
	p.config.Keys = keys
	server, err := cognito.New(p.config)
	if err != nil {
		t.Fatal(err)
	}
	p.current.Store(server)
}

// newAPIBehind is an HTTP API with one route, whose authorizer trusts the pool.
func newAPIBehind(t *testing.T, pool *rotatingPool, clock *m2mtest.Clock) *serving.Description {
	t.Helper()
	const arn = "arn:aws:lambda:eu-central-1:123456789012:function:echo"
	issuer := "https://cognito-idp.eu-central-1.amazonaws.com/" + pool.config.UserPool.ID
	api, err := gateway.New(gateway.Config{
		API:          gateway.API{ID: "api", Region: "eu-central-1", AccountID: "123456789012"},
		Stages:       []gateway.Stage{{Name: "$default"}},
		Routes:       []gateway.Route{{Key: "GET /test_jwt", AuthorizationType: "JWT", AuthorizerID: "jwt", IntegrationID: "echo"}},
		Integrations: []gateway.Integration{{ID: "echo", FunctionARN: arn}},
		Authorizers: []gateway.Authorizer{{
			ID: "jwt", IdentitySource: []string{"$request.header.Authorization"},
			Issuer: issuer, Audience: []string{pool.config.Clients[0].ID},
		}},
		Permissions: []gateway.Permission{{FunctionARN: arn, Statement: lambdapolicy.Statement{Principal: "apigateway.amazonaws.com", Action: "lambda:InvokeFunction"}}},
		Functions:   map[string]gateway.Invoker{arn: echoFunction(t)},
		OIDC:        func(string) string { return pool.config.BaseURL + "/" + pool.config.UserPool.ID },
		Now:         clock.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(api)
	t.Cleanup(server.Close)
	return &serving.Description{APIURL: server.URL}
}

func echoFunction(t *testing.T) *function.Function {
	t.Helper()
	program, err := servingtest.Echo()
	if err != nil {
		t.Fatal(err)
	}
	bootstrap := filepath.Join(t.TempDir(), "bootstrap")
	m2mtest.WriteProgram(t, bootstrap, program)
	f, err := function.New(function.Config{Name: "echo", Bootstrap: bootstrap})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return f
}
