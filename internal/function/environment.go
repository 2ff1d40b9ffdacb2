package function

import (
	"fmt"
	"os/exec"
	"sync"
	"time"
)

// shutdownGrace is how long a process may take to end after SIGTERM.
const shutdownGrace = 500 * time.Millisecond

// environment is one execution environment: a process of the bootstrap and the Runtime API it
// speaks to. It runs one invocation at a time.
//
// Parity: Function environment: no sandbox
type environment struct {
	cfg     *Config
	api     *runtimeAPI
	process *process
	ending  sync.Once
}

func startEnvironment(cfg *Config, out *lines) (*environment, error) {
	api, err := listenRuntimeAPI(cfg.ARN, cfg.Log)
	if err != nil {
		return nil, fmt.Errorf("opening Runtime API: %w", err)
	}
	process, err := startProcess(&exec.Cmd{
		Path: cfg.Bootstrap,
		Args: []string{cfg.Bootstrap},
		Dir:  cfg.TaskRoot,
		Env:  variables(cfg, api.address),
	}, out)
	if err != nil {
		api.close()
		return nil, fmt.Errorf("starting bootstrap: %w", err)
	}
	cfg.Log.Debug("execution environment started", "function", cfg.Name, "pid", process.pid)
	return &environment{cfg: cfg, api: api, process: process}, nil
}

// cause is why waiting for the runtime ended.
type cause int

const (
	finished cause = iota
	exited
	timedOut
	aborted
)

// await waits until done is closed, and otherwise for the process's end, the time limit or abort.
func (e *environment) await(done <-chan struct{}, limit time.Duration, abort <-chan struct{}) cause {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-done:
		return finished
	case <-e.process.exited:
		return exited
	case <-timer.C:
		return timedOut
	case <-abort:
		return aborted
	}
}

// initialize waits until the runtime is ready for its first event; if it does not get there, the
// environment is ended and the error says why.
func (e *environment) initialize(requestID string, limit time.Duration, abort <-chan struct{}) error {
	why := e.await(e.api.initialized, limit, abort)
	if why == finished && e.api.initFailure() == nil {
		return nil
	}
	e.end()
	if reported := e.api.initFailure(); reported != nil {
		return reported
	}
	return e.failure(why, requestID, limit)
}

// invoke runs one invocation to its end. The environment is ended unless the runtime is ready
// again. It reports lost if the process ended before it got the event.
func (e *environment) invoke(inv *invocation, abort <-chan struct{}) (result answer, lost bool) {
	remaining := inv.remaining(e.cfg.Timeout)
	e.api.deliver(inv, e.cfg.Now().Add(remaining))
	why := e.await(inv.settled, remaining, abort)
	if why != finished {
		e.end()
	}
	reported, handed := e.api.outcome(inv)
	if reported != nil {
		return *reported, false
	}
	return answer{err: e.failure(why, inv.id, e.cfg.Timeout)}, why == exited && !handed
}

func (e *environment) failure(why cause, requestID string, limit time.Duration) error {
	switch why {
	case exited:
		return exitError(requestID, e.process.state)
	case timedOut:
		return timeoutError(requestID, limit)
	case finished, aborted:
	}
	return ErrClosed
}

// alive reports whether the environment can take an invocation.
func (e *environment) alive() bool {
	select {
	case <-e.process.exited:
		return false
	default:
		return true
	}
}

// shutdown lets the process end by itself for a moment before it is killed.
//
// Parity: Function shutdown: the runtime always gets SIGTERM
func (e *environment) shutdown() {
	e.process.terminate()
	timer := time.NewTimer(shutdownGrace)
	defer timer.Stop()
	select {
	case <-e.process.exited:
	case <-timer.C:
	}
	e.end()
}

// end kills the process group and returns when nothing of the environment is left. It may be called
// more than once.
func (e *environment) end() {
	e.ending.Do(func() {
		e.process.kill()
		<-e.process.gone
		e.api.close()
	})
}
