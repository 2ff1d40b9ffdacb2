package soak

import (
	"encoding/json"
	"go/token"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
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

// TestSpeedTests prints how long the tests take when everything is compiled: of both builds those
// that the earlier one has, because a suite that grows is not one that got slower. It needs Node,
// and minutes for each round.
func TestSpeedTests(t *testing.T) {
	if !*speed {
		t.Skip("only with -speed")
	}
	all := builds(t)
	for _, b := range all {
		took(t, b, "go", "test", "-run", "^$", "./...") // compiles
	}
	which := []string{"./..."}
	if len(all) > 1 {
		which = testsOf(t, all[0]).alsoIn(t, all[1])
	}
	inTurn(t, figure{what: "go test of the tests that were there before, compiled", unit: "s", target: "<= 0.6"}, func(t *testing.T, b build) float64 {
		t.Helper()
		return took(t, b, "go", append([]string{"test", "-count=1", "-timeout", "20m"}, which...)...)
	})
}

// tests are the names of a build's tests, by the package's import path.
type tests map[string][]string

func testsOf(t *testing.T, b build) tests {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "test", "-json", "-list", ".", "./...")
	cmd.Dir = b.root
	listed, err := cmd.Output()
	if err != nil {
		t.Fatalf("listing the tests of %s: %v\n%s", b.root, err, listed)
	}
	found := tests{}
	for line := range strings.Lines(string(listed)) {
		var event struct{ Action, Package, Output string }
		if err := json.Unmarshal([]byte(line), &event); err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSpace(event.Output)
		if event.Action == "output" && token.IsIdentifier(name) {
			found[event.Package] = append(found[event.Package], name)
		}
	}
	return found
}

// alsoIn are the arguments of go test that run these tests in a build that has others, too. It
// says which it does not have.
func (before tests) alsoIn(t *testing.T, b build) (args []string) {
	t.Helper()
	names, now := map[string]bool{}, testsOf(t, b)
	var packages []string
	for _, path := range slices.Sorted(maps.Keys(before)) {
		if len(now[path]) > 0 {
			packages = append(packages, path)
		}
		for _, name := range before[path] {
			if names[name] = true; !slices.Contains(now[path], name) {
				t.Logf("%s has no %s in %s", b.name, name, path)
			}
		}
	}
	return append([]string{"-run", "^(" + strings.Join(slices.Sorted(maps.Keys(names)), "|") + ")$"}, packages...)
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
