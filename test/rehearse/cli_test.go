package rehearse

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cognito-m2m/internal/m2mtest"
	"cognito-m2m/naming"
)

// cli is what deploys into a run from outside: the pinned CDK CLI, and the Makefile's targets.
type cli struct {
	*rehearsal

	home string
}

// environ is what a program needs to reach the run, and nothing of the machine's own settings.
func (c *cli) environ(t *testing.T) []string {
	t.Helper()
	bin, err := filepath.Abs(filepath.Join(root, "node_modules", ".bin"))
	if err != nil {
		t.Fatal(err)
	}
	var kept []string
	for _, variable := range outside.closed(os.Environ()) {
		if name, _, _ := strings.Cut(variable, "="); name != "PATH" && name != "CI" {
			kept = append(kept, variable)
		}
	}
	return append(kept, "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"), "CDK_HOME="+c.home,
		"AWS_ENDPOINT_URL="+c.AWSEndpoint, "AWS_ACCESS_KEY_ID="+c.AccessKeyID, "AWS_SECRET_ACCESS_KEY="+c.SecretAccessKey, "AWS_REGION="+c.Region,
		"AWS_CONFIG_FILE="+filepath.Join(c.home, "config"), "AWS_SHARED_CREDENTIALS_FILE="+filepath.Join(c.home, "credentials"))
}

// program runs a program in the project's folder, and returns what it says. It must end with the
// status.
func (c *cli) program(t *testing.T, status int, name string, args ...string) string {
	t.Helper()
	return c.programIn(t, status, root, nil, name, args...)
}

// programIn is program in a folder, with more variables.
func (c *cli) programIn(t *testing.T, status int, dir string, variables []string, name string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = dir, append(c.environ(t), variables...)
	begun := time.Now()
	said, err := cmd.CombinedOutput()
	t.Logf("%s %s: %.1f s", filepath.Base(name), strings.Join(args, " "), time.Since(begun).Seconds())
	if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != status {
		t.Fatalf("%s %v: %v, want exit status %d\n%s\nthe run says:\n%s", name, args, err, status, said, c.Stderr)
	}
	return string(said)
}

// cdk runs the pinned CDK CLI on an assembly.
func (c *cli) cdk(t *testing.T, status int, assembly string, args ...string) string {
	t.Helper()
	return c.program(t, status, "npx", append([]string{"cdk", "--app", assembly, "--no-build", "--no-notices", "--no-color"}, args...)...)
}

// make runs a target that a workflow runs. What was installed is not installed again.
func (c *cli) make(t *testing.T, status int, target, env, assembly string) string {
	t.Helper()
	binary, err := m2m()
	if err != nil {
		t.Fatal(err)
	}
	return c.program(t, status, "make", "-o", "node_modules", target, "ENV="+env, "ASSEMBLY="+assembly, "M2M="+binary)
}

// starts starts a run, with what deploys into it.
func starts(t *testing.T, args ...string) *cli {
	t.Helper()
	return &cli{start(t, t.TempDir(), args...), t.TempDir()}
}

// withPrograms is a copy of an edit's assembly that the CDK CLI can deploy: its functions have
// programs.
func withPrograms(t *testing.T, name string) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "cdk.out")
	if err := os.CopyFS(dir, os.DirFS(editFolder(name))); err != nil {
		t.Fatal(err)
	}
	for _, a := range assets(t, dir, "Api") {
		if a.Source.Packaging != "zip" {
			continue
		}
		folder := filepath.Join(dir, "assembly-dev", a.Source.Path)
		if err := os.RemoveAll(folder); err != nil {
			t.Fatal(err)
		}
		if err := os.CopyFS(folder, os.DirFS(program(t, a))); err != nil {
			t.Fatal(err)
		}
		if a.authorizes() {
			m2mtest.Write(t, filepath.Join(folder, naming.ScopesFile), string(scopesIn(t, m2mtest.Read(t, fileOf(t, dir, "Api", ".template.json")))))
		}
	}
	return dir
}

// synthesized is what `make synth` has made of the project's environments.
func synthesized(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join(root, "cdk.out"))
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// report is what `make drift` has found, "" for nothing.
func report(t *testing.T, env string) string {
	t.Helper()
	file := filepath.Join(root, ".build", "drift", env+".txt")
	if _, err := os.Stat(file); err != nil {
		return ""
	}
	return m2mtest.Read(t, file)
}
