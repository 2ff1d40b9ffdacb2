package local_test

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"cognito-m2m/internal/local"
	"cognito-m2m/internal/m2mtest"
)

// report passes what the runtime says to the test's log, and keeps warnings.
type report struct {
	t        *testing.T
	warnings []string
}

func (r *report) Step(name string) func() { r.t.Log(name); return func() {} }
func (r *report) Note(text string)        { r.t.Log(text) }
func (r *report) Warn(text string)        { r.warnings = append(r.warnings, text) }

// echo is the function of lambda/echo, built once for this machine.
var echo = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "m2m-local-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	bootstrap := filepath.Join(dir, "bootstrap")
	if err := m2mtest.BuildFunctions(bootstrap, "cognito-m2m/lambda/echo"); err != nil {
		return nil, err
	}
	return os.ReadFile(bootstrap)
})

// architectures are Lambda's names for Go's.
var architectures = map[string]string{"amd64": "x86_64", "arm64": "arm64"}

// assemblyDir is a cloud assembly as CDK wrote it, with a function that this machine can run, and
// with a change to its Api template.
func assemblyDir(t *testing.T, change func(template)) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../assembly/testdata/synth")); err != nil {
		t.Fatal(err)
	}
	bootstrap, err := echo()
	if err != nil {
		t.Fatal(err)
	}
	asset := bootstrapOf(t, dir)
	if err := os.WriteFile(asset, bootstrap, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(asset, 0o755); err != nil {
		t.Fatal(err)
	}
	changeTemplate(t, dir, func(api template) {
		api.propertiesOf("AWS::Lambda::Function")["Architectures"] = []string{architectures[runtime.GOARCH]}
		if change != nil {
			change(api)
		}
	})
	return dir
}

// template is the Api template of the assembly.
type template map[string]any

func (t template) resources() map[string]any { return t["Resources"].(map[string]any) }

func (t template) outputs() map[string]any { return t["Outputs"].(map[string]any) }

// authorizer is the JwtConfiguration's parent.
func (t template) authorizer() map[string]any {
	return t.resources()["HttpApiJwt21C2E32E"].(map[string]any)["Properties"].(map[string]any)
}

func changeTemplate(t *testing.T, dir string, change func(template)) {
	t.Helper()
	m2mtest.ChangeJSON(t, m2mtest.Only(t, filepath.Join(dir, "assembly-dev", "*Api*.template.json")), func(object map[string]any) { change(object) })
}

// bootstrapOf is the program of the assembly's one function.
func bootstrapOf(t *testing.T, dir string) string {
	t.Helper()
	return m2mtest.Only(t, filepath.Join(dir, "asset.*", "bootstrap"))
}

// start runs the assembly; it is closed when the test ends.
func start(t *testing.T, cfg local.Config, dir string) (*local.Runtime, *local.Description) {
	t.Helper()
	cfg.Env = "dev"
	if cfg.Report == nil {
		cfg.Report = &report{t: t}
	}
	if cfg.StateDir == "" {
		cfg.StateDir = t.TempDir()
	}
	runtime, err := local.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := runtime.Close(context.Background()); err != nil {
			t.Errorf("closing: %v", err)
		}
	})
	description, err := runtime.Start(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	return runtime, description
}

// startFails wants Open or Start to fail, and returns the error.
func startFails(t *testing.T, cfg local.Config, dir string) error {
	t.Helper()
	cfg.Env, cfg.Report = "dev", &report{t: t}
	runtime, err := local.Open(cfg)
	if err != nil {
		return err
	}
	_, err = runtime.Start(t.Context(), dir)
	if closeErr := runtime.Close(context.Background()); closeErr != nil {
		t.Errorf("closing: %v", closeErr)
	}
	if err == nil {
		t.Fatal("it started")
	}
	return err
}

func token(t *testing.T, d *local.Description, client string) string {
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

func status(t *testing.T, d *local.Description, path, token string) (code int, body string) {
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
