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
	"cognito-m2m/internal/secretsmanager"
)

// Runtime is one environment on this machine: opened, then started once with
// an assembly, then closed.
type Runtime struct {
	cfg       Config
	home      *home
	state     *state
	servers   []*server
	functions []*function.Function
	secrets   *secretsmanager.Store
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
	for _, addr := range []string{cfg.APIAddr, cfg.CognitoAddr, cfg.AWSAddr} {
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
	r := &Runtime{cfg: cfg, home: home, failed: make(chan error, 3), cancelBackground: func() {}}
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

// Start resolves the assembly in dir, prepares its functions, serves, and ends
// the first rotation of every secret. When it returns without an error, all
// listeners answer. On an error the caller still calls Close.
func (r *Runtime) Start(ctx context.Context, dir string) (*Description, error) {
	model, err := r.resolve(dir)
	if err != nil {
		return nil, err
	}
	parts, err := theParts(model)
	if err != nil {
		return nil, err
	}
	bootstraps, err := r.prepareFunctions(ctx, parts)
	if err != nil {
		return nil, err
	}
	description, err := r.serve(ctx, parts, bootstraps)
	if err != nil {
		return nil, err
	}
	if r.cfg.CompareSource {
		r.compareSources(parts)
	}
	return description, r.tell(description, dir)
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

// addresses are where the run's listeners are reached, as URLs.
type addresses struct{ api, pool, aws string }

func (a addresses) tokenEndpoint() string { return a.pool + "/oauth2/token" }

// serve binds the addresses and puts the parts behind them. The state is saved
// before the first request can see it. The HTTP API comes last, when the clients
// have their credentials.
func (r *Runtime) serve(ctx context.Context, p *parts, bootstraps map[string]string) (*Description, error) {
	var bound [3]*server // closed in the reverse order: requests to the API may still need the others
	for i, addr := range []string{r.cfg.CognitoAddr, r.cfg.AWSAddr, r.cfg.APIAddr} {
		s, err := listen(addr)
		if err != nil {
			return nil, err
		}
		bound[i] = s
		r.servers = append(r.servers, s)
	}
	at := addresses{pool: bound[0].url(), aws: bound[1].url(), api: bound[2].url()}
	r.state.serveAt(at.pool)

	functions, err := r.newFunctions(p, bootstraps, at)
	if err != nil {
		return nil, err
	}
	pool, err := r.newCognito(p, at)
	if err != nil {
		return nil, err
	}
	gateway, err := r.newGateway(p, functions, at)
	if err != nil {
		return nil, err
	}
	if err := r.state.save(); err != nil {
		return nil, err
	}
	if r.secrets, err = r.newSecretsManager(p, functions); err != nil {
		return nil, err
	}
	aws, err := r.newAWSAPI(p, pool, r.secrets)
	if err != nil {
		return nil, err
	}
	bound[0].start(pool, r.failed)
	bound[1].start(aws, r.failed)
	if err := r.rotateNew(ctx, p); err != nil {
		return nil, err
	}
	bound[2].start(gateway, r.failed)
	return r.describe(p, pool, at), nil
}

// tell writes down what runs, for other processes.
func (r *Runtime) tell(d *Description, dir string) error {
	absolute, err := filepath.Abs(dir)
	if err != nil {
		return fmt.Errorf("finding the assembly: %w", err)
	}
	return r.home.writeRun(Running{
		PID: os.Getpid(), APIURL: d.APIURL, TokenEndpoint: d.TokenEndpoint, AWSEndpointURL: d.AWSEndpoint,
		Region: d.Region, UserPoolID: d.UserPoolID, Assembly: absolute,
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
		// A rotation that is cut short is taken up by the next run.
		if r.secrets != nil {
			if err := r.secrets.Close(drain); isCut(err) {
				r.cfg.Report.Warn("a rotation did not end; the next run takes it up")
			}
		}
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
