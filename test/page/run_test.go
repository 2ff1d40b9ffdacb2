package page

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"cognito-m2m/internal/m2mtest"
)

// root is the project's folder, seen from this package.
const root = "../.."

// scratch holds what all tests share.
var scratch string

func TestMain(m *testing.M) {
	var err error
	if scratch, err = os.MkdirTemp("", "m2m-page-"); err != nil {
		panic(err)
	}
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

// stopFirst ends the first run, if there is one.
var stopFirst = func() error { return nil }

// first is a run of the dev environment with a synth, which other runs take the assembly of.
var first = sync.OnceValues(func() (*m2mtest.Run, error) {
	binary, err := m2m()
	if err != nil {
		return nil, err
	}
	run, err := m2mtest.Start(m2mtest.Command(binary, root, m2mtest.OnFreePorts("up", "--json", "--state", firstState(), "--page-addr", "127.0.0.1:0")...))
	if err == nil {
		stopFirst = func() error { return errors.Join(run.Cmd.Process.Signal(os.Interrupt), run.Cmd.Wait()) }
	}
	return run, err
})

func firstState() string { return filepath.Join(scratch, "state") }

// process is a run with its page.
type process struct {
	*m2mtest.Run

	PageURL string `json:"page_url"`
	APIURL  string `json:"api_url"`
	Token   string `json:"token_endpoint"`
	Clients map[string]struct {
		ID     string `json:"client_id"`
		Secret string `json:"client_secret"`
	} `json:"clients"`

	state string // its state folder
}

// up is a run of the dev environment's assembly.
func up(t *testing.T, args ...string) *process {
	t.Helper()
	return upWith(t, assembly(t), args...)
}

// assembly is a copy of the dev environment's.
func assembly(t *testing.T) (dir string) {
	t.Helper()
	if _, err := first(); err != nil {
		t.Fatal(err)
	}
	dir = filepath.Join(t.TempDir(), "cdk.out")
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(firstState(), "dev", "cdk.out"))); err != nil {
		t.Fatal(err)
	}
	return dir
}

func upWith(t *testing.T, dir string, args ...string) *process {
	t.Helper()
	return started(t, m2mtest.OnFreePorts(append([]string{"up", "--json", "--assembly", dir, "--page-addr", "127.0.0.1:0"}, args...)...)...)
}

// started is a run with these arguments, in a state folder of its own.
func started(t *testing.T, args ...string) *process {
	t.Helper()
	binary, err := m2m()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{state: t.TempDir()}
	if !slices.Contains(args, "--ephemeral") {
		args = append(args, "--state", p.state)
	}
	p.Run = m2mtest.MustStart(t, m2mtest.Command(binary, root, args...))
	if err := json.Unmarshal(p.Description, p); err != nil {
		t.Fatal(err)
	}
	return p
}

// m2m runs the command for this run, and returns what it prints.
func (p *process) m2m(t *testing.T, args ...string) string {
	t.Helper()
	binary, err := m2m()
	if err != nil {
		t.Fatal(err)
	}
	stdout, stderr, status := m2mtest.Ends(t, m2mtest.Command(binary, root, append(args, "--state", p.state)...))
	if status != 0 {
		t.Fatalf("%v: %d %s", args, status, stderr)
	}
	return stdout
}
