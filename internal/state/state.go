package state

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"sync"

	"cognito-m2m/client"
	"cognito-m2m/internal/cognito"
	"cognito-m2m/internal/jsonvalue"
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
	kept  file
	pools poolAddresses

	// Where kept is written: what the state file has, and what has changed since.
	written written
	journal journalFile
	unkept  change // in kept, and not yet in either file
}

// written is the state file, as it was written last.
type written struct {
	digest string
	size   int64
	info   fs.FileInfo
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
	s := &State{path: path, kept: file{Version: version, Resources: map[string]*resource{}}, journal: journalFile{path: path + ".journal"}}
	info, _ := os.Stat(path) // of the file that is read, or an older one
	raw, err := run.ReadFile(path)
	switch {
	case err == nil:
		var digesting sync.WaitGroup
		digesting.Go(func() { s.written.digest = digest(raw) })
		s.kept, err = decode(raw)
		digesting.Wait()
		if err != nil {
			return nil, &Error{File: path, Reason: err.Error()}
		}
		if err := s.replay(raw, info); err != nil {
			return nil, err
		}
	case !errors.Is(err, fs.ErrNotExist):
		return nil, &run.StateDirError{Dir: filepath.Dir(path), Err: err}
	default:
		s.fresh = true
	}
	if s.kept.AccessKey.ID == "" || s.kept.AccessKey.Secret == "" {
		s.kept.AccessKey = newAccessKey()
		s.written.info = nil
	}
	return s, nil
}

// replay makes the changes that were kept after the state file was written. Without a journal the
// file has all that is kept, and need not be written before something changes.
func (s *State) replay(raw []byte, info fs.FileInfo) error {
	changes, err := readJournal(s.journal.path, raw)
	if errors.Is(err, fs.ErrNotExist) {
		s.written.size, s.written.info = int64(len(raw)), info
		return nil
	}
	if err != nil {
		return err
	}
	for _, c := range changes {
		s.kept.apply(c)
	}
	if err := s.kept.check(); err != nil {
		return &Error{File: s.journal.path, Reason: err.Error()}
	}
	return nil
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
	if s.written.unchanged(s.path) && s.unkept.none() && maps.Equal(c.resources, s.kept.Resources) {
		return nil
	}
	return keep(s, &s.kept.Resources, maps.Clone(c.resources))
}

// KeepClientSecrets writes a client's live secrets. If that fails, the ones of before are kept.
func (s *State) KeepClientSecrets(clientID string, secrets []cognito.ClientSecret) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.kept.has(userPoolClientType, clientID) {
		return fmt.Errorf("keeping the secrets of client %s: the state has no such client", clientID)
	}
	return s.change(change{ClientSecrets: map[string][]clientSecret{clientID: secretsFromCognito(secrets)}})
}

// KeepKeys writes a user pool's signing keys. If that fails, the ones of before are kept.
func (s *State) KeepKeys(poolID string, keys *cognito.Keys) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.kept.has(userPoolType, poolID) {
		return fmt.Errorf("keeping the keys of user pool %s: the state has no such pool", poolID)
	}
	return s.change(change{Keys: map[string]*signingKeys{poolID: keysFromCognito(keys)}})
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
	return s.keepSecrets(held, func(string) bool { return true })
}

// keepSecrets writes what Secrets Manager holds of the secrets that of is true for.
func (s *State) keepSecrets(held secretsmanager.State, of func(arn string) bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.change(change{Secrets: differences(s.kept.SecretsManager.Secrets, fromSecretsManager(held, s.pools).Secrets, (*secret).equal, of)})
}

// KeepSecrets writes secrets of Secrets Manager that have changed. If that fails, what was there
// before is kept.
func (s *State) KeepSecrets(changed secretsmanager.State) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.change(change{Secrets: fromSecretsManager(changed, s.pools).Secrets})
}

// CurrentClientSecret is the client secret that the AWSCURRENT version of a secret holds, "" if it
// holds no credentials of the client: before its first rotation.
func (s *State) CurrentClientSecret(arn, clientID string) redacted.Text {
	credentials, err := credentialsIn(s.currentValue(arn))
	if err != nil || credentials.ClientID != clientID {
		return ""
	}
	return credentials.ClientSecret
}

// currentValue is that of a secret's AWSCURRENT version, "" if there is none.
func (s *State) currentValue(arn string) redacted.Text {
	s.mu.Lock()
	defer s.mu.Unlock()
	held := s.kept.SecretsManager.Secrets[arn]
	if held == nil {
		return ""
	}
	for _, v := range held.Versions {
		if v.ID == held.Labels[naming.CurrentLabel] {
			return s.pools.in(v.Value)
		}
	}
	return ""
}

// credentialsIn is client.ParseCredentials, and quick for what a rotation writes.
func credentialsIn(value redacted.Text) (client.Credentials, error) {
	text := []byte(value)
	if credentials, usual := jsonvalue.Into[client.Credentials](text); usual && credentials.Validate() == nil {
		return credentials, nil
	}
	return client.ParseCredentials(text)
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

// change makes a change and writes it into the journal. If that fails, there is none. The lock must
// be held.
func (s *State) change(c change) error {
	c = s.unkept.with(c)
	if c.none() && s.written.info != nil {
		return nil
	}
	line, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("encoding a change of the state: %w", err)
	}
	back := s.kept.apply(c)
	if err := s.writeChange(append(line, '\n')); err != nil {
		s.kept.apply(back)
		return err
	}
	s.unkept = change{}
	return nil
}

// writeChange writes a line into the journal, or the whole state where that is not larger, or has
// to be: no journal goes with a state file that someone else has removed or changed.
func (s *State) writeChange(line []byte) error {
	if !s.written.unchanged(s.path) || s.journal.size+int64(len(line)) > max(smallest, s.written.size) {
		return s.write()
	}
	var err error
	if s.journal.begun {
		err = s.journal.append(line)
	} else {
		err = s.journal.begin(s.written.digest, line)
	}
	if err != nil {
		return s.write()
	}
	return nil
}

// unchanged reports whether the state file is the one that was written last.
func (w written) unchanged(path string) bool {
	if w.info == nil {
		return false
	}
	now, err := os.Stat(path)
	return err == nil && os.SameFile(now, w.info) && now.Size() == w.size && now.ModTime().Equal(w.info.ModTime())
}

// write replaces the state file; its journal ends with that. The lock must be held.
func (s *State) write() error {
	raw, err := json.MarshalIndent(s.kept, "", "  ")
	if err != nil {
		return fmt.Errorf("encoding the state: %w", err)
	}
	raw = append(raw, '\n')
	next := written{digest: digest(raw), size: int64(len(raw))}
	if next.digest == s.written.digest { // the journal would go with the new state file, too
		if err := s.journal.end(); err != nil {
			return err
		}
		if s.written.unchanged(s.path) {
			s.unkept = change{}
			return nil
		}
	}
	if err := run.ReplaceFile(s.path, raw); err != nil {
		return err
	}
	_ = s.journal.end() // one that stays goes with no state file
	s.unkept = change{}
	if next.info, err = os.Stat(s.path); err != nil {
		next.info = nil // the next change is written as a whole, too
	}
	s.written = next
	return nil
}

// Fold writes what the journal has into the state file, so that one file has all of a state that
// nobody uses.
func (s *State) Fold() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.journal.begun {
		return nil
	}
	return s.write()
}
