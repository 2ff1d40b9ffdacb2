package run

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

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
	AccountID  string `json:"-"`        // of an environment in another account than the access key's
	Assembly   string `json:"assembly"` // the folder of the cloud assembly

	// Environments are those that were deployed into the run, by name. One whose name another has
	// too has its place behind it: see Qualified. There are none in a run of one assembly.
	Environments map[string]Environment `json:"environments,omitempty"`

	// Page is the run's page; nil if it has none.
	Page *Page `json:"page,omitempty"`
}

// Page is where the page of a run is, and the key for which it gives a code that opens it.
type Page struct {
	URL string        `json:"url"`
	Key redacted.Text `json:"key"`
}

// Environment is where an environment is reached that was deployed into a run. The rest is the
// run's.
type Environment struct {
	APIURL        string `json:"api_url"`
	TokenEndpoint string `json:"token_endpoint"`
	JWKSURI       string `json:"jwks_uri"`
	Region        string `json:"region"`
	UserPoolID    string `json:"user_pool_id"`
	// AccountID is the account, if that is not the one of the access key.
	AccountID string `json:"account_id,omitempty"`
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

// Qualified is the name of one of several environments that have the same name, with its place: its
// Region, or account and Region.
func Qualified(env, place string) string { return env + "@" + place }

// Name is the name of an environment without its place.
func Name(env string) string {
	name, _, _ := strings.Cut(env, "@")
	return name
}

// Find is the run of env whose state is in stateDir: its own, or the one that it was deployed into.
// It fails with a *NotRunningError if there is none, if it is not ready yet, or if what is there
// was left by a run that was ended from outside.
func Find(stateDir, env string) (*Running, error) {
	if err := checkEnv(Name(env)); err != nil {
		return nil, err
	}
	var own *Running
	var err error = &NotRunningError{Env: env, Dir: stateDir}
	if Name(env) == env { // else it is no folder
		own, err = find(stateDir, env)
	}
	if _, ok := errors.AsType[*NotRunningError](err); ok {
		if deployed, deployedErr := findDeployed(stateDir, env); deployed != nil || deployedErr != nil {
			return deployed, deployedErr
		}
	}
	if err == nil && own.APIURL == "" {
		return nil, &NoEnvironmentError{Run: env, Environments: slices.Sorted(maps.Keys(own.Environments))}
	}
	return own, err
}

// FindAny is Find for who means the run itself: also one that environments are deployed into.
func FindAny(stateDir, env string) (*Running, error) {
	found, err := Find(stateDir, env)
	if _, ok := errors.AsType[*NoEnvironmentError](err); ok {
		return find(stateDir, env)
	}
	return found, err
}

// NoEnvironmentError says that what was named is a run that environments are deployed into.
type NoEnvironmentError struct {
	Run          string
	Environments []string // that are deployed into it
}

func (e *NoEnvironmentError) Error() string {
	text := e.Run + " is a run that environments are deployed into, and is none itself"
	if len(e.Environments) == 0 {
		return text + "; nothing is deployed into it yet"
	}
	return text + ": name one of " + strings.Join(e.Environments, ", ")
}

// findDeployed is the run that env was deployed into, nil if there is none.
func findDeployed(stateDir, env string) (found *Running, err error) {
	entries, err := os.ReadDir(stateDir)
	if err != nil { // no run was ever here
		return nil, nil //nolint:nilerr,nilnil // that it is not running is said by the caller
	}
	var names []string
	for _, entry := range entries {
		if !entry.IsDir() || !envPattern.MatchString(entry.Name()) {
			continue
		}
		other, err := find(stateDir, entry.Name())
		if err != nil {
			continue // it does not run, or is not this user's
		}
		if places := placesOf(other, env); len(places) > 0 {
			return nil, fmt.Errorf("%s is deployed in several places: name one of %s", env, strings.Join(places, ", "))
		}
		if at, deployed := other.Environments[env]; deployed {
			names = append(names, entry.Name())
			other.APIURL, other.TokenEndpoint, other.JWKSURI = at.APIURL, at.TokenEndpoint, at.JWKSURI
			other.Region, other.UserPoolID, other.AccountID = at.Region, at.UserPoolID, at.AccountID
			found = other
		}
	}
	if len(names) > 1 {
		return nil, fmt.Errorf("%s is deployed into the runs %s: end all but one", env, strings.Join(names, " and "))
	}
	return found, nil
}

// placesOf are the names of the environments that have one name in several places.
func placesOf(r *Running, env string) (names []string) {
	for _, name := range slices.Sorted(maps.Keys(r.Environments)) {
		if name != env && Name(name) == env {
			names = append(names, name)
		}
	}
	return names
}

func find(stateDir, env string) (*Running, error) {
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
