package function

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"cognito-m2m/internal/lambdaenv"
)

// Function runs the invocations of one Lambda function. It is safe for concurrent use.
type Function struct {
	cfg Config
	out *lines

	mu       sync.Mutex
	closed   bool
	inFlight int
	warm     []*environment // those without an invocation, the most recently used last

	invocations sync.WaitGroup // those in flight
	watchers    sync.WaitGroup // one for each execution environment that is not ended
	abort       chan struct{}  // closed to cut invocations short
	aborting    sync.Once
}

// New checks cfg and returns a function without any process: execution environments start with the
// first invocations. The caller must Close it.
func New(cfg Config) (*Function, error) {
	completed, err := cfg.completed()
	if err != nil {
		return nil, fmt.Errorf("configuring function %s: %w", cfg.Name, err)
	}
	return &Function{
		cfg:   completed,
		out:   &lines{to: completed.Output},
		abort: make(chan struct{}),
	}, nil
}

// Invoke gives the event in payload to the function and returns its response and the id of the
// request, which is there with an error, too. The error is an *Error if the function failed;
// ErrThrottled, ErrRequestTooLarge or ErrClosed if it was not invoked; or the context's. When ctx
// ends, Invoke returns at once, and the invocation goes on in its environment until it is done or
// times out, as on AWS, and counts against the concurrency for so long.
func (f *Function) Invoke(ctx context.Context, payload []byte) (response []byte, requestID string, err error) {
	inv := newInvocation(payload, f.cfg.Now())
	env, err := f.admit(ctx, payload)
	if err != nil {
		return nil, inv.id, fmt.Errorf("invoking function %s: %w", f.cfg.Name, err)
	}
	rest := func() answer { return f.runAnew(inv) }
	if env != nil { // as almost always: no other goroutine has a part in it then
		switch result, next := env.invoke(inv, reasons{abort: f.abort, leave: ctx.Done()}); next {
		case over:
			f.release(env)
			return result.response, inv.id, result.err
		case goesOn:
			rest = func() answer { return f.resume(env, inv) }
		case lost: // between two invocations, which no caller should notice: start over
		case elsewhere:
			f.keep(env)
		}
	}
	done := make(chan answer, 1)
	go func() {
		result := rest()
		if ctx.Err() != nil {
			f.cfg.Log.Info("invocation ended after its caller had left",
				"function", f.cfg.Name, "requestId", inv.id, "failed", result.err != nil)
		}
		done <- result
	}()
	select {
	case result := <-done:
		return result.response, inv.id, result.err
	case <-ctx.Done():
		return nil, inv.id, fmt.Errorf("waiting for function %s: %w", f.cfg.Name, ctx.Err())
	}
}

// admit counts an invocation in, and takes a warm environment, nil if there is none.
//
// Parity: Function concurrency: a limit per function, 64 by default
//
// Parity: Function concurrency: idle environments are kept
func (f *Function) admit(ctx context.Context, payload []byte) (*environment, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if len(payload) > lambdaenv.MaxEventBytes {
		return nil, ErrRequestTooLarge
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return nil, ErrClosed
	}
	if f.inFlight >= *f.cfg.Concurrency {
		return nil, ErrThrottled
	}
	f.inFlight++
	f.invocations.Add(1)
	for len(f.warm) > 0 {
		env := f.takeWarm()
		if !env.outlived() {
			return env, nil
		}
		f.watchers.Go(env.shutdown)
	}
	return nil, nil
}

// takeWarm takes the environment used last of those whose runtime asks for an event, or else of
// those whose runtime has answered and is about to ask. There must be one.
func (f *Function) takeWarm() *environment {
	taken := len(f.warm) - 1
	for i, env := range slices.Backward(f.warm) {
		if env.api.asks() {
			taken = i
			break
		}
	}
	env := f.warm[taken]
	f.warm = slices.Delete(f.warm, taken, taken+1)
	return env
}

// runAnew brings an admitted invocation to its end in a new environment.
func (f *Function) runAnew(inv *invocation) answer {
	env, err := f.start(inv)
	if err != nil {
		f.release(nil)
		return answer{err: err}
	}
	result, _ := env.invoke(inv, reasons{abort: f.abort})
	f.release(env)
	return result
}

// resume brings an invocation to its end that its caller has left.
func (f *Function) resume(env *environment, inv *invocation) answer {
	result, next := env.settle(inv, reasons{abort: f.abort})
	switch next {
	case elsewhere:
		f.keep(env)
		return f.runAnew(inv)
	case lost:
		return f.runAnew(inv)
	case over, goesOn:
	}
	f.release(env)
	return result
}

// start makes a new execution environment that is ready for its first event. An initialization that
// fails is tried once more as a part of the invocation, under the function's own time limit.
//
// Source: Lambda Developer Guide, "Failures during the Init phase"; recorded from AWS for one that
// takes too long: localstack/localstack 8b9a79f0, tests/aws/services/lambda_,
// test_lambda_runtime_exit_segfault (24 November 2025).
func (f *Function) start(inv *invocation) (*environment, error) {
	env, err := f.initialized(inv.id, f.cfg.InitTimeout)
	if failed, ok := errors.AsType[*Error](err); !ok || failed.Type == typeInvalidEntrypoint {
		return env, err
	}
	f.cfg.Log.Warn("initialization failed, and is tried once more", "function", f.cfg.Name, "requestId", inv.id, "cause", err)
	inv.begun = time.Now()
	return f.initialized(inv.id, f.cfg.Timeout)
}

// initialized starts an environment and waits, no longer than limit, until it is ready for an
// event.
func (f *Function) initialized(requestID string, limit time.Duration) (*environment, error) {
	env, err := startEnvironment(&f.cfg, f.out)
	if err != nil {
		return nil, entrypointError(requestID, err)
	}
	f.watchers.Go(func() { f.watch(env) })
	if err := env.initialize(requestID, limit, f.abort); err != nil {
		return nil, err
	}
	return env, nil
}

// release counts an invocation out and keeps its environment, if there is one.
func (f *Function) release(env *environment) {
	defer f.invocations.Done()
	if env != nil {
		f.keep(env)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.inFlight--
}

// keep keeps an environment warm, if it is still alive and may take another invocation.
func (f *Function) keep(env *environment) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case !env.alive():
	case env.outlived():
		f.watchers.Go(env.shutdown)
	default:
		f.warm = append(f.warm, env)
	}
}

// watch waits for an environment's process to end, for whatever reason, and leaves nothing of it.
// One without an invocation is ended when it may take no further one.
//
// Parity: Function environment: how long credentials last
func (f *Function) watch(env *environment) {
	var outlived <-chan time.Time // nil: never
	if !env.until.IsZero() {
		timer := time.NewTimer(time.Until(env.until))
		defer timer.Stop()
		outlived = timer.C
	}
	for lives := true; lives; {
		select {
		case <-env.process.exited:
			lives = false
		case <-env.overdue.C:
			env.endIfOverdue()
		case <-outlived: // keep ends one that has an invocation
			if f.take(env) {
				env.shutdown()
			}
		}
	}
	f.take(env)
	env.end()
	f.cfg.Log.Debug("execution environment ended",
		"function", f.cfg.Name, "pid", env.process.pid, "state", env.process.state.String())
}

// take removes a warm environment, and reports whether it was one.
func (f *Function) take(env *environment) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	before := len(f.warm)
	f.warm = slices.DeleteFunc(f.warm, func(warm *environment) bool { return warm == env })
	return len(f.warm) < before
}

// Close takes no further invocations, waits for those in flight, then ends every process with
// SIGTERM and, half a second later, SIGKILL. It returns when no process, listener or goroutine of
// the function is left, but for what killStrays can't find. If ctx ends first, the invocations in
// flight are cut short, and Close returns ctx's error.
func (f *Function) Close(ctx context.Context) error {
	f.mu.Lock()
	f.closed = true
	f.mu.Unlock()

	err := f.awaitInvocations(ctx)
	f.shutdown()
	f.watchers.Wait()
	if err != nil {
		return fmt.Errorf("closing function %s: %w", f.cfg.Name, err)
	}
	return nil
}

func (f *Function) awaitInvocations(ctx context.Context) error {
	done := make(chan struct{})
	go func() {
		defer close(done)
		f.invocations.Wait()
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		select {
		case <-done: // both at once: nothing was cut short
			return nil
		default:
		}
		f.aborting.Do(func() { close(f.abort) })
		<-done
		return ctx.Err()
	}
}

// shutdown ends the idle environments, all at the same time.
func (f *Function) shutdown() {
	f.mu.Lock()
	idle := slices.Clone(f.warm)
	f.mu.Unlock()
	var ending sync.WaitGroup
	for _, env := range idle {
		ending.Go(env.shutdown)
	}
	ending.Wait()
}
