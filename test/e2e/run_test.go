package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"cognito-m2m/internal/m2mtest"
)

// root is the project's folder, seen from this package.
const root = "../.."

// scratch holds what all tests share: the command, a run of the dev environment and what is built
// for tests. A run of an assembly in this folder finds no source to build its functions from again
// and compare them with.
var scratch string

func TestMain(m *testing.M) {
	var err error
	if scratch, err = os.MkdirTemp("", "m2m-e2e-"); err != nil {
		panic(err)
	}
	m2mtest.AtOnce(32) // all of them: see starting, and most wait for the first run, a copy of the project or a rotation
	code := m.Run()
	if err := stopFirst(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	_ = os.RemoveAll(scratch)
	os.Exit(code)
}

// m2m is the command, built once for all tests.
var m2m = sync.OnceValues(func() (string, error) { return m2mtest.BuildM2M(scratch) })

// description is the object that `m2m up --json` prints; its keys are a promise.
type description struct {
	APIURL        string `json:"api_url"`
	TokenEndpoint string `json:"token_endpoint"`
	Issuer        string `json:"issuer"`
	JWKSURI       string `json:"jwks_uri"`
	UserPoolID    string `json:"user_pool_id"`
	AWSEndpoint   string `json:"aws_endpoint_url"`

	AccessKeyID     string `json:"aws_access_key_id"`
	SecretAccessKey string `json:"aws_secret_access_key"`

	PageURL string `json:"page_url"`
	Region  string `json:"region"`
	Clients map[string]struct {
		ClientID     string   `json:"client_id"`
		ClientSecret string   `json:"client_secret"`
		SecretARN    string   `json:"secret_arn"`
		Scopes       []string `json:"scopes"`
	} `json:"clients"`
	Routes []struct {
		RouteKey      string   `json:"route_key"`
		Authorization string   `json:"authorization"`
		Scopes        []string `json:"scopes"`
	} `json:"routes"`
}

// process is a running `m2m up`.
type process struct {
	description

	*m2mtest.Run
}

// command is m2m with arguments, to be run in dir, in a process group of its own.
func command(t *testing.T, dir string, args ...string) *exec.Cmd {
	t.Helper()
	binary, err := m2m()
	if err != nil {
		t.Fatal(err)
	}
	return m2mtest.Command(binary, dir, args...)
}

// up starts `m2m up` on free ports and waits until it is ready. It is interrupted when the test
// ends.
func up(t *testing.T, dir string, args ...string) *process {
	t.Helper()
	return started(t, upCommand(t, dir, args...))
}

// upCommand is for who changes the command before it is started.
func upCommand(t *testing.T, dir string, args ...string) *exec.Cmd {
	t.Helper()
	return command(t, dir, m2mtest.OnFreePorts(append([]string{"up", "--json"}, args...)...)...)
}

// starting has a place for each run that is not ready yet, which takes most of a run's computing.
var starting = make(chan struct{}, 4)

func started(t *testing.T, cmd *exec.Cmd) *process {
	t.Helper()
	starting <- struct{}{}
	defer func() { <-starting }()
	return described(t, m2mtest.MustStart(t, cmd))
}

func described(t *testing.T, run *m2mtest.Run) *process {
	t.Helper()
	p := &process{Run: run}
	decoder := json.NewDecoder(bytes.NewReader(p.Description))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&p.description); err != nil {
		t.Fatalf("decoding %s: %v", p.Description, err)
	}
	return p
}

// first is a first run of the dev environment with a synth, started by the first test that asks. It
// goes on until all tests have ended.
var first = sync.OnceValues(func() (*m2mtest.Run, error) {
	binary, err := m2m()
	if err != nil {
		return nil, err
	}
	run, err := m2mtest.Start(m2mtest.Command(binary, root, m2mtest.OnFreePorts("up", "--json", "--state", filepath.Join(scratch, "state"))...))
	if err == nil {
		stopFirst = func() error { return errors.Join(run.Cmd.Process.Signal(os.Interrupt), run.Cmd.Wait()) }
	}
	return run, err
})

// stopFirst ends the first run, if there is one, which must succeed.
var stopFirst = func() error { return nil }

// assembly is the dev environment's cloud assembly, as the first run synthesized it.
func assembly() (string, error) {
	_, err := first()
	return filepath.Join(scratch, "state", "dev", "cdk.out"), err
}

// newState is a state folder without ids, but with the function that was built for this machine
// already.
func newState(t *testing.T) string {
	t.Helper()
	dir, err := assembly()
	if err != nil {
		t.Fatal(err)
	}
	state := t.TempDir()
	built := filepath.Join(filepath.Dir(filepath.Dir(dir)), ".functions")
	if err := os.CopyFS(filepath.Join(state, ".functions"), os.DirFS(built)); err != nil {
		t.Fatal(err)
	}
	return state
}

// patched is a copy of the dev assembly whose Api template a test changes.
func patched(t *testing.T, change func(template map[string]any)) string {
	t.Helper()
	original, err := assembly()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "cdk.out")
	if err := os.CopyFS(dir, os.DirFS(original)); err != nil {
		t.Fatal(err)
	}
	m2mtest.ChangeJSON(t, m2mtest.Only(t, filepath.Join(dir, "assembly-dev", "*Api*.template.json")), change)
	return dir
}

// properties calls change with the properties of every resource of a type whose logical id has the
// prefix.
func properties(template map[string]any, prefix, kind string, change func(properties map[string]any)) {
	for id, value := range template["Resources"].(map[string]any) {
		if resource := value.(map[string]any); resource["Type"] == kind && strings.HasPrefix(id, prefix) {
			change(resource["Properties"].(map[string]any))
		}
	}
}

func readAll(t *testing.T, r io.Reader) string {
	t.Helper()
	raw, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
