package workflows

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"cognito-m2m/internal/m2mtest"
)

// bare is a folder with .ci/run and a PATH in which only some commands are, each of which does
// nothing but end well; root is not who runs it.
func bare(t *testing.T, commands ...string) *exec.Cmd {
	t.Helper()
	dir := t.TempDir()
	script, err := os.ReadFile(filepath.Join(root, ".ci", "run"))
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, text string) {
		m2mtest.WriteProgram(t, filepath.Join(dir, name), text)
	}
	for _, folder := range []string{".ci", "bin"} {
		if err := os.Mkdir(filepath.Join(dir, folder), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write(".ci/run", string(script))
	write(".ci/walk-through", "#!/bin/sh\n")
	for _, real := range []string{"bash", "sh", "dirname", "mkdir", "grep"} {
		path, err := exec.LookPath(real)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(path, filepath.Join(dir, "bin", real)); err != nil {
			t.Fatal(err)
		}
	}
	write("bin/id", "#!/bin/sh\necho 1000\n")
	for _, command := range commands {
		write("bin/"+command, "#!/bin/sh\n")
	}
	cmd := exec.CommandContext(t.Context(), filepath.Join(dir, "bin", "bash"), ".ci/run")
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + filepath.Join(dir, "bin")}
	return cmd
}

// TestRunWithoutRoot: without root, the check uses what is there, and its last lines say what was
// not checked.
func TestRunWithoutRoot(t *testing.T) {
	t.Parallel()
	const python = "there is no Python 3.11 with venv"
	cases := map[string]struct {
		commands []string
		left     []string
	}{
		"all":             {[]string{"gcc", "python3", "javac", "chromium"}, nil},
		"another browser": {[]string{"gcc", "python3", "javac", "google-chrome"}, nil},
		"no browser":      {[]string{"gcc", "python3", "javac"}, []string{"the page in a browser: there is no chromium"}},
		"no gcc":          {[]string{"python3", "javac", "chromium"}, []string{"race: there is no gcc"}},
		"no gcc, no python, no JDK": {[]string{"chromium"}, []string{
			"samples of the handbook: there is no javac", "samples of the handbook: " + python, "race: there is no gcc",
			"judge: cfn-lint: " + python, "judge: checkov: " + python, "judge: zizmor: " + python, "judge: schemathesis: " + python, "judge: openapi: " + python,
		}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, err := bare(t, append(c.commands, "go", "npm", "make", "curl")...).CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			_, end, found := strings.Cut(string(out), "::: all: ")
			if !found {
				t.Fatalf("the whole time is not printed:\n%s", out)
			}
			var want strings.Builder
			for _, step := range c.left {
				want.WriteString("::: NOT CHECKED: " + step + "\n")
			}
			if _, last, _ := strings.Cut(end, "\n"); last != want.String() {
				t.Errorf("it ends with\n%s\nwant\n%s", last, &want)
			}
		})
	}
}

// TestRunWithoutMake: nothing at all can be checked without make, which is no success.
func TestRunWithoutMake(t *testing.T) {
	t.Parallel()
	out, err := bare(t, "go", "npm", "curl", "gcc", "python3").CombinedOutput()
	var ended *exec.ExitError
	if !errors.As(err, &ended) || !strings.Contains(string(out), "there is no make") {
		t.Errorf("%v\n%s", err, out)
	}
}
