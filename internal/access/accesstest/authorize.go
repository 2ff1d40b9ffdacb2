package accesstest

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"cognito-m2m/internal/access"
	"cognito-m2m/internal/awsapi"
	"cognito-m2m/internal/awsapi/awsapitest"
	"cognito-m2m/internal/function"
	"cognito-m2m/internal/m2mtest"
	"cognito-m2m/naming"
)

const authorizeARN = "arn:aws:lambda:" + Region + ":123456789012:function:" + naming.AuthorizerFunction

// AskFunction makes all routes ask the authorizer's function, which takes the tokens of all
// clients.
func AskFunction(e *access.Environment) {
	asked := *e.Routes[0].Authorizer
	asked.Name, asked.Function, asked.Remembered, asked.Audience, asked.Clients = "Function", true, time.Minute, nil, nil
	for _, c := range e.Clients {
		asked.Clients = append(asked.Clients, c.Name)
	}
	for i := range e.Routes {
		e.Routes[i].Authorizer = &asked
	}
}

// asksFunction says whether a route of the environment asks a function.
func asksFunction(e *access.Environment) bool {
	return slices.ContainsFunc(e.Routes, func(r access.Route) bool { return r.Authorizer != nil && r.Authorizer.Function })
}

// program is lambda/authorize for this machine, built when it is first asked for.
var program = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "m2m-access-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	bootstrap := filepath.Join(dir, "bootstrap")
	if err := m2mtest.BuildFunctions(bootstrap, "cognito-m2m/lambda/"+naming.AuthorizerFunction); err != nil {
		return nil, err
	}
	return os.ReadFile(bootstrap)
})

// Authorize is lambda/authorize in a process of its own, with the routes' scopes in its file. The
// user pool's keys are at jwksURL, and no client is refused.
func Authorize(t testing.TB, e *access.Environment, jwksURL string) Invoke {
	t.Helper()
	aws := awsapitest.Serve(t, awsapi.Config{JSON: []awsapi.JSONService{awsapitest.SSM(nobodyRefused{})}})
	f, err := function.New(function.Config{
		Name: naming.AuthorizerFunction, ARN: authorizeARN, Region: awsapitest.Region, Timeout: 10 * time.Second,
		Bootstrap: filepath.Join(deployed(t, e), "bootstrap"), Credentials: awsKey{},
		Environment: map[string]string{
			naming.IssuerVariable: Issuer, naming.JWKSVariable: jwksURL, naming.RefusedPathVariable: naming.RefusedPath(e.Name),
			"AWS_ENDPOINT_URL": aws,
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close(context.Background()) })
	return f.Invoke
}

// deployed is a folder with the function's files.
func deployed(t testing.TB, e *access.Environment) (root string) {
	t.Helper()
	bootstrap, err := program()
	if err != nil {
		t.Fatal(err)
	}
	scopes := map[string][]string{}
	for _, route := range e.Routes {
		scopes[route.Key] = append([]string{}, route.Scopes...)
	}
	raw, err := json.Marshal(scopes)
	if err != nil {
		t.Fatal(err)
	}
	root = t.TempDir()
	if err := os.WriteFile(filepath.Join(root, naming.ScopesFile), raw, 0o600); err != nil {
		t.Fatal(err)
	}
	// A process that another test starts meanwhile would have the file open for writing until it is
	// another program, and no system runs a file that is.
	file := filepath.Join(root, "bootstrap")
	syscall.ForkLock.RLock()
	err = os.WriteFile(file, bootstrap, 0o600)
	syscall.ForkLock.RUnlock()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(file, 0o700); err != nil { //nolint:gosec // a program
		t.Fatal(err)
	}
	return root
}

// awsKey is the key that the function signs with.
type awsKey struct{}

// Credentials implements function.CredentialsSource.
func (awsKey) Credentials() function.Credentials {
	return function.Credentials{AccessKeyID: awsapitest.Key.ID, SecretAccessKey: awsapitest.Key.Secret}
}

// nobodyRefused is a list of refused clients without an entry.
type nobodyRefused struct{}

// Call implements awsapi.JSONCaller.
func (nobodyRefused) Call(_ context.Context, operation string, _ []byte) (any, error) {
	if operation != "GetParametersByPath" {
		return nil, errors.New(operation + " is not what the function needs")
	}
	return map[string]any{"Parameters": []any{}}, nil
}
