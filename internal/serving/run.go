package serving

import (
	"context"
	"errors"
	"net/http"
	"sync"

	"cognito-m2m/internal/cognito"
	"cognito-m2m/internal/listener"
	"cognito-m2m/internal/run"
	"cognito-m2m/internal/ssm"
	"cognito-m2m/internal/state"
	"cognito-m2m/internal/sts"
)

// Run is what every run has: its settings, its folder and what it keeps.
type Run struct {
	Config

	Folder *run.Folder
	State  *state.State
	// Parameters are those of the Parameter Store.
	Parameters *ssm.Store
	// Failed receives an error if a listener stops working while the run runs.
	Failed chan error
	// SaveClient keeps what UpdateUserPoolClient has changed; nil in a run of one assembly, where
	// it lasts as long as the deployment.
	SaveClient func(cognito.Client) error

	fetcher    *http.Client // of the gateways, for the user pools' keys
	identities *sts.Service
	keys       sync.Mutex     // see HoldKeys
	rotations  sync.WaitGroup // that the weather has begun
	settling   sync.WaitGroup // see Settle
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

// Open takes what a run needs before anything slow happens: the lock on the environment's state,
// the state itself, and a look at whether the addresses are free. It fails with a *run.InUseError,
// *state.Error or *listener.AddressError, and then holds nothing.
func Open(cfg Config) (*Run, error) {
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
	r := &Run{Config: cfg, Folder: folder, Failed: make(chan error, 3), fetcher: &http.Client{Transport: &http.Transport{}}}
	if r.State, err = state.Read(folder.StateFile()); err != nil {
		return nil, errors.Join(err, folder.Close())
	}
	if r.Parameters, err = ssm.New(ssm.Config{Folder: folder.Parameters(), Now: cfg.Now, Log: cfg.Log}); err != nil {
		return nil, errors.Join(err, folder.Close())
	}
	if r.identities, err = newIdentities(r); err != nil {
		return nil, errors.Join(err, folder.Close())
	}
	if leftOver {
		cfg.Report.Note("The last run of " + cfg.Env + " was ended from outside; its state is intact.")
	}
	if _, err := r.ReadVariables(); err != nil { // they are read again with each assembly
		return nil, errors.Join(err, folder.Close())
	}
	return r, nil
}

// checkAddresses checks that each can be listened on, and warns of those that other machines reach.
func checkAddresses(cfg Config) error {
	for _, addr := range []string{cfg.APIAddr, cfg.CognitoAddr, cfg.AWSAddr} {
		if err := listener.CheckFree(addr); err != nil {
			return err
		}
		if warning := cfg.exposureWarning(addr); warning != "" {
			cfg.Report.Warn(warning)
		}
	}
	return nil
}

// CloseListeners closes those that are bound.
func (r *Run) CloseListeners(ctx context.Context, listeners ...*listener.Listener) (failures []error) {
	for _, l := range listeners {
		if l == nil {
			continue
		}
		err := l.Close(ctx)
		if isCut(err) {
			r.Report.Warn("requests to " + l.URL() + " that did not end were cut off")
			continue
		}
		failures = append(failures, err)
	}
	return failures
}

// Close gives the folder back, when nothing is served any more.
func (r *Run) Close() error {
	r.fetcher.CloseIdleConnections()
	r.rotations.Wait()
	r.settling.Wait()
	return errors.Join(r.State.Fold(), r.Folder.Close())
}

// isCut reports whether closing something took longer than it may.
func isCut(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}
