package local

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"cognito-m2m/internal/cognito"
)

// stateVersion is the version of the state file's format.
const stateVersion = 1

// state is what a run must find again after a restart: the id of every
// resource, the secrets of the app clients and the keys of the user pool.
type state struct {
	file      string
	resources map[string]*resource // by stack and logical id: m2m-dev-Api/HttpApi
	used      map[string]bool      // keys of resources that the current assembly has
}

// resource is what is kept of one CloudFormation resource.
type resource struct {
	Type string `json:"type"`
	// Fingerprint stands for the properties whose change replaces the resource:
	// with another one it gets a new id.
	Fingerprint string           `json:"fingerprint"`
	Region      string           `json:"region"`
	ID          string           `json:"id"`
	Secrets     []cognito.Secret `json:"secrets,omitempty"` // of an app client
	Keys        *cognito.Keys    `json:"keys,omitempty"`    // of a user pool
}

type stateDocument struct {
	Version   int                  `json:"version"`
	Resources map[string]*resource `json:"resources"`
}

// readState reads the state file, which need not be there. One that can't be
// understood is an error and stays as it is: it holds ids and secrets that
// somebody may still use.
func readState(file string) (*state, error) {
	s := &state{file: file, resources: map[string]*resource{}, used: map[string]bool{}}
	raw, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return nil, &StateDirError{Dir: filepath.Dir(file), Err: err}
	}
	var document stateDocument
	if err := json.Unmarshal(raw, &document); err != nil {
		return nil, &StateError{File: file, Reason: "is not the state of a local run: " + reason(err)}
	}
	if document.Version != stateVersion {
		return nil, &StateError{File: file, Reason: fmt.Sprintf("has version %d, and this program reads version %d", document.Version, stateVersion)}
	}
	for key, r := range document.Resources {
		if r == nil || r.ID == "" {
			return nil, &StateError{File: file, Reason: fmt.Sprintf("has no id for %q", key)}
		}
		s.resources[key] = r
	}
	return s, nil
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

// save writes the resources of the current assembly; what it no longer has is
// forgotten, so that a client removed and added back gets a new id, as on AWS.
func (s *state) save() error {
	for key := range s.resources {
		if !s.used[key] {
			delete(s.resources, key)
		}
	}
	raw, err := json.MarshalIndent(stateDocument{Version: stateVersion, Resources: s.resources}, "", "  ")
	if err != nil {
		return fmt.Errorf("encoding the state: %w", err)
	}
	return replaceFile(s.file, append(raw, '\n'))
}
