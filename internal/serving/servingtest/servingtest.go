// Package servingtest is what the tests of both kinds of run need: the assembly of an environment
// that this machine can run, and calls of an environment that is served.
package servingtest

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"cognito-m2m/internal/m2mtest"
	"cognito-m2m/internal/serving"
)

// Report passes what a run says to the test's log, and keeps it. It is a serving.Reporter.
type Report struct {
	T        *testing.T
	Warnings []string // read it when the run is closed

	mu   sync.Mutex
	said []string
}

// Said is everything that has been said so far, a line each.
func (r *Report) Said() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.said)
}

// Step implements serving.Reporter.
func (r *Report) Step(name string) func() { r.T.Log(name); return func() {} }

// Note implements serving.Reporter.
func (r *Report) Note(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.said = append(r.said, text)
	r.T.Log(text)
}

// Warn implements serving.Reporter.
func (r *Report) Warn(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.said = append(r.said, text)
	r.Warnings = append(r.Warnings, text)
}

// Echo is the function of lambda/echo, built once for this machine.
var Echo = built("cognito-m2m/lambda/echo")

// built builds a function for this machine when it is first asked for.
func built(path string) func() ([]byte, error) {
	return sync.OnceValues(func() ([]byte, error) {
		dir, err := os.MkdirTemp("", "m2m-local-")
		if err != nil {
			return nil, err
		}
		defer os.RemoveAll(dir)
		bootstrap := filepath.Join(dir, "bootstrap")
		if err := m2mtest.BuildFunctions(bootstrap, path); err != nil {
			return nil, err
		}
		return os.ReadFile(bootstrap)
	})
}

// Architectures are Lambda's names for Go's.
var Architectures = map[string]string{"amd64": "x86_64", "arm64": "arm64"}

// AssemblyDir is a cloud assembly as CDK wrote it, with a function that this machine can run, and
// with a change to its Api template.
func AssemblyDir(t *testing.T, change func(Template)) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../assembly/testdata/synth")); err != nil {
		t.Fatal(err)
	}
	bootstrap, err := Echo()
	if err != nil {
		t.Fatal(err)
	}
	m2mtest.WriteProgram(t, Bootstrap(t, dir), bootstrap)
	ChangeTemplate(t, dir, func(api Template) {
		api.PropertiesOf("AWS::Lambda::Function")["Architectures"] = []string{Architectures[runtime.GOARCH]}
		if change != nil {
			change(api)
		}
	})
	return dir
}

// Template is a template of the assembly.
type Template map[string]any

// Resources are the template's, by logical id.
func (t Template) Resources() map[string]any { return t["Resources"].(map[string]any) }

// Outputs are the template's, by logical id.
func (t Template) Outputs() map[string]any { return t["Outputs"].(map[string]any) }

// PropertiesOf are the properties of the first resource of a type.
func (t Template) PropertiesOf(kind string) map[string]any {
	for _, resource := range t.Resources() {
		if r := resource.(map[string]any); r["Type"] == kind {
			return r["Properties"].(map[string]any)
		}
	}
	panic("no " + kind)
}

// Authorizer are the properties of the Api template's authorizer.
func (t Template) Authorizer() map[string]any {
	return t.Resources()["HttpApiJwt21C2E32E"].(map[string]any)["Properties"].(map[string]any)
}

// SetAudience makes the authorizer accept the tokens of some clients alone.
func (t Template) SetAudience(clients ...string) {
	var refs []any
	for _, id := range clients {
		refs = append(refs, map[string]any{"Ref": id})
	}
	t.Authorizer()["JwtConfiguration"].(map[string]any)["Audience"] = refs
}

// ReaderID and WriterID are the logical ids of two clients in the Api template.
const (
	ReaderID = "ClientReader83F45E8C"
	WriterID = "ClientWriter65B7410E"
)

// Rename moves the client reader to another logical id.
func Rename(api Template) {
	const to = "ClientReader00000000"
	api.Resources()[to] = api.Resources()[ReaderID]
	delete(api.Resources(), ReaderID)
	api.Outputs()["ClientIdReader"].(map[string]any)["Value"] = map[string]any{"Ref": to}
	api.SetAudience(to, WriterID)
}

// ChangeTemplate changes the Api template of the assembly in dir.
func ChangeTemplate(t *testing.T, dir string, change func(Template)) {
	t.Helper()
	m2mtest.ChangeJSON(t, m2mtest.Only(t, filepath.Join(dir, "assembly-dev", "*Api*.template.json")), func(object map[string]any) { change(object) })
}

// Bootstrap is the program of the assembly's one function.
func Bootstrap(t *testing.T, dir string) string {
	t.Helper()
	return m2mtest.Only(t, filepath.Join(dir, "asset.*", "bootstrap"))
}

// Token is an access token of a client.
func Token(t *testing.T, d *serving.Description, client string) string {
	t.Helper()
	source := clientcredentials.Config{
		ClientID: d.Clients[client].ClientID, ClientSecret: string(d.Clients[client].ClientSecret),
		TokenURL: d.TokenEndpoint, AuthStyle: oauth2.AuthStyleInHeader,
	}
	got, err := source.Token(context.Background())
	if err != nil {
		t.Fatalf("a token for %s: %v", client, err)
	}
	return got.AccessToken
}

// Status is the answer to a GET of a path of the API, with a token or without.
func Status(t *testing.T, d *serving.Description, path, token string) (code int, body string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, d.APIURL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		request.Header.Set("Authorization", token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(raw)
}
