package local

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
	"github.com/google/renameio/v2"
)

// home is one environment's folder under the state folder: state.json with ids,
// keys and secrets, run.json while a run goes on, the lock that lets only one
// run use it, and the assembly that was synthesized last.
type home struct {
	dir       string
	temporary bool
	lock      *flock.Flock
}

// running is the content of run.json: who runs here, and where it is reached.
type running struct {
	PID           int    `json:"pid"`
	APIURL        string `json:"api_url"`
	TokenEndpoint string `json:"token_endpoint"`
	UserPoolID    string `json:"user_pool_id"`
	Assembly      string `json:"assembly"` // the folder of the cloud assembly
}

// InUseError says that another run holds the environment's state.
type InUseError struct {
	Dir string
	PID int // 0 if the other run has not said
}

func (e *InUseError) Error() string {
	if e.PID == 0 {
		return fmt.Sprintf("another run uses the state in %s", e.Dir)
	}
	return fmt.Sprintf("another run (process %d) uses the state in %s", e.PID, e.Dir)
}

// openHome makes the folder and takes its lock, or says who has it. A temporary
// one is removed by close.
func openHome(stateDir, env string, temporary bool) (*home, error) {
	if temporary {
		var err error
		if stateDir, err = os.MkdirTemp("", "m2m-"); err != nil {
			return nil, fmt.Errorf("making a temporary state folder: %w", err)
		}
	}
	dir, err := filepath.Abs(filepath.Join(stateDir, env))
	if err != nil {
		return nil, fmt.Errorf("finding the state folder: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("making the state folder: %w", err)
	}
	h := &home{dir: dir, temporary: temporary, lock: flock.New(filepath.Join(dir, "lock"))}
	locked, err := h.lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("locking the state: %w", err)
	}
	if !locked {
		other, _ := h.readRun()
		return nil, &InUseError{Dir: dir, PID: other.PID}
	}
	return h, nil
}

func (h *home) path(name string) string { return filepath.Join(h.dir, name) }

// functions is where built functions are kept, for all environments.
func (h *home) functions() string { return filepath.Join(h.dir, "..", "functions") }

func (h *home) readRun() (running, error) {
	var r running
	raw, err := os.ReadFile(h.path("run.json"))
	if err != nil {
		return r, err
	}
	return r, json.Unmarshal(raw, &r)
}

// leftOver reports whether a run ended here without cleaning up. Whoever holds
// the lock is the only run, so a run.json that is there is nobody's.
func (h *home) leftOver() bool {
	_, err := os.Stat(h.path("run.json"))
	return err == nil
}

func (h *home) writeRun(r running) error {
	raw, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("encoding run.json: %w", err)
	}
	if err := renameio.WriteFile(h.path("run.json"), append(raw, '\n'), 0o600); err != nil {
		return fmt.Errorf("writing run.json: %w", err)
	}
	return nil
}

// close removes run.json and gives the lock back; a temporary folder goes whole.
func (h *home) close() error {
	var failures []error
	if err := os.Remove(h.path("run.json")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		failures = append(failures, err)
	}
	if err := h.lock.Unlock(); err != nil {
		failures = append(failures, err)
	}
	if h.temporary {
		failures = append(failures, os.RemoveAll(filepath.Dir(h.dir)))
	}
	return errors.Join(failures...)
}
