package local

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"
	"github.com/google/renameio/v2"
)

// home is one environment's folder under the state folder: state.json with ids,
// keys and secrets, run.json while a run goes on, the lock that lets only one
// run use it, and the assembly that was synthesized last. While a run follows
// changes, there are the folders below, too.
type home struct {
	dir       string
	temporary bool
	lock      *flock.Flock

	open     bool     // others could reach what is in the folder
	suspect  bool     // and write to the folder itself
	repaired []string // what was, for a person
}

// What is in a home.
const (
	stateFile      = "state.json"
	assemblyFolder = "cdk.out"
	// nextFolder has an assemblyFolder of its own: the assembly that is synthesized
	// while the one in the home's is served.
	nextFolder  = "next"
	builtFolder = "built" // functions that are newer than the assembly
)

// InUseError says that another run holds the environment's state.
type InUseError struct {
	Dir string
	PID int // 0 if the other run has not said
}

// StateDirError says that the state's folder can't be used.
type StateDirError struct {
	Dir string
	Err error
}

func (e *StateDirError) Error() string {
	if path, ok := errors.AsType[*fs.PathError](e.Err); ok {
		return fmt.Sprintf("using the state folder %s: %s: %v", e.Dir, path.Path, path.Err)
	}
	return fmt.Sprintf("using the state folder %s: %v", e.Dir, e.Err)
}

// Unwrap returns the error of the file system.
func (e *StateDirError) Unwrap() error { return e.Err }

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
			return nil, &StateDirError{Dir: os.TempDir(), Err: err}
		}
	}
	dir, err := filepath.Abs(filepath.Join(stateDir, env))
	if err != nil {
		return nil, &StateDirError{Dir: stateDir, Err: err}
	}
	h := &home{dir: dir, temporary: temporary, lock: flock.New(filepath.Join(dir, "lock"))}
	if err := h.take(); err != nil {
		return nil, errors.Join(err, h.release())
	}
	return h, nil
}

func (h *home) take() error {
	if err := h.claim(); err != nil {
		return &StateDirError{Dir: h.dir, Err: err}
	}
	locked, err := h.tryLock()
	if err != nil {
		return &StateDirError{Dir: h.dir, Err: err}
	}
	if !locked {
		inUse := &InUseError{Dir: h.dir}
		if other, err := readRun(h.dir); err == nil {
			inUse.PID = other.PID
		}
		return inUse
	}
	if err := h.inspect(); err != nil {
		return &StateDirError{Dir: h.dir, Err: err}
	}
	return h.sweep()
}

// tryLock takes the lock unless a run has it. FindRun has it for a moment, and
// that moment is waited for.
func (h *home) tryLock() (bool, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	locked, err := h.lock.TryLockContext(ctx, 10*time.Millisecond)
	if errors.Is(err, context.DeadlineExceeded) {
		return false, nil
	}
	return locked, err
}

// sweep removes what a run that was killed while it replaced a file has left:
// it may hold keys and secrets.
func (h *home) sweep() error {
	entries, err := os.ReadDir(h.dir)
	if err != nil {
		return &StateDirError{Dir: h.dir, Err: err}
	}
	for _, entry := range entries {
		if name := entry.Name(); strings.HasPrefix(name, ".state.json") || strings.HasPrefix(name, ".run.json") {
			if err := os.Remove(h.path(name)); err != nil {
				return &StateDirError{Dir: h.dir, Err: err}
			}
		}
	}
	return nil
}

// replaceFile writes a file of the state folder in one step: a crash leaves the
// old one or the new one. What is being written is in the same folder, never in
// the system's temporary one: it may hold keys and secrets, and sweep finds it.
func replaceFile(file string, content []byte) error {
	dir := filepath.Dir(file)
	if err := renameio.WriteFile(file, content, 0o600, renameio.WithTempDir(dir)); err != nil {
		return &StateDirError{Dir: dir, Err: err}
	}
	return nil
}

func (h *home) path(names ...string) string {
	return filepath.Join(append([]string{h.dir}, names...)...)
}

// functions is where built functions are kept, for all environments.
func (h *home) functions() string { return filepath.Join(h.dir, "..", ".functions") }

// clearRun removes the run.json of a run that ended without cleaning up, and
// reports whether there was one. Whoever holds the lock is the only run, so it is
// nobody's.
func (h *home) clearRun() (found bool, err error) {
	err = os.Remove(h.path("run.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return true, &StateDirError{Dir: h.dir, Err: err}
	}
	return true, nil
}

func (h *home) writeRun(r Running) error {
	raw, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("encoding run.json: %w", err)
	}
	return replaceFile(h.path("run.json"), append(raw, '\n'))
}

// moveNext puts the next assembly, with what lies beside it, in the place of the
// one before. No one may use either.
func (h *home) moveNext() error {
	entries, err := os.ReadDir(h.path(nextFolder))
	for _, entry := range entries {
		name := entry.Name()
		err = errors.Join(err, os.RemoveAll(h.path(name)), os.Rename(h.path(nextFolder, name), h.path(name)))
	}
	return err
}

// close removes what is only of this run and gives everything back.
func (h *home) close() error {
	_, err := h.clearRun()
	return errors.Join(err, os.RemoveAll(h.path(nextFolder)), os.RemoveAll(h.path(builtFolder)), h.release())
}

// release gives the lock back; a temporary folder goes whole.
func (h *home) release() error {
	err := h.lock.Close()
	if h.temporary {
		err = errors.Join(err, os.RemoveAll(filepath.Dir(h.dir)))
	}
	return err
}
