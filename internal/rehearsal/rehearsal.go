package rehearsal

import (
	"context"
	"errors"
	"slices"
	"sync"

	"cognito-m2m/internal/cloudformation/engine"
	"cognito-m2m/internal/cognito"
	"cognito-m2m/internal/function"
	"cognito-m2m/internal/listener"
	"cognito-m2m/internal/partition"
	"cognito-m2m/internal/serving"
)

// Rehearsal is a run that starts with nothing deployed and serves what is deployed into it, in any
// number of accounts and Regions. Its API is AWS's own: see package engine for the order in which
// stacks are deployed. It is an engine.Provider.
type Rehearsal struct {
	run *serving.Run

	uploads  *uploads
	engine   *engine.Engine
	recorded map[string]int64 // the bytes of the records that this run has written, by the stack's ARN
	aws      *listener.Listener

	mu       sync.Mutex // one step at a time
	sites    map[partition.Place]*site
	list     sync.RWMutex // guards listed
	listed   []*site
	ready    map[string]bool              // environments that have been announced
	prepared map[string]function.Prepared // by code and architecture; a rollback may need any of them

	retiring sync.WaitGroup
	lifetime context.Context // ends when nothing that retires is waited for any longer
	stop     context.CancelFunc

	closing  sync.Once
	closeErr error
}

// Open takes what the run needs, like local.Open: Config.Env is the name of its folder.
func Open(cfg serving.Config) (*Rehearsal, error) {
	run, err := serving.Open(cfg)
	if err != nil {
		return nil, err
	}
	if run.State.HasAssembly() {
		return nil, errors.Join(&serving.OtherRunError{Env: cfg.Env}, run.Close())
	}
	uploads, err := openUploads(run)
	if err != nil {
		return nil, errors.Join(err, run.Close())
	}
	run.SaveClient = func(client cognito.Client) error { return keepClient(run.State, client) }
	lifetime, stop := context.WithCancel(context.Background())
	return &Rehearsal{
		run: run, uploads: uploads, recorded: map[string]int64{}, sites: map[partition.Place]*site{}, ready: map[string]bool{},
		prepared: map[string]function.Prepared{}, lifetime: lifetime, stop: stop,
	}, nil
}

// Failed receives an error if a listener stops working while the run runs.
func (r *Rehearsal) Failed() <-chan error { return r.run.Failed }

// Start serves what was deployed in runs before, and AWS's own APIs.
func (r *Rehearsal) Start() (err error) {
	if r.aws, err = listener.Listen(r.run.AWSAddr); err != nil {
		return err
	}
	if err := r.openEngine(); err != nil {
		return err
	}
	return r.resume()
}

// Recover reports the environments that were deployed in runs before, once after Start. Rotations
// and operations that were under way then go on.
func (r *Rehearsal) Recover() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.sites {
		r.retiring.Go(func() { s.settle() })
	}
	r.engine.Recover()
	return r.announce()
}

func (r *Rehearsal) resume() (err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for place, stacks := range r.run.State.Stacks() {
		s, err := r.site(place)
		if err != nil {
			return err
		}
		for name, kept := range stacks {
			if s.stacks[name], err = s.read(kept); err != nil {
				return err
			}
		}
		if err := s.resume(); err != nil {
			return err
		}
	}
	api, err := r.newAWSAPI()
	if err != nil {
		return err
	}
	r.run.SweepFunctions()
	r.aws.Swap(api)
	r.aws.Start(r.run.Failed)
	return r.publish(nil) // whoever hears that the run is ready asks where its environments are
}

// site is that of a place, which is made when something is deployed there for the first time. The
// lock must be held.
func (r *Rehearsal) site(place partition.Place) (*site, error) {
	if known := r.sites[place]; known != nil {
		return known, nil
	}
	s := &site{
		Rehearsal: r, place: place, stacks: map[string]*deployedStack{},
		pools: map[string]*poolServer{}, apis: map[string]*apiServer{}, functions: map[string]*servedFunction{},
	}
	r.sites[place] = s
	r.list.Lock()
	defer r.list.Unlock()
	r.listed = append(r.listed, s)
	return s, nil
}

// every gives the sites in an order that stays.
func (r *Rehearsal) every() []*site {
	r.list.RLock()
	defer r.list.RUnlock()
	return slices.Clone(r.listed)
}

// Close lets requests in flight finish, ends every function process, closes the listeners and gives
// the state back. Operations end after the step that is under way; the next start takes them up.
// When ctx ends, Close waits no longer.
func (r *Rehearsal) Close(ctx context.Context) error {
	r.closing.Do(func() {
		drain, cancel := context.WithTimeout(ctx, listener.DrainTime)
		defer cancel()
		context.AfterFunc(drain, r.stop)
		var failures []error
		if r.engine != nil {
			failures = append(failures, r.engine.Close(drain))
			for _, fault := range r.engine.Unused() {
				r.run.Report.Warn("nothing was deployed that --fail " + fault.Target + " would have failed")
			}
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		for _, s := range r.sites {
			failures = append(failures, s.close(drain)...)
		}
		failures = append(failures, r.run.CloseListeners(drain, r.aws)...)
		for _, s := range r.sites {
			failures = append(failures, s.endFunctions(ctx))
		}
		r.stop()
		r.retiring.Wait()
		for _, prepared := range r.prepared {
			failures = append(failures, prepared.Held.Close())
		}
		r.closeErr = errors.Join(append(failures, r.uploads.objects.Close(), r.run.Close())...)
	})
	return r.closeErr
}

// end ends what was served, when the requests under way have been answered.
func (r *Rehearsal) end(servers []*listener.Listener, last []*listener.Handler, functions serving.FunctionSet) {
	ctx, cancel := context.WithTimeout(r.lifetime, listener.DrainTime)
	defer cancel()
	for _, handler := range last {
		handler.Wait(ctx)
	}
	for _, failure := range append(r.run.CloseListeners(ctx, servers...), functions.Close(ctx)) {
		if failure != nil {
			r.run.Report.Warn(failure.Error())
		}
	}
}
