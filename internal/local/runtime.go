package local

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"cognito-m2m/internal/cognito"
	"cognito-m2m/internal/local/state"
	"cognito-m2m/internal/run"
	"cognito-m2m/internal/userpool"
)

// Runtime is one environment on this machine: opened, then started once with an assembly, which
// others may replace, then closed. Its methods are called one after the other.
type Runtime struct {
	host

	// servers are there for the whole run, with swappable handlers.
	servers struct{ pool, aws, api *server } // each nil until it is bound
	at      addresses
	serving *deployment // nil until Start has one

	// What goes on behind a run: deployments that end, and a comparison of sources.
	retiring         sync.WaitGroup
	lifetime         context.Context // ends when nothing that retires is waited for any longer
	end              context.CancelFunc
	comparison       sync.WaitGroup
	cancelComparison context.CancelFunc

	closing  sync.Once
	closeErr error
}

// host is what every run has: its settings, its folder and what it keeps.
type host struct {
	cfg     Config
	folder  *run.Folder
	state   *state.State
	failed  chan error
	fetcher *http.Client // of the gateways, for the user pools' keys
	// saveClient keeps what UpdateUserPoolClient has changed; nil in a run of one assembly, where
	// it lasts as long as the deployment.
	saveClient func(cognito.Client) error
}

// Failed receives an error if a listener stops working while the runtime runs.
func (h *host) Failed() <-chan error { return h.failed }

// Open takes what a run needs before anything slow happens: the lock on the environment's state,
// the state itself, and a look at whether the addresses are free. It fails with a *run.InUseError,
// *state.Error, *OtherRunError or *AddressError, and then holds nothing.
func Open(cfg Config) (*Runtime, error) {
	h, err := openHost(cfg)
	if err != nil {
		return nil, err
	}
	if h.state.HasStacks() {
		return nil, errors.Join(&OtherRunError{Env: cfg.Env, DeployedInto: true}, h.folder.Close())
	}
	lifetime, end := context.WithCancel(context.Background())
	return &Runtime{host: *h, lifetime: lifetime, end: end, cancelComparison: func() {}}, nil
}

// OtherRunError says that the state is one of the other kind of run, which would lose its ids and
// secrets.
type OtherRunError struct {
	Env          string
	DeployedInto bool // the state is of a run that was deployed into
}

func (e *OtherRunError) Error() string {
	if e.DeployedInto {
		return "the state of " + e.Env + " has what was deployed into it (m2m up --empty), which this run would lose"
	}
	return "the state of " + e.Env + " is that of an assembly, which a run with --empty would lose"
}

func openHost(cfg Config) (*host, error) {
	cfg, err := cfg.completed()
	if err != nil {
		return nil, err
	}
	folder, err := run.Open(cfg.StateDir, cfg.Env, cfg.Ephemeral)
	if err != nil {
		return nil, err
	}
	for _, text := range folder.Repaired {
		cfg.Report.Warn(text)
	}
	if err := checkAddresses(cfg); err != nil { // another run of the environment would have them: run.Open has said that
		return nil, errors.Join(err, folder.Release())
	}
	leftOver, err := folder.RemoveRun()
	if err != nil {
		return nil, errors.Join(err, folder.Close())
	}
	h := &host{cfg: cfg, folder: folder, failed: make(chan error, 3), fetcher: &http.Client{Transport: &http.Transport{}}}
	if h.state, err = state.Read(folder.StateFile()); err != nil {
		return nil, errors.Join(err, folder.Close())
	}
	if leftOver {
		cfg.Report.Note("The last run of " + cfg.Env + " was ended from outside; its state is intact.")
	}
	if _, err := h.readVariables(); err != nil { // they are read again with each assembly
		return nil, errors.Join(err, folder.Close())
	}
	return h, nil
}

// checkAddresses checks that each can be listened on, and warns of those that other machines reach.
func checkAddresses(cfg Config) error {
	for _, addr := range []string{cfg.APIAddr, cfg.CognitoAddr, cfg.AWSAddr} {
		if err := checkFree(addr); err != nil {
			return err
		}
		if warning := cfg.exposureWarning(addr); warning != "" {
			cfg.Report.Warn(warning)
		}
	}
	return nil
}

// SynthDir is where the next assembly can be synthesized to: never the folder of the one that is
// served, whose functions may start further processes.
func (r *Runtime) SynthDir() string {
	dir := r.folder.Assembly()
	if r.serving != nil && r.serving.dir == dir {
		return r.folder.NextAssembly()
	}
	return dir
}

// Assembly is the folder of the assembly that is served.
func (r *Runtime) Assembly() string { return r.serving.dir }

// Start resolves the assembly in dir, prepares its functions, serves, and ends the first rotation
// of every secret. When it returns without an error, all listeners answer. On an error the caller
// still calls Close.
func (r *Runtime) Start(ctx context.Context, dir string) (*Description, error) {
	first, err := r.read(ctx, dir)
	if err != nil {
		return nil, err
	}
	if note := notSimulated(first.resources.model); note != "" {
		r.cfg.Report.Note(note)
	}
	if note := variablesNote(first.resources, first.variables); note != "" {
		r.cfg.Report.Note(note)
	}
	if err := r.bind(); err != nil {
		return nil, err
	}
	if err := r.wire(first); err != nil {
		return nil, err
	}
	if err := r.takeOver(ctx, first); err != nil {
		return nil, err
	}
	// The HTTP API answers when the clients have their credentials.
	r.servers.pool.start(r.failed)
	r.servers.aws.start(r.failed)
	if err := r.rotateFirst(ctx); err != nil {
		return nil, err
	}
	r.servers.api.start(r.failed)
	return r.ready()
}

func (r *Runtime) rotateFirst(ctx context.Context) error {
	if len(r.serving.resources.model.RotationSchedules) > 0 {
		defer r.cfg.Report.Step("rotating new secrets")()
	}
	return r.rotateNew(ctx)
}

// addresses are where the run's listeners are reached, as URLs.
type addresses struct{ api, pool, aws string }

func (a addresses) tokenEndpoint() string { return a.pool + userpool.TokenPath }

func (a addresses) jwksURI(poolID string) string {
	return userpool.JWKSURL(a.pool + "/" + poolID)
}

// bind takes the addresses. If one can't be had, Close gives back those before it.
func (r *Runtime) bind() (err error) {
	if r.servers.pool, err = listen(r.cfg.CognitoAddr); err != nil {
		return err
	}
	if r.servers.aws, err = listen(r.cfg.AWSAddr); err != nil {
		return err
	}
	if r.servers.api, err = listen(r.cfg.APIAddr); err != nil {
		return err
	}
	r.at = addresses{pool: r.servers.pool.url(), aws: r.servers.aws.url(), api: r.servers.api.url()}
	r.state.ServeAt(r.at.pool)
	return nil
}

const (
	// drainTime is how long requests in flight may take after Close: an integration of an HTTP API
	// times out after at most 30 seconds.
	drainTime = 31 * time.Second
	// cutTime is how long functions may take once no one waits for their answer.
	cutTime = time.Second
)

// Close lets requests in flight finish, ends every function process, closes the listeners and gives
// the state back. When ctx ends, it waits no longer and cuts short what is in flight. It may be
// called more than once.
func (r *Runtime) Close(ctx context.Context) error {
	r.closing.Do(func() {
		r.endComparison()
		drain, cancel := context.WithTimeout(ctx, drainTime)
		defer cancel()
		// The API first: its requests in flight still need the pool's keys, and rotations need the
		// others.
		var rotations sync.WaitGroup
		if r.serving != nil {
			rotations.Go(func() { r.endRotations(drain, r.serving) })
		}
		failures := r.closeServers(drain, r.servers.api)
		rotations.Wait()
		failures = append(failures, r.closeServers(drain, r.servers.pool, r.servers.aws)...)
		r.fetcher.CloseIdleConnections()
		failures = append(failures, r.endFunctions(ctx))
		r.closeErr = errors.Join(append(failures, r.leave())...)
	})
	return r.closeErr
}

// closeServers closes those that are bound.
func (h *host) closeServers(ctx context.Context, servers ...*server) (failures []error) {
	for _, s := range servers {
		if s == nil {
			continue
		}
		err := s.close(ctx)
		if isCut(err) {
			h.cfg.Report.Warn("requests to " + s.url() + " that did not end were cut off")
			continue
		}
		failures = append(failures, err)
	}
	return failures
}

// endFunctions ends the functions that are served, and those that were. Whoever waited for one has
// its answer now, or has been cut off.
func (r *Runtime) endFunctions(ctx context.Context) error {
	cut, cancel := context.WithTimeout(ctx, cutTime)
	defer cancel()
	context.AfterFunc(cut, r.end)
	defer r.retiring.Wait()
	if r.serving == nil {
		return nil
	}
	return r.serving.functions.close(cut)
}

// leave gives the folder back, with the assembly where the next run looks for it.
func (r *Runtime) leave() error {
	var err error
	if r.serving != nil && r.serving.dir == r.folder.NextAssembly() {
		err = r.folder.MoveNext()
	}
	return errors.Join(err, r.folder.Close())
}
