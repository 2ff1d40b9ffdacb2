package local

import (
	"context"
	"errors"
	"os"
	"sync"

	"cognito-m2m/client"
	"cognito-m2m/internal/cloudformation/engine"
	"cognito-m2m/internal/local/state"
	"cognito-m2m/internal/run"
	"cognito-m2m/internal/secretsmanager"
)

// Rehearsal is a run that starts with nothing deployed and serves what is deployed into it, in any
// number of accounts and Regions. Its API is AWS's own: see package engine for the order in which
// stacks are deployed. It is an engine.Provider.
type Rehearsal struct {
	host

	uploads *uploads
	engine  *engine.Engine
	aws     *server

	mu       sync.Mutex // one step at a time
	sites    map[state.Place]*site
	list     sync.RWMutex // guards listed
	listed   []*site
	ready    map[string]bool   // environments that have been announced
	prepared map[string]string // bootstraps by code and architecture

	retiring sync.WaitGroup
	lifetime context.Context // ends when nothing that retires is waited for any longer
	stop     context.CancelFunc

	closing  sync.Once
	closeErr error
}

// OpenRehearsal takes what the run needs, like Open: Config.Env is the name of its folder.
func OpenRehearsal(cfg Config) (*Rehearsal, error) {
	h, err := openHost(cfg)
	if err != nil {
		return nil, err
	}
	if h.state.HasAssembly() {
		return nil, errors.Join(&OtherRunError{Env: cfg.Env}, h.folder.Close())
	}
	uploads, err := h.openUploads()
	if err != nil {
		return nil, errors.Join(err, h.folder.Close())
	}
	h.saveClient = h.keepClient
	lifetime, stop := context.WithCancel(context.Background())
	return &Rehearsal{host: *h, uploads: uploads, sites: map[state.Place]*site{}, ready: map[string]bool{}, prepared: map[string]string{}, lifetime: lifetime, stop: stop}, nil
}

// Start serves what was deployed in runs before, and AWS's own APIs.
func (r *Rehearsal) Start() (err error) {
	if r.aws, err = listen(r.cfg.AWSAddr); err != nil {
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
	for place, stacks := range r.state.Stacks() {
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
	r.aws.handler.swap(api)
	r.aws.start(r.failed)
	return r.publish(nil) // whoever hears that the run is ready asks where its environments are
}

// settle takes up the rotations that did not end in the run before.
func (s *site) settle() {
	if s.secrets == nil {
		return
	}
	for _, failure := range each(s.secrets.Settle(s.lifetime)) {
		if s.lifetime.Err() == nil {
			s.cfg.Report.Warn(failure.Error())
		}
	}
}

// site is that of a place, which is made when something is deployed there for the first time. The
// lock must be held.
func (r *Rehearsal) site(place state.Place) (*site, error) {
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

// openSecrets makes the store, with the addresses of the pools that secrets name.
func (s *site) openSecrets(declared []secretsmanager.Secret) (err error) {
	s.secrets, err = secretsmanager.New(secretsmanager.Config{
		Secrets:  declared,
		State:    s.state.SecretsManagerAt(s.place),
		Save:     func(held secretsmanager.State) error { return s.state.KeepSecretsManagerAt(s.place, held) },
		Progress: func(secret, step string) { s.cfg.Log.Info("rotating", "secret", secret, "step", step) },
		Now:      s.cfg.Now,
		Log:      s.cfg.Log,
	})
	s.held = declared
	return err
}

// end ends what was served, when the requests under way have been answered.
func (r *Rehearsal) end(servers []*server, last []*countingHandler, functions functionSet) {
	ctx, cancel := context.WithTimeout(r.lifetime, drainTime)
	defer cancel()
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		for _, handler := range last {
			handler.requests.Wait()
		}
	}()
	select {
	case <-answered:
	case <-ctx.Done():
	}
	for _, failure := range append(r.closeServers(ctx, servers...), functions.close(ctx)) {
		if failure != nil {
			r.cfg.Report.Warn(failure.Error())
		}
	}
}

// Close lets requests in flight finish, ends every function process, closes the listeners and gives
// the state back. Operations end after the step that is under way; the next start takes them up.
// When ctx ends, Close waits no longer.
func (r *Rehearsal) Close(ctx context.Context) error {
	r.closing.Do(func() {
		drain, cancel := context.WithTimeout(ctx, drainTime)
		defer cancel()
		context.AfterFunc(drain, r.stop)
		var failures []error
		if r.engine != nil {
			failures = append(failures, r.engine.Close(drain))
			for _, fault := range r.engine.Unused() {
				r.cfg.Report.Warn("nothing was deployed that --fail " + fault.Target + " would have failed")
			}
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		for _, s := range r.sites {
			failures = append(failures, s.close(drain)...)
		}
		failures = append(failures, r.closeServers(drain, r.aws)...)
		r.fetcher.CloseIdleConnections()
		for _, s := range r.sites {
			failures = append(failures, s.endFunctions(ctx))
		}
		r.stop()
		r.retiring.Wait()
		r.closeErr = errors.Join(append(failures, r.uploads.objects.Close(), r.folder.Close())...)
	})
	return r.closeErr
}

// close ends the HTTP APIs first: their requests in flight need the pools' keys, and rotations need
// AWS's APIs.
func (s *site) close(ctx context.Context) (failures []error) {
	var apis, pools []*server
	for _, api := range s.apis {
		apis = append(apis, api.server)
	}
	for _, pool := range s.pools {
		pools = append(pools, pool.server)
	}
	failures = s.closeServers(ctx, apis...)
	if s.secrets != nil {
		if err := s.secrets.Close(ctx); isCut(err) {
			s.cfg.Report.Warn("a rotation did not end; the next start takes it up")
		}
	}
	return append(failures, s.closeServers(ctx, pools...)...)
}

func (s *site) endFunctions(ctx context.Context) error {
	cut, cancel := context.WithTimeout(ctx, cutTime)
	defer cancel()
	set := functionSet{}
	for arn, f := range s.functions {
		set[arn] = f.Function
	}
	return set.close(cut)
}

// announce publishes where everything is reached, and reports environments whose API answers for
// the first time. The lock must be held.
func (r *Rehearsal) announce() error {
	reported := map[string]bool{}
	defer func() { r.ready = reported }()
	return r.publish(func(d *Description) {
		reported[d.Environment] = true
		if !r.ready[d.Environment] && r.cfg.Ready != nil {
			r.cfg.Ready(d)
		}
	})
}

// publish writes down where everything is reached. found, if it is not nil, is told of each
// environment whose API answers. The lock must be held.
func (r *Rehearsal) publish(found func(*Description)) error {
	running := run.Running{
		PID: os.Getpid(), AWSEndpointURL: r.aws.url(), AWSAccessKeyID: r.state.AccessKey().ID, AWSSecretAccessKey: r.state.AccessKey().Secret,
		Region: defaultRegion, Environments: map[string]run.Environment{},
	}
	addresses := map[string]string{}
	for _, s := range r.sites {
		s.addTo(&running, addresses, found)
	}
	return errors.Join(r.state.KeepAddresses(addresses), r.folder.WriteRun(running))
}

const defaultRegion = "us-east-1"

func (s *site) addTo(running *run.Running, listening map[string]string, found func(*Description)) {
	if s.base == nil {
		return
	}
	for id, pool := range s.pools {
		listening[id] = pool.listener.Addr().String()
	}
	for id, api := range s.apis {
		listening[id] = api.listener.Addr().String()
	}
	for _, view := range views(s.merged()) {
		name, pool := view.environment(), s.pools[view.pool.ID]
		if pool == nil || pool.current == nil || s.apis[view.api.ID] == nil || len(view.api.Stages) == 0 {
			continue
		}
		d := s.describe(view, s.addressesOf(view), pool.current)
		d.Environment = name
		if found != nil {
			found(d)
		}
		running.Environments[name] = run.Environment{
			APIURL: d.APIURL, TokenEndpoint: d.TokenEndpoint, JWKSURI: d.JWKSURI, Region: d.Region, UserPoolID: d.UserPoolID,
		}
	}
}

// Access is where AWS's own APIs answer, and what requests are signed with.
type Access struct {
	URL, KeyID string
	Secret     client.Secret
	Region     string // where an environment goes that names none
}

// Access is there after Start.
func (r *Rehearsal) Access() Access {
	key := r.state.AccessKey()
	return Access{URL: r.aws.url(), KeyID: key.ID, Secret: key.Secret, Region: defaultRegion}
}
