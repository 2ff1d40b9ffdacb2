package conformance

import (
	"bufio"
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// root is the project's folder, seen from this package.
const root = "../.."

// startLocal builds m2m, starts `m2m up` on free ports with a synth of its own
// and returns the description it prints. When the test ends it is interrupted,
// and must end with exit status 0.
func startLocal(t *testing.T) []byte {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "m2m")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "cognito-m2m/cmd/m2m")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building m2m: %v\n%s", err, out)
	}
	// The test's own context ends before its cleanup does.
	up := exec.CommandContext(context.WithoutCancel(t.Context()), binary, "up", "--env", "dev", "--json",
		"--api-addr", "127.0.0.1:0", "--cognito-addr", "127.0.0.1:0", "--aws-addr", "127.0.0.1:0", "--state", t.TempDir())
	up.Dir = root
	up.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var stderr bytes.Buffer // read only after the process has ended
	up.Stderr = &stderr
	stdout, err := up.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := up.Start(); err != nil {
		t.Fatal(err)
	}
	description, err := bufio.NewReader(stdout).ReadBytes('\n')
	if err != nil {
		_ = up.Wait()
		t.Fatalf("m2m up ended before it was ready: %s", &stderr)
	}
	t.Cleanup(func() {
		if err := up.Process.Signal(os.Interrupt); err != nil {
			t.Errorf("interrupting m2m up: %v", err)
		}
		if err := up.Wait(); err != nil {
			t.Errorf("m2m up: %v\n%s", err, &stderr)
		}
	})
	return description
}
