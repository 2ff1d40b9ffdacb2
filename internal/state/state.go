package state

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"path/filepath"
	"sync"

	"cognito-m2m/client"
	"cognito-m2m/internal/cognito"
	"cognito-m2m/internal/redacted"
	"cognito-m2m/internal/run"
	"cognito-m2m/internal/secretsmanager"
	"cognito-m2m/naming"
)

// State is what a run must find again after a restart: the id of every resource, the secrets of the
// app clients, the keys of the user pool, what Secrets Manager holds, and the access key of AWS's
// APIs. It is safe for concurrent use: while a run serves, clients' secrets and Secrets Manager
// change.
type State struct {
	path  string
	fresh bool

	mu    sync.Mutex
	kept  file // as it is written
	pools poolAddresses
}

// Error says that a state file can't be used. It was left as it is.
type Error struct {
	File   string
	Reason string
}

func (e *Error) Error() string { return e.File + " " + e.Reason }

// Read reads the state file, which need not be there. One that can't be understood is an *Error and
// stays as it is: it holds ids and secrets that somebody may still use.
func Read(path string) (*State, error) {
	s := &State{path: path, kept: file{Version: version, Resources: map[string]*resource{}}}
	raw, err := run.ReadFile(path)
	switch {
	case err == nil:
		if s.kept, err = decode(raw); err != nil {
			return nil, &Error{File: path, Reason: err.Error()}
		}
	case !errors.Is(err, fs.ErrNotExist):
		return nil, &run.StateDirError{Dir: filepath.Dir(path), Err: err}
	default:
		s.fresh = true
	}
	if s.kept.AccessKey.ID == "" || s.kept.AccessKey.Secret == "" {
		s.kept.AccessKey = newAccessKey()
	}
	return s, nil
}

// newAccessKey has the lengths of AWS's keys, and says where it is good: it is not a key of AWS,
// and scanners for those need not take it for one.
func newAccessKey() AccessKey {
	const idLength, secretLength = 20, 40
	return AccessKey{
		ID:     ("LOCAL" + rand.Text())[:idLength],
		Secret: redacted.Text((rand.Text() + rand.Text())[:secretLength]),
	}
}

// File is the path of the state file.
func (s *State) File() string { return s.path }

// Fresh reports whether there was no state file.
func (s *State) Fresh() bool { return s.fresh }

// Keep writes the state as it is, for a run that is used before anything else is to be kept.
func (s *State) Keep() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.write()
}

// AccessKey is what requests to AWS's APIs of the environment are signed with.
func (s *State) AccessKey() AccessKey { return s.kept.AccessKey }

// ServeAt says where the user pool is reached in this run: secrets that name it get this address.
func (s *State) ServeAt(poolURL string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pools = poolAddresses{poolAnywhere: poolURL}
}

// Adopt writes a candidate's resources as those there are; what its assembly no longer has is
// forgotten, so that a client removed and added back gets a new id, as on AWS. If that fails, the
// ones of before are kept.
func (s *State) Adopt(c *Candidate) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return keep(s, &s.kept.Resources, c.resources)
}

// KeepClientSecrets writes a client's live secrets. If that fails, the ones of before are kept.
func (s *State) KeepClientSecrets(clientID string, secrets []cognito.ClientSecret) error {
	kept, err := s.keepIn(userPoolClientType, clientID, func(r *resource) { r.Secrets = secretsFromCognito(secrets) })
	if err == nil && kept == 0 {
		return fmt.Errorf("keeping the secrets of client %s: the state has no such client", clientID)
	}
	return err
}

// KeepKeys writes a user pool's signing keys. If that fails, the ones of before are kept.
func (s *State) KeepKeys(poolID string, keys *cognito.Keys) error {
	kept, err := s.keepIn(userPoolType, poolID, func(r *resource) { r.Keys = keysFromCognito(keys) })
	if err == nil && kept == 0 {
		return fmt.Errorf("keeping the keys of user pool %s: the state has no such pool", poolID)
	}
	return err
}

// keepIn changes a resource wherever it is kept, and says in how many places that is. If the change
// can't be written, there is none.
func (s *State) keepIn(typeName, id string, change func(*resource)) (places int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := map[*resource]resource{}
	for r := range s.everyResource() {
		if r.Type == typeName && r.ID == id {
			before[r] = *r
			change(r)
		}
	}
	if len(before) == 0 {
		return 0, nil
	}
	if err := s.write(); err != nil {
		for r, was := range before {
			*r = was
		}
		return 0, err
	}
	return len(before), nil
}

// everyResource gives the resources there are, and those of operations under way.
func (s *State) everyResource() iter.Seq[*resource] {
	return func(yield func(*resource) bool) {
		for _, r := range s.kept.Resources {
			if !yield(r) {
				return
			}
		}
		for _, stack := range s.kept.Stacks {
			if stack.Operation == nil {
				continue
			}
			for _, r := range stack.Operation.resources {
				if !yield(r) {
					return
				}
			}
		}
	}
}

// SecretsManager is what Secrets Manager holds now.
func (s *State) SecretsManager() secretsmanager.State {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.kept.SecretsManager.toSecretsManager(s.pools)
}

// KeepSecretsManager writes what Secrets Manager holds. If that fails, what was there before is
// kept.
func (s *State) KeepSecretsManager(held secretsmanager.State) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return keep(s, &s.kept.SecretsManager, fromSecretsManager(held, s.pools))
}

// CurrentClientSecret is the client secret that the AWSCURRENT version of a secret holds, "" if it
// holds no credentials of the client: before its first rotation.
func (s *State) CurrentClientSecret(arn, clientID string) redacted.Text {
	s.mu.Lock()
	defer s.mu.Unlock()
	held := s.kept.SecretsManager.Secrets[arn]
	for _, v := range held.Versions {
		if v.ID != held.Labels[naming.CurrentLabel] {
			continue
		}
		if credentials, err := client.ParseCredentials([]byte(s.pools.in(v.Value))); err == nil && credentials.ClientID == clientID {
			return credentials.ClientSecret
		}
	}
	return ""
}

// keep changes a part of what is kept and replaces the state file. If that fails, the part stays as
// it was. The lock must be held.
func keep[T any](s *State, part *T, value T) error {
	before := *part
	*part = value
	err := s.write()
	if err != nil {
		*part = before
	}
	return err
}

// write replaces the state file. The lock must be held.
func (s *State) write() error {
	raw, err := json.MarshalIndent(s.kept, "", "  ")
	if err != nil {
		return fmt.Errorf("encoding the state: %w", err)
	}
	return run.ReplaceFile(s.path, append(raw, '\n'))
}
