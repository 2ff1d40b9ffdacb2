package function

import (
	"fmt"
	"math"
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
	// until is when the last invocation may be given to it that ends before the credentials do;
	// zero: any time.
	until time.Time
	// overdue fires when the time of an invocation is over that the runtime has answered.
	overdue *time.Timer
}

func startEnvironment(cfg *Config, out *lines) (*environment, error) {
	api, err := listenRuntimeAPI(cfg)
	if err != nil {
		return nil, fmt.Errorf("opening Runtime API: %w", err)
	}
	var credentials Credentials
	if cfg.Credentials != nil {
		credentials = cfg.Credentials.Credentials()
	}
	process, err := startProcess(&exec.Cmd{
		Path: cfg.Bootstrap,
		Args: []string{cfg.Bootstrap},
		Dir:  cfg.TaskRoot,
		Env:  variables(cfg, api.address, credentials),
	}, out)
	if err != nil {
		api.close()
		return nil, fmt.Errorf("starting bootstrap: %w", err)
	}
	cfg.Log.Debug("execution environment started", "function", cfg.Name, "pid", process.pid)
	env := &environment{cfg: cfg, api: api, process: process}
	env.overdue = time.NewTimer(math.MaxInt64)
	if !credentials.Expires.IsZero() {
		env.until = credentials.Expires.Add(-cfg.Timeout - patience)
	}
	return env, nil
}

// cause is why waiting for the runtime ended.
type cause int

const (
	finished cause = iota
	exited
	timedOut
	aborted
	left // the caller has; the invocation goes on
)

// reasons end a wait early. A nil one never does.
type reasons struct {
	abort <-chan struct{}
	leave <-chan struct{}
}

// await waits until done is closed, and otherwise for the process's end, the time limit or another
// reason.
func (e *environment) await(done <-chan struct{}, limit time.Duration, other reasons) cause {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-done:
		return finished
	case <-other.leave:
		return left
	case <-e.process.exited:
		return exited
	case <-timer.C:
		return timedOut
	case <-other.abort:
		return aborted
	}
}

// initialize waits until the runtime is ready for its first event; if it does not get there, the
// environment is ended and the error says why.
func (e *environment) initialize(requestID string, limit time.Duration, abort <-chan struct{}) error {
	why := e.await(e.api.initialized, limit, reasons{abort: abort})
	if why == finished && e.api.initFailure() == nil {
		return nil
	}
	e.end()
	if reported := e.api.initFailure(); reported != nil {
		return reported
	}
	return e.failure(why, requestID, limit)
}

// invoke runs one invocation to its end, as settle does.
func (e *environment) invoke(inv *invocation, other reasons) (result answer, next fate) {
	e.api.deliver(inv)
	return e.settle(inv, other)
}

// fate is what became of an invocation.
type fate int

const (
	over      fate = iota
	lost           // the process ended before it got the event
	goesOn         // without its caller
	elsewhere      // the runtime did not ask for the event
)

// patience is how long an invocation waits for a runtime that has answered the one before.
const patience = time.Second

// settle waits for the end of an invocation. The environment is ended unless the runtime answers.
func (e *environment) settle(inv *invocation, other reasons) (result answer, next fate) {
	why := e.await(inv.answered, e.api.left(inv), other)
	for why == timedOut && e.api.left(inv) > 0 { // its time began later, or has not
		if e.api.withdraw(inv) {
			return answer{}, elsewhere
		}
		why = e.await(inv.answered, e.api.left(inv), other)
	}
	switch why {
	case left:
		return answer{}, goesOn
	case finished:
		e.overdue.Reset(e.api.left(inv))
	case exited, timedOut, aborted:
		e.end()
	}
	reported, handed := e.api.outcome(inv)
	if reported != nil {
		return *reported, over
	}
	if why == exited && !handed {
		next = lost
	}
	return answer{err: e.failure(why, inv.id, e.cfg.Timeout)}, next
}

func (e *environment) failure(why cause, requestID string, limit time.Duration) error {
	switch why {
	case exited:
		return exitError(requestID, e.process.state)
	case timedOut:
		return timeoutError(requestID, limit)
	case finished, aborted, left:
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

// outlived reports whether an invocation might not end before the credentials do.
func (e *environment) outlived() bool { return !e.until.IsZero() && !time.Now().Before(e.until) }

// endIfOverdue kills a process that has answered and did not ask for the next event in the time of
// its invocation. An invocation that waits for it begins again elsewhere.
func (e *environment) endIfOverdue() {
	if e.alive() && e.api.lapse() {
		e.cfg.Log.Warn("function answered, but did not ask for its next event within its time limit, and is ended",
			"function", e.cfg.Name, "pid", e.process.pid, "limit", e.cfg.Timeout.String())
		e.process.kill()
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
		e.overdue.Stop()
		e.process.kill()
		<-e.process.gone
		e.api.close()
	})
}
