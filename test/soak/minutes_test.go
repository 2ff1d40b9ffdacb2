package soak

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"cognito-m2m/internal/m2mtest"
)

// TestSpeedFirstRun prints how long the first `go run ./cmd/m2m up` takes, from an empty build
// cache to its description. It needs Node, and minutes for each round.
func TestSpeedFirstRun(t *testing.T) {
	inTurn(t, figure{what: "the first go run ./cmd/m2m up, empty build caches", unit: "s", target: "<= 0.75"}, firstRun)
}

// TestSpeedTests prints how long `go test ./...` takes when everything is compiled. It needs Node,
// and minutes for each round.
func TestSpeedTests(t *testing.T) {
	if !*speed {
		t.Skip("only with -speed")
	}
	for _, b := range builds(t) {
		took(t, b, "go", "test", "-run", "^$", "./...") // compiles
	}
	inTurn(t, figure{what: "go test ./..., compiled", unit: "s", target: "<= 0.6"}, func(t *testing.T, b build) float64 {
		t.Helper()
		return took(t, b, "go", "test", "-count=1", "-timeout", "20m", "./...")
	})
}

// inTurn does something with each build, in turn, and tells how many seconds it took.
func inTurn(t *testing.T, f figure, do func(*testing.T, build) float64) {
	t.Helper()
	if !*speed {
		t.Skip("only with -speed")
	}
	all := builds(t)
	for range *rounds {
		for i, b := range all {
			seconds := do(t, b)
			t.Logf("%s: %s takes %.1f s", b.name, f.what, seconds)
			if i < len(all)-1 {
				f.before = append(f.before, seconds)
			} else {
				f.now = append(f.now, seconds)
			}
		}
	}
	tell(t, f)
}

// took runs a command in the build's source.
func took(t *testing.T, b build, name string, args ...string) (seconds float64) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = b.root
	begun := time.Now()
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v in %s: %v\n%s", cmd.Args, b.root, err, said)
	}
	return time.Since(begun).Seconds()
}

func firstRun(t *testing.T, b build) (seconds float64) {
	t.Helper()
	dir, err := os.MkdirTemp("", "m2m-first-run-") //nolint:usetesting // goes with its round
	if err != nil {
		t.Fatal(err)
	}
	defer func() { // a compiler may still be ending
		m2mtest.Eventually(t, "the end of every compiler", func() bool { return os.RemoveAll(dir) == nil })
	}()
	args := append([]string{"run", "./cmd/m2m"}, m2mtest.OnFreePorts("up", "--json", "--state", filepath.Join(dir, "state"))...)
	cmd := m2mtest.Command("go", b.root, args...)
	cmd.Env = append(os.Environ(), "GOCACHE="+filepath.Join(dir, "cache"))
	begun := time.Now()
	if _, err := m2mtest.Start(cmd); err != nil {
		t.Fatal(err)
	}
	seconds = time.Since(begun).Seconds()
	if err := syscall.Kill(-cmd.Process.Pid, syscall.SIGINT); err != nil { // as the terminal does
		t.Error(err)
	}
	_ = cmd.Wait() // go waits for m2m, and then tells of the signal
	return seconds
}
