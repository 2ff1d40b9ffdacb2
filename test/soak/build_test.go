package soak

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"cognito-m2m/internal/m2mtest"
)

var (
	beforeRoot = flag.String("before", "", "folder of an earlier commit, which -speed builds and measures in turn with this one")
	rounds     = flag.Int("rounds", 8, "how often -speed measures everything")
)

// build is m2m and what it runs, as built from one commit.
type build struct {
	name     string
	root     string // of the source
	binaries string // the folder of m2m and of the functions echo, authorize, empty and faulty
}

const root = "../.."

// present is the build of this commit.
var present = build{name: "now", root: root}

// builds are those that are measured in turn: the earlier one, if -before names it, and the
// present one.
func builds(t *testing.T) []build {
	t.Helper()
	if *rounds < 1 {
		t.Fatal("-rounds is how often everything is measured: at least 1")
	}
	if *beforeRoot == "" {
		return []build{present}
	}
	before := build{name: "before", root: *beforeRoot, binaries: t.TempDir()}
	for _, program := range []string{"./cmd/m2m", "./lambda/echo"} {
		cmd := exec.CommandContext(t.Context(), "go", "build", "-o", before.binaries+"/", program)
		cmd.Dir, cmd.Env = before.root, os.Environ()
		if program != "./cmd/m2m" {
			cmd.Env = append(cmd.Env, "CGO_ENABLED=0") // as BuildFunctions does
		}
		if said, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("building %s of %s: %v\n%s", program, before.root, err, said)
		}
	}
	return []build{before, present}
}

// command is m2m of the build, in a process group of its own.
func (b build) command(dir string, args ...string) *exec.Cmd {
	return m2mtest.Command(filepath.Join(b.binaries, "m2m"), dir, args...)
}
