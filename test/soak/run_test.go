package soak

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"

	"cognito-m2m/internal/local"
)

var full = flag.Bool("full", false, "run the large counts")

// count is how often a test does something.
func count(short, large int) int {
	if *full {
		return large
	}
	return short
}

// binaries is the folder of m2m and of the functions echo, empty and faulty,
// built once for this machine.
var binaries string

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
	build := exec.CommandContext(context.Background(), "go", "build", "-o", dir+"/",
		"cognito-m2m/cmd/m2m", "cognito-m2m/lambda/echo", "./testdata/empty", "./testdata/faulty")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "building m2m and functions: %v\n%s", err, out)
		return 1
	}
	binaries = dir
	return m.Run()
}

// environment is a running `m2m up`.
type environment struct {
	local.Description

	cmd  *exec.Cmd
	said *tail
}

// tail keeps the end of what a process printed, safe to read while it runs.
type tail struct {
	mu   sync.Mutex
	text []byte
}

const tailSize = 16 << 10

func (s *tail) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text = append(s.text, p...)
	s.text = s.text[max(0, len(s.text)-tailSize):]
	return len(p), nil
}

func (s *tail) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return string(s.text)
}

// command is `m2m up` on free ports, in a process group of its own, and outside
// the project: there it would compare the functions with their source.
func command(dir, state string) *exec.Cmd {
	// A test's own context ends before its cleanup does.
	cmd := exec.CommandContext(context.Background(), filepath.Join(binaries, "m2m"), "up", "--json",
		"--api-addr", "127.0.0.1:0", "--cognito-addr", "127.0.0.1:0", "--aws-addr", "127.0.0.1:0", "--assembly", dir, "--state", state)
	cmd.Dir = filepath.Dir(dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd
}

// up runs the assembly, by a command changed by the test, and waits until it is
// ready. It is interrupted when the test ends.
func up(t *testing.T, dir, state string, changes ...func(*exec.Cmd)) *environment {
	t.Helper()
	e := &environment{cmd: command(dir, state), said: &tail{}}
	e.cmd.Stderr = e.said
	for _, change := range changes {
		change(e.cmd)
	}
	stdout, err := e.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := e.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(stdout).ReadBytes('\n')
	if err != nil {
		_ = e.cmd.Wait()
		t.Fatalf("m2m up ended before it was ready: %s", e.said)
	}
	t.Cleanup(func() { e.interrupt(t) })
	if err := json.Unmarshal(line, &e.Description); err != nil {
		t.Fatalf("decoding what m2m up printed: %v", err)
	}
	return e
}

// interrupt is Ctrl-C, unless the run has ended, and wants exit status 0.
func (e *environment) interrupt(t *testing.T) {
	t.Helper()
	if e.cmd.ProcessState != nil {
		return
	}
	if err := e.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Errorf("interrupting m2m up: %v", err)
	}
	if err := e.cmd.Wait(); err != nil {
		t.Errorf("m2m up: %v\n%s", err, e.said)
	}
}

// kill ends the run as nothing can prevent.
func (e *environment) kill(t *testing.T) {
	t.Helper()
	if err := e.cmd.Process.Kill(); err != nil {
		t.Error(err)
	}
	_ = e.cmd.Wait() // it was killed
}

// fails runs a command, wants exit status 1 and nothing on stdout, and returns
// what it said.
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
