package main

import (
	"context"
	"maps"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/awsapi"
	"cognito-m2m/internal/awsapi/awsapitest"
	"cognito-m2m/internal/function"
	"cognito-m2m/internal/jwtauth/jwtauthtest"
	"cognito-m2m/internal/m2mtest"
)

func TestReadRoutes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]routes{
		`{"GET /a": ["x/read", "x/write"], "$default": []}` + "\n": {"GET /a": {"x/read", "x/write"}, "$default": {}},
		`{}`:                                    {},
		`{"GET /a": null}`:                      nil,
		`{"GET /a": "x/read"}`:                  nil,
		`{"GET /a": [1]}`:                       nil,
		`{"GET /a": ["x/read"], "GET /a": []}`:  nil,
		`{"GET /a": ["x/read"], "GET \/a": []}`: nil,
		`{"GET /a": []} {}`:                     nil,
		`{"GET /a": []}]`:                       nil,
		`{"GET /a": [`:                          nil,
		`[]`:                                    nil,
		`null`:                                  nil,
		``:                                      nil,
	} {
		got, err := readRoutes(fstest.MapFS{"scopes.json": {Data: []byte(text)}})
		if diff := cmp.Diff(want, got); diff != "" || (err == nil) != (want != nil) {
			t.Errorf("%s: error %v (-want +got):\n%s", text, err, diff)
		}
	}
	if _, err := readRoutes(fstest.MapFS{}); err == nil || !strings.Contains(err.Error(), "scopes.json") {
		t.Errorf("no file: %v", err)
	}
}

// variables are those of a function that works.
func variables(t *testing.T) map[string]string {
	t.Helper()
	folder := t.TempDir()
	m2mtest.Write(t, filepath.Join(folder, "scopes.json"), `{"GET /orders": ["test-api/read"]}`)
	return map[string]string{"ISSUER": jwtauthtest.IssuerURL, "REFUSED_PATH": "/m2m/dev/refused/", "LAMBDA_TASK_ROOT": folder}
}

func TestEnvironment(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		changes map[string]string
		fault   string // "" for none
	}{
		"as deployed":               {nil, ""},
		"keys of this machine":      {map[string]string{"JWKS_URI": "http://127.0.0.1:4001/pool/.well-known/jwks.json"}, ""},
		"keys elsewhere":            {map[string]string{"JWKS_URI": "https://keys.example.com/jwks.json"}, ""},
		"no issuer":                 {map[string]string{"ISSUER": ""}, "ISSUER"},
		"issuer without TLS":        {map[string]string{"ISSUER": "http://issuer.example.com"}, "ISSUER"},
		"keys without TLS":          {map[string]string{"JWKS_URI": "http://keys.example.com/jwks.json"}, "JWKS_URI"},
		"keys that look local":      {map[string]string{"JWKS_URI": "http://127.0.0.1.example.com/jwks.json"}, "JWKS_URI"},
		"keys in a file":            {map[string]string{"JWKS_URI": "file:///tmp/jwks.json"}, "JWKS_URI"},
		"keys at no URL":            {map[string]string{"JWKS_URI": "http://[::1"}, "JWKS_URI"},
		"no path":                   {map[string]string{"REFUSED_PATH": ""}, "REFUSED_PATH"},
		"path without a slash":      {map[string]string{"REFUSED_PATH": "/m2m/dev/refused"}, "REFUSED_PATH"},
		"path with two slashes":     {map[string]string{"REFUSED_PATH": "/m2m/dev/refused//"}, "REFUSED_PATH"},
		"path that begins nowhere":  {map[string]string{"REFUSED_PATH": "m2m/dev/refused/"}, "REFUSED_PATH"},
		"path of all":               {map[string]string{"REFUSED_PATH": "/"}, "REFUSED_PATH"},
		"no file of scopes":         {map[string]string{"LAMBDA_TASK_ROOT": "/nonexistent"}, "scopes.json"},
		"everything is left out":    {map[string]string{"ISSUER": "", "REFUSED_PATH": "", "LAMBDA_TASK_ROOT": "/nonexistent"}, "ISSUER"},
		"everything is left out, 2": {map[string]string{"ISSUER": "", "REFUSED_PATH": "", "LAMBDA_TASK_ROOT": "/nonexistent"}, "REFUSED_PATH"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all := variables(t)
			maps.Copy(all, c.changes)
			w := &world{log: &m2mtest.Buffer{}}
			w.authorizer = fromEnvironment(t.Context(), func(name string) string { return all[name] }, w.log)
			if c.fault == "" {
				if w.authorizer.fault != nil {
					t.Error(w.authorizer.fault)
				}
				return
			}
			w.authorizer.prepare(t.Context()) // asks for nothing
			if w.lets(t, readRoute, jwtauthtest.Sign(t, jwtauthtest.ValidClaims())) {
				t.Error("a request is let in")
			}
			w.wantOneLine(t, "x")
			if got := w.lastReason(t); !strings.Contains(got, c.fault) {
				t.Errorf("reason %q, want %s in it", got, c.fault)
			}
		})
	}
}

// accessKey is the key that awsapitest's servers know.
type accessKey struct{}

// Credentials implements function.CredentialsSource.
func (accessKey) Credentials() function.Credentials {
	return function.Credentials{AccessKeyID: awsapitest.Key.ID, SecretAccessKey: awsapitest.Key.Secret, Expires: time.Now().Add(time.Hour)}
}

// TestAsDeployed runs the program as Lambda does, with the file beside it, and has it call a pool
// and Systems Manager over HTTP.
func TestAsDeployed(t *testing.T) {
	t.Parallel()
	keys, list := newKeyServer(t), &parameters{}
	list.set("refusedclient")
	url := awsapitest.Serve(t, awsapi.Config{JSON: []awsapi.JSONService{awsapitest.SSM(list)}})
	environment := variables(t)
	folder := environment["LAMBDA_TASK_ROOT"]
	if err := m2mtest.BuildFunctions(filepath.Join(folder, "bootstrap"), "."); err != nil {
		t.Fatal(err)
	}
	delete(environment, "LAMBDA_TASK_ROOT") // Lambda's own
	environment["JWKS_URI"], environment["AWS_ENDPOINT_URL"] = keys.URL, url
	output := &m2mtest.Buffer{}
	f, err := function.New(function.Config{
		Name: "authorize", Bootstrap: filepath.Join(folder, "bootstrap"), Region: awsapitest.Region, Environment: environment, Output: output,
		Timeout: time.Minute, InitTimeout: time.Minute,
		Credentials: accessKey{},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	now := time.Now()
	token := func(client string) string {
		return jwtauthtest.Sign(t, jwtauthtest.With(map[string]any{"client_id": client, "iat": now.Unix() - 1, "exp": now.Add(time.Hour).Unix()}))
	}
	for client, want := range map[string]string{jwtauthtest.ClientID: `{"isAuthorized":true,"context":{"auth_time":`, "refusedclient": `{"isAuthorized":false}`} {
		answer, _, err := f.Invoke(t.Context(), request(t, readRoute, "Bearer "+token(client), readRoute))
		if err != nil || !strings.HasPrefix(string(answer), want) {
			t.Errorf("%s: got %s, %v; want %s; output: %s", client, answer, err, want, output)
		}
	}
	m2mtest.Eventually(t, "the line of the log", func() bool { return strings.Contains(output.String(), `"clientId":"refusedclient"`) })
	if list.asked.Load() != 1 || keys.asked.Load() != 1 {
		t.Errorf("%d reads of the list and %d of the keys, want 1 each", list.asked.Load(), keys.asked.Load())
	}
}
