package local

import (
	"context"
	"errors"
	"sync"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/function"
	"cognito-m2m/internal/listener"
	"cognito-m2m/internal/serving"
)

// Runtime is one environment on this machine: opened, then started once with an assembly, which
// others may replace, then closed. Its methods are called one after the other.
type Runtime struct {
	run *serving.Run

	// servers are there for the whole run, with swappable handlers.
	servers struct{ pool, aws, api *listener.Listener } // each nil until it is bound
	at      serving.Addresses
	serving *deployment // nil until Start has one

	// What goes on behind a run: deployments that end, and a comparison of sources.
	retiring         sync.WaitGroup
	lifetime         context.Context // ends when nothing that retires is waited for any longer
	end              context.CancelFunc
	comparison       sync.WaitGroup
	cancelComparison context.CancelFunc

	ahead chan readAhead // nil but in a run of OpenFor, until it has been received from

	// With --watch:
	sources  function.SourceBuilds
	building *building // nil unless something is being built

	closing  sync.Once
	closeErr error
}

// Failed receives an error if a listener stops working while the runtime runs.
func (r *Runtime) Failed() <-chan error { return r.run.Failed }

// Open takes what a run needs before anything slow happens: the lock on the environment's state,
// the state itself, and a look at whether the addresses are free. It fails with a *run.InUseError,
// *state.Error, *serving.OtherRunError or *listener.AddressError, and then holds nothing.
func Open(cfg serving.Config) (*Runtime, error) {
	run, err := serving.Open(cfg)
	if err != nil {
		return nil, err
	}
	if run.State.HasStacks() {
		return nil, errors.Join(&serving.OtherRunError{Env: cfg.Env, DeployedInto: true}, run.Close())
	}
	lifetime, end := context.WithCancel(context.Background())
	return &Runtime{run: run, lifetime: lifetime, end: end, cancelComparison: func() {}}, nil
}

// readAhead is an assembly that was read while the state was.
type readAhead struct {
	dir      string
	assembly *assembly.Assembly
	err      error
}

// OpenFor is Open for a run that starts with the assembly in dir, which is read at the same time.
// What is wrong with the assembly is said by Start.
func OpenFor(cfg serving.Config, dir string) (*Runtime, error) {
	ahead := make(chan readAhead, 1)
	go func() {
		loaded, err := assembly.Load(dir)
		ahead <- readAhead{dir, loaded, err}
	}()
	r, err := Open(cfg)
	if err != nil {
		<-ahead
		return nil, err
	}
	r.ahead = ahead
	return r, nil
}

// load reads the assembly in dir, unless OpenFor has.
func (r *Runtime) load(dir string) (*assembly.Assembly, error) {
	if r.ahead != nil {
		first := <-r.ahead
		r.ahead = nil
		if first.dir == dir {
			return first.assembly, first.err
		}
	}
	return assembly.Load(dir)
}

// SynthDir is where the next assembly can be synthesized to: never the folder of the one that is
// env, whose functions may start further processes.
func (r *Runtime) SynthDir() string {
	dir := r.run.Folder.Assembly()
	if r.serving != nil && r.serving.dir == dir {
		return r.run.Folder.NextAssembly()
	}
	return dir
}

// Assembly is the folder of the assembly that is served.
func (r *Runtime) Assembly() string { return r.serving.dir }

// Start resolves the assembly in dir, prepares its functions, serves, and ends the first rotation
// of every secret. When it returns without an error, all listeners answer. On an error the caller
// still calls Close.
func (r *Runtime) Start(ctx context.Context, dir string) (*serving.Description, error) {
	first, err := r.read(ctx, dir)
	if err != nil {
		return nil, err
	}
	if note := notSimulated(first.env.Model); note != "" {
		r.run.Report.Note(note)
	}
	if note := variablesNote(first.env, first.variables); note != "" {
		r.run.Report.Note(note)
	}
	r.run.SweepFunctions()
	if err := r.bind(); err != nil {
		return nil, err
	}
	if err := r.wire(first); err != nil {
		return nil, err
	}
	if err := r.takeOver(ctx, first); err != nil {
		return nil, errors.Join(err, first.secrets.Close(context.Background()))
	}
	// The HTTP API answers when the clients have their credentials.
	r.servers.pool.Start(r.run.Failed)
	r.servers.aws.Start(r.run.Failed)
	if err := r.rotateFirst(ctx); err != nil {
		return nil, err
	}
	r.servers.api.Start(r.run.Failed)
	return r.ready()
}

func (r *Runtime) rotateFirst(ctx context.Context) error {
	if len(r.serving.env.Model.RotationSchedules) > 0 {
		defer r.run.Report.Step("rotating new secrets")()
	}
	return r.run.Settle(ctx, r.serving.secrets)
}

// bind takes the addresses. If one can't be had, Close gives back those before it.
func (r *Runtime) bind() (err error) {
	if r.servers.pool, err = listener.Listen(r.run.CognitoAddr); err != nil {
		return err
	}
	if r.servers.aws, err = listener.Listen(r.run.AWSAddr); err != nil {
		return err
	}
	if r.servers.api, err = listener.Listen(r.run.APIAddr); err != nil {
		return err
	}
	r.at = serving.Addresses{Pool: r.servers.pool.URL(), AWS: r.servers.aws.URL(), API: r.servers.api.URL()}
	r.run.State.ServeAt(r.at.Pool)
	return nil
}

// Close lets requests in flight finish, ends every function process, closes the listeners and gives
// the state back. When ctx ends, it waits no longer and cuts short what is in flight. It may be
// called more than once.
func (r *Runtime) Close(ctx context.Context) error {
	r.closing.Do(func() {
		r.endComparison()
		r.dropBuilding()
		drain, cancel := context.WithTimeout(ctx, listener.DrainTime)
		defer cancel()
		// The API first: its requests in flight still need the pool's keys, and rotations need the
		// others.
		var rotations sync.WaitGroup
		if r.serving != nil {
			rotations.Go(func() { r.run.EndRotations(drain, r.serving.secrets) })
		}
		failures := r.run.CloseListeners(drain, r.servers.api)
		rotations.Wait()
		failures = append(failures, r.run.CloseListeners(drain, r.servers.pool, r.servers.aws)...)
		failures = append(failures, r.endFunctions(ctx))
		r.closeErr = errors.Join(append(failures, r.leave())...)
	})
	return r.closeErr
}

// endFunctions ends the functions that are env, and those that were. Whoever waited for one has
// its answer now, or has been cut off.
func (r *Runtime) endFunctions(ctx context.Context) error {
	cut, cancel := context.WithTimeout(ctx, serving.CutTime)
	defer cancel()
	context.AfterFunc(cut, func() { r.end() })
	defer r.retiring.Wait()
	if r.serving == nil {
		return nil
	}
	defer r.serving.programs.letGo()
	return r.serving.functions.Close(cut)
}

// leave gives the folder back, with the assembly where the next run looks for it.
func (r *Runtime) leave() error {
	var err error
	if r.serving != nil && r.serving.dir == r.run.Folder.NextAssembly() {
		err = r.run.Folder.MoveNext()
	}
	return errors.Join(err, r.run.Close())
}
