package m2mtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Command is a program with arguments, to be run in dir, in a process group of its own. It may
// outlive the test's context, which ends before the test's cleanup does.
func Command(binary, dir string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(context.Background(), binary, args...)
	cmd.Dir = dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd
}

// Interrupt is Ctrl-C.
func Interrupt(t testing.TB, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Errorf("interrupting %v: %v", cmd.Args, err)
	}
}

// Ends runs a command to its end.
func Ends(t testing.TB, cmd *exec.Cmd) (stdout, stderr string, status int) {
	t.Helper()
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return out.String(), said.String(), cmd.ProcessState.ExitCode()
}

// Fails runs a command, wants exit status 1 and nothing on stdout, and returns what it said on
// stderr.
func Fails(t testing.TB, cmd *exec.Cmd) string {
	t.Helper()
	stdout, stderr, status := Ends(t, cmd)
	if status != 1 {
		t.Errorf("%v ended with exit status %d, want 1\n%s", cmd.Args, status, stderr)
	}
	if stdout != "" {
		t.Errorf("%v failed and printed data on stdout: %s", cmd.Args, stdout)
	}
	return stderr
}

// Contains wants every text in what was said.
func Contains(t testing.TB, said string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not in what was said:\n%s", want, said)
		}
	}
}

// Eventually waits for what nothing tells of, by asking again. Its limit is for what never comes:
// no test measures by it.
func Eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	const limit = 3 * time.Minute
	for deadline := time.Now().Add(limit); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// AwaitGone returns when no process of the id is running.
func AwaitGone(t testing.TB, pid int) {
	t.Helper()
	Eventually(t, fmt.Sprintf("the end of process %d", pid), func() bool { return !Running(pid) })
}

// Running tells whether a process has the id. One that has ended and that nobody has asked how does
// not count: so stays the orphan of a killed process where process 1 does not care.
func Running(pid int) bool {
	if err := syscall.Kill(pid, 0); errors.Is(err, syscall.ESRCH) {
		return false
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return true // no Linux, or the next question tells
	}
	_, state, _ := strings.Cut(string(stat), ") ")
	return !strings.HasPrefix(state, "Z")
}
