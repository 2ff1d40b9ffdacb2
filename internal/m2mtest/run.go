package m2mtest

import (
	"bufio"
	"fmt"
	"os/exec"
	"testing"
	"time"
)

// OnFreePorts are arguments of `m2m up` with those that have it listen on free ports.
func OnFreePorts(args ...string) []string {
	return append(args, "--api-addr", "127.0.0.1:0", "--cognito-addr", "127.0.0.1:0", "--aws-addr", "127.0.0.1:0")
}

// Run is an `m2m up --json` that is ready.
type Run struct {
	// Cmd is the process.
	Cmd *exec.Cmd
	// Stderr is what it has said so far, unless the test keeps it somewhere else.
	Stderr *Buffer
	// Description is the JSON that it printed when it was ready. It has secrets.
	Description []byte
	// Took is how long it took until it was ready.
	Took time.Duration
}

// Start starts `m2m up --json` and waits until it is ready. A Cmd without Stderr gets one.
func Start(cmd *exec.Cmd) (*Run, error) {
	r := &Run{Cmd: cmd}
	if cmd.Stderr == nil {
		cmd.Stderr = &Buffer{}
	}
	if r.Stderr, _ = cmd.Stderr.(*Buffer); r.Stderr == nil {
		r.Stderr = &Buffer{}
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	begun := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	if r.Description, err = bufio.NewReader(stdout).ReadBytes('\n'); err != nil {
		_ = cmd.Wait() // it has said why
		return nil, fmt.Errorf("%v ended before it was ready: %s", cmd.Args, r.Stderr)
	}
	r.Took = time.Since(begun)
	return r, nil
}

// MustStart is Start for a test. If the run has not ended when the test does, it is interrupted,
// and must end with exit status 0.
func MustStart(t testing.TB, cmd *exec.Cmd) *Run {
	t.Helper()
	r, err := Start(cmd)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if cmd.ProcessState == nil {
			r.Interrupt(t)
		}
	})
	return r
}

// Interrupt is Ctrl-C, and wants exit status 0.
func (r *Run) Interrupt(t testing.TB) {
	t.Helper()
	Interrupt(t, r.Cmd)
	r.Wait(t)
}

// Wait waits for the end, and wants exit status 0.
func (r *Run) Wait(t testing.TB) {
	t.Helper()
	if err := r.Cmd.Wait(); err != nil {
		t.Errorf("%v: %v\n%s", r.Cmd.Args, err, r.Stderr)
	}
}

// Kill ends the run as nothing can prevent.
func (r *Run) Kill(t testing.TB) {
	t.Helper()
	if err := r.Cmd.Process.Kill(); err != nil {
		t.Error(err)
	}
	_ = r.Cmd.Wait() // it was killed
}
