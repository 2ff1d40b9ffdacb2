package run

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"

	"github.com/gofrs/flock"

	"cognito-m2m/internal/redacted"
)

// Running is the content of run.json: who runs an environment here, where it is reached, and what
// calls of AWS are signed with.
type Running struct {
	PID            int    `json:"pid"`
	APIURL         string `json:"api_url"`
	TokenEndpoint  string `json:"token_endpoint"`
	JWKSURI        string `json:"jwks_uri"`
	AWSEndpointURL string `json:"aws_endpoint_url"`
	// The access key of state.json; empty in the run.json of an m2m from before signatures were
	// verified.
	AWSAccessKeyID     string        `json:"aws_access_key_id"`
	AWSSecretAccessKey redacted.Text `json:"aws_secret_access_key"`

	Region     string `json:"region"`
	UserPoolID string `json:"user_pool_id"`
	Assembly   string `json:"assembly"` // the folder of the cloud assembly

	// Environments are those that were deployed into the run, by name. There are none in a run of
	// one assembly.
	Environments map[string]Environment `json:"environments,omitempty"`
}

// Environment is where an environment is reached that was deployed into a run. The rest is the
// run's.
type Environment struct {
	APIURL        string `json:"api_url"`
	TokenEndpoint string `json:"token_endpoint"`
	JWKSURI       string `json:"jwks_uri"`
	Region        string `json:"region"`
	UserPoolID    string `json:"user_pool_id"`
}

// NotRunningError says that no local run of the environment is there.
type NotRunningError struct {
	Env      string
	Dir      string // where its run.json would be
	Starting bool   // a run has begun and is not ready yet
}

func (e *NotRunningError) Error() string {
	if e.Starting {
		return fmt.Sprintf("%s is starting on this machine and not ready yet", e.Env)
	}
	return fmt.Sprintf("%s does not run on this machine (no run holds %s)", e.Env, e.Dir)
}

// envPattern keeps an environment's folder inside the state's, and apart from the folder of built
// functions.
var envPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

// checkEnv refuses a name that can't be an environment's, because it can't be that of a folder in
// the state's.
func checkEnv(env string) error {
	if !envPattern.MatchString(env) {
		return fmt.Errorf("%q can't be an environment: the name must start with a letter or digit, such as dev", env)
	}
	return nil
}

// Find is the run of env whose state is in stateDir. It fails with a *NotRunningError if there is
// none, if it is not ready yet, or if what is there was left by a run that was ended from outside.
func Find(stateDir, env string) (*Running, error) {
	if err := checkEnv(env); err != nil {
		return nil, err
	}
	dir, err := filepath.Abs(filepath.Join(stateDir, env))
	if err != nil {
		return nil, &StateDirError{Dir: stateDir, Err: err}
	}
	if err := checkRun(dir); err != nil {
		return nil, &StateDirError{Dir: dir, Err: err}
	}
	held, err := isHeld(filepath.Join(dir, lockFile))
	if err != nil {
		return nil, &StateDirError{Dir: dir, Err: err}
	}
	running, err := read(dir)
	switch {
	case !held:
		return nil, &NotRunningError{Env: env, Dir: dir}
	case errors.Is(err, fs.ErrNotExist):
		return nil, &NotRunningError{Env: env, Dir: dir, Starting: true}
	case err != nil:
		return nil, &StateDirError{Dir: dir, Err: err}
	}
	return running, nil
}

// isHeld reports whether a run holds the lock. One that starts at this moment waits for the look to
// end.
func isHeld(file string) (bool, error) {
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return false, nil // there never was a run, and looking leaves nothing behind
	}
	lock := flock.New(file)
	free, err := lock.TryRLock()
	return !free, errors.Join(err, lock.Close())
}

func read(dir string) (*Running, error) {
	raw, err := ReadFile(filepath.Join(dir, runFile))
	if err != nil {
		return nil, err
	}
	var r Running
	if err := json.Unmarshal(raw, &r); err != nil {
		return nil, fmt.Errorf("reading run.json: %w", err)
	}
	return &r, nil
}
