package ssm

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"cognito-m2m/internal/cdkbootstrap"
	"cognito-m2m/internal/partition"
	"cognito-m2m/internal/run"
)

// BootstrapVersion is that of the bootstrap template of the CDK CLI that package.json pins.
const BootstrapVersion = "33"

// Config is what a store needs from outside.
type Config struct {
	// Folder is where the parameters are kept. It is made when there are any.
	Folder string
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Log is told why a change could not be kept; nil means that nothing is logged.
	Log *slog.Logger
}

// Store holds the parameters of every account and Region. It is safe for concurrent use. Two stores
// must not have one folder.
type Store struct {
	config Config

	mu          sync.Mutex
	places      map[partition.Place]parameters
	noBootstrap string
}

// parameters are those of an account and Region, by name.
type parameters map[string]kept

// kept is a parameter as it is written. A field that gets another name or type loses values.
type kept struct {
	Value    string    `json:"value"`
	Version  int64     `json:"version"`
	Modified time.Time `json:"modified"`
}

// file is what a file of the folder has.
type file struct {
	Version    int        `json:"version"`
	AccountID  string     `json:"account_id"`
	Region     string     `json:"region"`
	Parameters parameters `json:"parameters"`
}

const fileVersion = 1

// FileError says that a file with parameters can't be used. It was left as it is.
type FileError struct {
	File   string
	Reason string
}

func (e *FileError) Error() string { return e.File + " " + e.Reason }

// New opens the parameters in the folder, which need not be there. It fails with a *FileError or a
// *run.StateDirError.
func New(config Config) (*Store, error) {
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.Log == nil {
		config.Log = slog.New(slog.DiscardHandler)
	}
	s := &Store{config: config, places: map[partition.Place]parameters{}}
	entries, err := os.ReadDir(config.Folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, &run.StateDirError{Dir: config.Folder, Err: err}
	}
	for _, entry := range entries {
		if err := s.open(entry.Name()); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// open reads a file of the folder. What a run that was killed has begun to write is removed.
func (s *Store) open(name string) error {
	path := filepath.Join(s.config.Folder, name)
	if strings.HasPrefix(name, ".") {
		if err := os.Remove(path); err != nil {
			return &run.StateDirError{Dir: s.config.Folder, Err: err}
		}
		return nil
	}
	raw, err := run.ReadFile(path)
	if err != nil {
		return &run.StateDirError{Dir: s.config.Folder, Err: err}
	}
	var content file
	at := func() partition.Place { return partition.Place{AccountID: content.AccountID, Region: content.Region} }
	switch err := json.Unmarshal(raw, &content); {
	case err != nil:
		return &FileError{path, "does not have the parameters of a run"} // the decoder's own error may quote a value
	case content.Version != fileVersion:
		return &FileError{path, fmt.Sprintf("has version %d, and this program reads version %d", content.Version, fileVersion)}
	case fileName(at()) != name:
		return &FileError{path, "has the parameters of another account and Region: " + fileName(at())}
	}
	s.places[at()] = content.Parameters
	return nil
}

func fileName(at partition.Place) string { return at.AccountID + "." + at.Region + ".json" }

// change keeps what a change makes of a place's parameters; if that fails, there is none. The lock
// must be held.
func (s *Store) change(at partition.Place, make func(parameters)) error {
	next := maps.Clone(s.places[at])
	if next == nil {
		next = parameters{}
	}
	make(next)
	raw, err := json.Marshal(file{fileVersion, at.AccountID, at.Region, next})
	if err == nil {
		err = os.MkdirAll(s.config.Folder, 0o700)
	}
	if err == nil {
		err = run.ReplaceFile(filepath.Join(s.config.Folder, fileName(at)), raw)
	}
	if err != nil {
		s.config.Log.Error("keeping the parameters", "error", err)
		return errNotKept
	}
	s.places[at] = next
	return nil
}

// Value is a parameter's value in an account and Region; ok is false if there is none.
func (s *Store) Value(at partition.Place, name string) (value string, ok bool) {
	at, _, name = located(name, at)
	s.mu.Lock()
	defer s.mu.Unlock()
	found, ok := s.find(at, name)
	return found.Value, ok
}

// RefuseBootstrap has who asks for the version of a bootstrap told this: nothing can be deployed
// here.
func (s *Store) RefuseBootstrap(reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.noBootstrap = reason
}

// find is a parameter of a place. The lock must be held.
//
// Parity: SSM: the bootstrap version
func (s *Store) find(at partition.Place, name string) (kept, bool) {
	if cdkbootstrap.IsVersion(name) {
		return kept{Value: BootstrapVersion, Version: 1}, true
	}
	found, ok := s.places[at][name]
	return found, ok
}
