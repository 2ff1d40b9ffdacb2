package local

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"sync"

	"cognito-m2m/internal/cognito"
	"cognito-m2m/internal/run"
	"cognito-m2m/internal/secretsmanager"
)

// stateVersion is the version of the state file's format.
const stateVersion = 2

// state is what a run must find again after a restart: the id of every
// resource, the secrets of the app clients, the keys of the user pool, what
// Secrets Manager holds, and the access key of AWS's APIs.
type state struct {
	file      string
	accessKey accessKey

	// While a run serves, clients' secrets and Secrets Manager change.
	mu        sync.Mutex
	resources map[string]*resource // by stack and logical id: m2m-dev-Api/HttpApi
	secrets   secretsmanager.State // as it is in memory, see tokenEndpointAnywhere
	poolURL   string               // where the run's user pool is reached
}

// resource is what is kept of one CloudFormation resource.
type resource struct {
	Type string `json:"type"`
	// Fingerprint stands for the properties whose change replaces the resource:
	// with another one it gets a new id.
	Fingerprint string `json:"fingerprint"`
	// Declared stands for those of them that a run does not read; a state that was
	// written before they counted has none.
	Declared string                 `json:"declared_fingerprint,omitempty"`
	Region   string                 `json:"region"`
	ID       string                 `json:"id"`
	Secrets  []cognito.ClientSecret `json:"secrets,omitempty"` // of an app client
	Keys     *cognito.Keys          `json:"keys,omitempty"`    // of a user pool
}

type stateDocument struct {
	Version        int                  `json:"version"`
	Resources      map[string]*resource `json:"resources"`
	SecretsManager secretsmanager.State `json:"secrets_manager,omitzero"`
	AccessKey      accessKey            `json:"aws_access_key,omitzero"`
}

// readState reads the state file, which need not be there. One that can't be
// understood is an error and stays as it is: it holds ids and secrets that
// somebody may still use.
func readState(file string) (*state, error) {
	s := &state{file: file, accessKey: newAccessKey(), resources: map[string]*resource{}}
	raw, err := run.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return nil, &run.StateDirError{Dir: filepath.Dir(file), Err: err}
	}
	document, err := decodeState(raw)
	if err != nil {
		return nil, &StateError{File: file, Reason: err.Error()}
	}
	for key, r := range document.Resources {
		if r == nil || r.ID == "" {
			return nil, &StateError{File: file, Reason: fmt.Sprintf("has no id for %q", key)}
		}
		s.resources[key] = r
	}
	s.secrets = document.SecretsManager
	if kept := document.AccessKey; kept.ID != "" && kept.Secret != "" {
		s.accessKey = kept
	}
	return s, nil
}

// decodeState looks at the version first: another version may have other types.
func decodeState(raw []byte) (document stateDocument, err error) {
	var format struct {
		Version int `json:"version"`
	}
	if err := json.Unmarshal(raw, &format); err != nil {
		return document, notState(err)
	}
	if format.Version != stateVersion {
		return document, fmt.Errorf("has version %d, and this program reads version %d", format.Version, stateVersion)
	}
	if err := json.Unmarshal(raw, &document); err != nil {
		return document, notState(err)
	}
	return document, nil
}

func notState(err error) error {
	return errors.New("is not the state of a local run: " + reason(err))
}

// StateError says that a state file can't be used. It was left as it is.
type StateError struct {
	File   string
	Reason string
}

func (e *StateError) Error() string { return e.File + " " + e.Reason }

// reason is a JSON error without a quotation of what is in the file, which
// holds secrets.
func reason(err error) string {
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Sprintf("not JSON at byte %d", syntax.Offset)
	}
	if wrongType, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Sprintf("%s is not of type %s", wrongType.Field, wrongType.Type)
	}
	return "a value can't be read"
}

// adopt writes a draft's resources as those there are; what the draft's assembly
// no longer has is forgotten, so that a client removed and added back gets a new
// id, as on AWS. If that fails, the ones of before are kept.
func (s *state) adopt(d *draft) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.resources
	s.resources = d.resources
	if err := s.write(); err != nil {
		s.resources = before
		return err
	}
	return nil
}

// held is what Secrets Manager holds now.
func (s *state) held() secretsmanager.State {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.secrets
}

// keepClientSecrets writes a client's live secrets. If that fails, the ones of
// before are kept.
func (s *state) keepClientSecrets(clientID string, secrets []cognito.ClientSecret) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.resources {
		if r.Type == userPoolClientType && r.ID == clientID {
			before := r.Secrets
			r.Secrets = secrets
			if err := s.write(); err != nil {
				r.Secrets = before
				return err
			}
			return nil
		}
	}
	return fmt.Errorf("keeping the secrets of client %s: the state has no such client", clientID)
}

// keepSecrets writes what Secrets Manager holds. If that fails, what was there
// before is kept.
func (s *state) keepSecrets(secrets secretsmanager.State) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.secrets
	s.secrets = secrets
	if err := s.write(); err != nil {
		s.secrets = before
		return err
	}
	return nil
}

// write replaces the state file. The lock must be held.
func (s *state) write() error {
	raw, err := json.MarshalIndent(stateDocument{
		Version:        stateVersion,
		Resources:      s.resources,
		SecretsManager: readdressed(s.secrets, s.poolURL, tokenEndpointAnywhere),
		AccessKey:      s.accessKey,
	}, "", "  ")
	if err != nil {
		return fmt.Errorf("encoding the state: %w", err)
	}
	return run.ReplaceFile(s.file, append(raw, '\n'))
}
