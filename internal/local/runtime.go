package local

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/function"
)

// Runtime is one environment on this machine: opened, then started once with
// an assembly, then closed.
type Runtime struct {
	cfg       Config
	home      *home
	state     *state
	servers   []*server
	functions []*function.Function
	failed    chan error
	// What goes on behind a run: comparing sources. Close cancels and awaits it.
	background       sync.WaitGroup
	cancelBackground context.CancelFunc
	closing          sync.Once
	closeErr         error
}

// Open takes what a run needs before anything slow happens: the lock on the
// environment's state, the state itself, and a look at whether the addresses
// are free. It fails with an *InUseError, *StateError or *AddressError, and
// then holds nothing.
func Open(cfg Config) (*Runtime, error) {
	cfg, err := cfg.completed()
	if err != nil {
		return nil, err
	}
	for _, addr := range []string{cfg.APIAddr, cfg.CognitoAddr} {
		if err := checkFree(addr); err != nil {
			return nil, err
		}
		if !isLoopback(addr) {
			cfg.Report.Warn(addr + " can be reached from other machines, without TLS; 127.0.0.1 can't")
		}
	}
	home, err := openHome(cfg.StateDir, cfg.Env, cfg.Ephemeral)
	if err != nil {
		return nil, err
	}
	r := &Runtime{cfg: cfg, home: home, failed: make(chan error, 2), cancelBackground: func() {}}
	if r.state, err = readState(home.path("state.json")); err != nil {
		return nil, errors.Join(err, home.close())
	}
	if home.leftOver() {
		cfg.Report.Note("The last run of " + cfg.Env + " was ended from outside; its state is intact.")
	}
	return r, nil
}

// SynthDir is where this run's assembly can be synthesized to.
func (r *Runtime) SynthDir() string { return r.home.path("cdk.out") }

// Start resolves the assembly in dir, prepares its functions, and serves. When
// it returns without an error, both listeners answer. On an error the caller
// still calls Close.
func (r *Runtime) Start(ctx context.Context, dir string) (*Description, error) {
	model, err := r.resolve(dir)
	if err != nil {
		return nil, err
	}
	parts, err := theParts(model)
	if err != nil {
		return nil, err
	}
	functions, err := r.startFunctions(ctx, parts)
	if err != nil {
		return nil, err
	}
	description, err := r.serve(parts, functions, dir)
	if err == nil && r.cfg.CompareSource {
		r.compareSources(parts)
	}
	return description, err
}

// resolve turns the assembly into a model, with the ids of the last run.
func (r *Runtime) resolve(dir string) (*assembly.Model, error) {
	loaded, err := assembly.Load(dir)
	if err != nil {
		return nil, err
	}
	stage, err := loaded.Stage(r.cfg.Env)
	if err != nil {
		return nil, err
	}
	model, problems := stage.Resolve(assembly.Options{IDs: r.state})
	var refused Refused
	for _, problem := range problems {
		if r.cfg.Lenient && problem.Kind == assembly.Unsupported {
			r.cfg.Report.Warn(problem.Error())
			continue
		}
		refused.Problems = append(refused.Problems, problem)
	}
	if len(refused.Problems) > 0 {
		return nil, &refused
	}
	if note := notSimulated(model); note != "" {
		r.cfg.Report.Note(note)
	}
	return model, nil
}

// serve binds the addresses, puts cognito and gateway behind them and writes
// down what is running. The state is saved before the first request can see it.
func (r *Runtime) serve(parts *parts, functions functionSet, dir string) (*Description, error) {
	cognitoServer, err := listen(r.cfg.CognitoAddr)
	if err != nil {
		return nil, err
	}
	r.servers = append(r.servers, cognitoServer)
	apiServer, err := listen(r.cfg.APIAddr)
	if err != nil {
		return nil, err
	}
	r.servers = append(r.servers, apiServer)

	pool, clients, err := r.newCognito(parts, cognitoServer.url())
	if err != nil {
		return nil, err
	}
	gateway, err := r.newGateway(parts, functions, cognitoServer.url())
	if err != nil {
		return nil, err
	}
	if err := r.state.save(); err != nil {
		return nil, err
	}
	cognitoServer.start(pool, r.failed)
	apiServer.start(gateway, r.failed)

	description := describe(parts, clients, apiServer.url(), cognitoServer.url())
	absolute, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("finding the assembly: %w", err)
	}
	return description, r.home.writeRun(running{
		PID: os.Getpid(), APIURL: description.APIURL, TokenEndpoint: description.TokenEndpoint,
		UserPoolID: description.UserPoolID, Assembly: absolute,
	})
}

// Failed receives an error if a listener stops working while the runtime runs.
func (r *Runtime) Failed() <-chan error { return r.failed }

const (
	// drainTime is how long requests in flight may take after Close: an
	// integration of an HTTP API times out after at most 30 seconds.
	drainTime = 31 * time.Second
	// cutTime is how long functions may take once nobody waits for their answer.
	cutTime = time.Second
)

// Close lets requests in flight finish, ends every function process, closes the
// listeners and gives the state back. When ctx ends, it waits no longer and cuts
// short what is in flight. It may be called more than once.
func (r *Runtime) Close(ctx context.Context) error {
	r.closing.Do(func() {
		r.cancelBackground()
		r.background.Wait()
		drain, cancel := context.WithTimeout(ctx, drainTime)
		defer cancel()
		var failures []error
		// The API first: its requests in flight still need the pool's keys.
		for _, s := range slices.Backward(r.servers) {
			err := s.close(drain)
			if isCut(err) {
				r.cfg.Report.Warn("requests to " + s.url() + " that did not end were cut off")
				continue
			}
			failures = append(failures, err)
		}
		// Whoever waited for a function has its answer now, or has been cut off.
		cut, cancel := context.WithTimeout(ctx, cutTime)
		defer cancel()
		for _, f := range r.functions {
			if err := f.Close(cut); !isCut(err) {
				failures = append(failures, err)
			}
		}
		r.closeErr = errors.Join(append(failures, r.home.close())...)
	})
	return r.closeErr
}

// isCut reports whether closing something took longer than it was given.
func isCut(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}
