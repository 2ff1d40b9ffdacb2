package local

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
)

// Running is the content of run.json: who runs an environment here, and where
// it is reached. There is no secret in it.
type Running struct {
	PID            int    `json:"pid"`
	APIURL         string `json:"api_url"`
	TokenEndpoint  string `json:"token_endpoint"`
	AWSEndpointURL string `json:"aws_endpoint_url"`
	Region         string `json:"region"`
	UserPoolID     string `json:"user_pool_id"`
	Assembly       string `json:"assembly"` // the folder of the cloud assembly
}

// NotRunningError says that no local run of the environment is there.
type NotRunningError struct {
	Env string
	Dir string // where its run.json would be
}

func (e *NotRunningError) Error() string {
	return fmt.Sprintf("%s does not run on this machine (no run holds %s)", e.Env, e.Dir)
}

// FindRun is the run of env whose state is in stateDir. It fails with a
// *NotRunningError if there is none, if it is not ready yet, or if what is there
// was left by a run that was ended from outside.
func FindRun(stateDir, env string) (*Running, error) {
	if !envPattern.MatchString(env) {
		return nil, envError(env)
	}
	dir, err := filepath.Abs(filepath.Join(stateDir, env))
	if err != nil {
		return nil, &StateDirError{Dir: stateDir, Err: err}
	}
	running, err := readRun(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &NotRunningError{Env: env, Dir: dir}
	}
	if err != nil {
		return nil, &StateDirError{Dir: dir, Err: err}
	}
	// Whoever runs holds the lock. A run that starts at this moment waits for the
	// look to end.
	lock := flock.New(filepath.Join(dir, "lock"))
	free, err := lock.TryRLock()
	if err != nil {
		return nil, &StateDirError{Dir: dir, Err: err}
	}
	if free {
		return nil, errors.Join(&NotRunningError{Env: env, Dir: dir}, lock.Close())
	}
	return running, nil
}

func readRun(dir string) (*Running, error) {
	raw, err := os.ReadFile(filepath.Join(dir, "run.json"))
	if err != nil {
		return nil, err
	}
	var r Running
	if err := json.Unmarshal(raw, &r); err != nil {
		return nil, fmt.Errorf("reading run.json: %w", err)
	}
	return &r, nil
}
