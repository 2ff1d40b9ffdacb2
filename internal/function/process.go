//go:build unix

package function

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// drainLimit is how long to wait, once a process has ended, for the rest of its output and of its
// calls. Both are there already, unless something it started has got away and holds them open.
const drainLimit = time.Second

// process is a running bootstrap and everything it starts, which is one process group.
type process struct {
	pid    int
	state  *os.ProcessState // how it ended; set before exited is closed
	exited chan struct{}    // closed when the bootstrap is reaped and its group is killed
	gone   chan struct{}    // closed when its output has been passed on, too

	mu     sync.Mutex
	reaped bool
}

// startProcess starts cmd, whose output goes to out.
func startProcess(cmd *exec.Cmd, out *lines) (*process, error) {
	streams, err := pipeOutput(cmd)
	if err != nil {
		return nil, err
	}
	cmd.SysProcAttr = processAttributes()
	p := &process{exited: make(chan struct{}), gone: make(chan struct{})}
	started := make(chan error)
	go p.supervise(cmd, streams, out, started)
	if err := <-started; err != nil {
		return nil, err
	}
	return p, nil
}

// pipeOutput gives cmd a pipe for each of stdout and stderr. They are not exec's own, because Wait
// would then wait for everything that has inherited them.
func pipeOutput(cmd *exec.Cmd) ([]*os.File, error) {
	stdout, stdoutWriter, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("making a pipe for stdout: %w", err)
	}
	stderr, stderrWriter, err := os.Pipe()
	if err != nil {
		closeAll(stdout, stdoutWriter)
		return nil, fmt.Errorf("making a pipe for stderr: %w", err)
	}
	cmd.Stdout, cmd.Stderr = stdoutWriter, stderrWriter
	return []*os.File{stdout, stderr}, nil
}

// supervise starts the process, waits for its end and cleans up after it.
//
// It keeps one OS thread for all that time: Linux ends the process when the thread that started it
// ends, and Go ends idle threads (golang/go#27505).
func (p *process) supervise(cmd *exec.Cmd, streams []*os.File, out *lines, started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	err := start(cmd)
	closeAll(cmd.Stdout.(*os.File), cmd.Stderr.(*os.File))
	if err != nil {
		closeAll(streams...)
		started <- err
		return
	}
	p.pid = cmd.Process.Pid
	started <- nil

	drained := passOn(streams, out)
	_ = cmd.Wait() // the state says it all
	p.killGroup(cmd.ProcessState)
	close(p.exited)
	killStrays(ownVariable(cmd.Env))
	select {
	case <-drained:
	case <-time.After(drainLimit):
	}
	closeAll(streams...)
	close(p.gone)
}

// passOn copies the streams to out and closes the channel when all have ended.
func passOn(streams []*os.File, out *lines) <-chan struct{} {
	var copying sync.WaitGroup
	for _, stream := range streams {
		copying.Go(func() { out.copy(stream) })
	}
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		copying.Wait()
	}()
	return drained
}

// ownVariable is the variable that only this execution environment has, with its value.
func ownVariable(environment []string) string {
	return environment[slices.IndexFunc(environment, func(variable string) bool {
		return strings.HasPrefix(variable, logStreamVariable+"=")
	})]
}

// killGroup kills what the reaped bootstrap has left in its group. After that the number may belong
// to others.
func (p *process) killGroup(state *os.ProcessState) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state, p.reaped = state, true
	_ = syscall.Kill(-p.pid, syscall.SIGKILL)
}

// signal sends sig to the process group, if the bootstrap is still there.
func (p *process) signal(sig syscall.Signal) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.reaped {
		_ = syscall.Kill(-p.pid, sig)
	}
}

func (p *process) kill()      { p.signal(syscall.SIGKILL) }
func (p *process) terminate() { p.signal(syscall.SIGTERM) }

func closeAll(files ...*os.File) {
	for _, file := range files {
		_ = file.Close()
	}
}
