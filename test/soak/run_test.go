package soak

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"cognito-m2m/internal/m2mtest"
	"cognito-m2m/internal/serving"
)

var full = flag.Bool("full", false, "run the large counts")

// count is how often a test does something.
func count(short, large int) int {
	if *full {
		return large
	}
	return short
}

func TestMain(m *testing.M) {
	if os.Getenv(floorVariable) != "" {
		serveFloor()
	}
	os.Exit(runTests(m))
}

func runTests(m *testing.M) int {
	flag.Parse()
	dir, err := os.MkdirTemp("", "m2m-soak-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	if _, err := m2mtest.BuildM2M(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if err := m2mtest.BuildFunctions(dir+"/", "cognito-m2m/lambda/echo", "cognito-m2m/lambda/authorize", "./testdata/empty", "./testdata/faulty"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	present.binaries = dir
	return m.Run()
}

// environment is a running `m2m up`.
type environment struct {
	serving.Description

	*m2mtest.Run
}

// command is `m2m up` of an assembly on free ports, outside the project: there it would compare the
// functions with their source.
func command(dir, state string) *exec.Cmd { return present.upOf(dir, state) }

func (b build) upOf(dir, state string) *exec.Cmd {
	cmd := b.command(filepath.Dir(dir), m2mtest.OnFreePorts("up", "--json", "--assembly", dir, "--state", state)...)
	cmd.Stderr = &m2mtest.Buffer{Most: 16 << 10} // a run under load says a lot
	return cmd
}

// up runs the assembly, by a command changed by the test, and waits until it is ready. It is
// interrupted when the test ends.
func up(t *testing.T, dir, state string, changes ...func(*exec.Cmd)) *environment {
	t.Helper()
	cmd := command(dir, state)
	for _, change := range changes {
		change(cmd)
	}
	return started(t, cmd)
}

func started(t *testing.T, cmd *exec.Cmd) *environment {
	t.Helper()
	e := &environment{Run: m2mtest.MustStart(t, cmd)}
	if err := json.Unmarshal(e.Run.Description, &e.Description); err != nil {
		t.Fatalf("decoding what m2m up printed: %v", err)
	}
	return e
}
