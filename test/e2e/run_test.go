package e2e

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// root is the project's folder, seen from this package.
const root = "../.."

// scratch holds what all tests share: the command and one assembly.
var scratch string

func TestMain(m *testing.M) {
	var err error
	if scratch, err = os.MkdirTemp("", "m2m-e2e-"); err != nil {
		panic(err)
	}
	code := m.Run()
	_ = os.RemoveAll(scratch)
	os.Exit(code)
}

// m2m is the command, built once for all tests.
var m2m = sync.OnceValues(func() (string, error) {
	binary := filepath.Join(scratch, "m2m")
	out, err := exec.Command("go", "build", "-o", binary, "cognito-m2m/cmd/m2m").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("building m2m: %w\n%s", err, out)
	}
	return binary, nil
})

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

	cmd    *exec.Cmd
	stderr *buffer
}

// buffer is what a process printed, safe to read while it runs.
type buffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// command is m2m with arguments, to be run in dir, in a process group of its own.
func command(t *testing.T, dir string, args ...string) *exec.Cmd {
	t.Helper()
	binary, err := m2m()
	if err != nil {
		t.Fatal(err)
	}
	// The test's own context ends before its cleanup does.
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), binary, args...)
	cmd.Dir = dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd
}

// up starts `m2m up` on free ports and waits until it is ready. It is
// interrupted when the test ends.
func up(t *testing.T, dir string, args ...string) *process {
	t.Helper()
	args = append([]string{"up", "--json", "--api-addr", "127.0.0.1:0", "--cognito-addr", "127.0.0.1:0", "--aws-addr", "127.0.0.1:0"}, args...)
	p := &process{cmd: command(t, dir, args...), stderr: &buffer{}}
	p.cmd.Stderr = p.stderr
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(stdout).ReadBytes('\n')
	if err != nil {
		_ = p.cmd.Wait()
		t.Fatalf("m2m %v ended before it was ready: %s", args, p.stderr)
	}
	t.Cleanup(func() {
		if p.cmd.ProcessState == nil {
			p.interrupt(t)
		}
	})
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&p.description); err != nil {
		t.Fatalf("decoding %s: %v", line, err)
	}
	return p
}

// interrupt is Ctrl-C, and wants exit status 0.
func (p *process) interrupt(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Errorf("interrupting m2m up: %v", err)
	}
	p.wait(t)
}

func (p *process) wait(t *testing.T) {
	t.Helper()
	if err := p.cmd.Wait(); err != nil {
		t.Errorf("m2m up: %v\n%s", err, p.stderr)
	}
}

// fails runs m2m, wants exit status 1 and nothing on stdout, and returns what
// it said.
func fails(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 1 {
		t.Errorf("m2m ended with %v, want exit status 1\n%s", err, &stderr)
	}
	if stdout.Len() > 0 {
		t.Errorf("m2m failed and printed data on stdout: %s", &stdout)
	}
	return stderr.String()
}

// assembly is the dev environment's cloud assembly, as `m2m up` synthesizes it,
// made once by the first test that asks.
var assembly = sync.OnceValues(func() (string, error) {
	binary, err := m2m()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(scratch, "state")
	cmd := exec.Command(binary, "up", "--json", "--api-addr", "127.0.0.1:0", "--cognito-addr", "127.0.0.1:0", "--aws-addr", "127.0.0.1:0", "--state", dir)
	cmd.Dir = root
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := cmd.Start(); err != nil {
		return "", err
	}
	if _, err := bufio.NewReader(stdout).ReadBytes('\n'); err != nil {
		return "", fmt.Errorf("m2m up ended before it was ready: %s", stderr.String())
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		return "", err
	}
	if err := cmd.Wait(); err != nil {
		return "", fmt.Errorf("m2m up: %w: %s", err, stderr.String())
	}
	return filepath.Join(dir, "dev", "cdk.out"), nil
})

// newState is a state folder without ids, but with the function that was built
// for this machine already.
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
	files, err := filepath.Glob(filepath.Join(dir, "assembly-dev", "*Api*.template.json"))
	if err != nil || len(files) != 1 {
		t.Fatalf("Api templates %v, %v", files, err)
	}
	raw, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	var template map[string]any
	if err := json.Unmarshal(raw, &template); err != nil {
		t.Fatal(err)
	}
	change(template)
	if raw, err = json.Marshal(template); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(files[0], raw, 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

// properties calls change with the properties of every resource of a type whose
// logical id has the prefix.
func properties(template map[string]any, prefix, kind string, change func(properties map[string]any)) {
	for id, value := range template["Resources"].(map[string]any) {
		if resource := value.(map[string]any); resource["Type"] == kind && strings.HasPrefix(id, prefix) {
			change(resource["Properties"].(map[string]any))
		}
	}
}

func contains(t *testing.T, text string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in what was said:\n%s", want, text)
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
