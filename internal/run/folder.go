package run

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

	"cognito-m2m/internal/inuse"
	"cognito-m2m/internal/lambdaenv"
)

// Folder is one environment's folder under the state folder, held by a run: state.json with ids,
// keys and secrets, and the journal of its changes, run.json while a run goes on, the lock that
// lets only one run use it, and the assembly that was synthesized last. While a run follows
// changes, there are the folders below, too.
type Folder struct {
	// Repaired are sentences for a person about what others could reach in the folder until now.
	Repaired []string

	dir       string
	temporary *inuse.Folder // nil unless the state is to be forgotten
	lock      *flock.Flock

	open    bool // others could reach what is in the folder
	suspect bool // and write to the folder itself
}

// What is in a folder.
const (
	lockFile        = "lock"
	stateFile       = "state.json"
	journalFile     = stateFile + ".journal"
	runFile         = "run.json"
	functionEnvFile = "functions.env"
	assemblyFolder  = "cdk.out"
	// nextFolder has an assemblyFolder of its own: the assembly that is synthesized while the one
	// in the folder itself is served.
	nextFolder       = "next"
	templatesFolder  = "templates"
	stacksFolder     = "stacks"
	objectsFolder    = "objects"
	codeFolder       = "code"
	parametersFolder = "parameters"
	builtFolder      = "built" // functions that are newer than the assembly
)

// Open makes the folder of env in stateDir and takes its lock. It fails with an *InUseError if
// another run has the lock, and with a *StateDirError if the folder can't be used or isn't safe to
// use. With temporary, the folder is one in the system's temporary folder instead, and Close
// removes it.
func Open(stateDir, env string, temporary bool) (*Folder, error) {
	if err := checkEnv(env); err != nil {
		return nil, err
	}
	f := &Folder{}
	if temporary {
		var err error
		if f.temporary, err = inuse.Make("", "m2m-"); err != nil {
			return nil, &StateDirError{Dir: os.TempDir(), Err: err}
		}
		stateDir = f.temporary.Path
	}
	var err error
	if f.dir, err = filepath.Abs(filepath.Join(stateDir, env)); err != nil {
		return nil, &StateDirError{Dir: stateDir, Err: err}
	}
	f.lock = flock.New(filepath.Join(f.dir, lockFile))
	if err := f.take(); err != nil {
		return nil, errors.Join(err, f.Release())
	}
	return f, nil
}

func (f *Folder) take() error {
	if err := f.claim(); err != nil {
		return &StateDirError{Dir: f.dir, Err: err}
	}
	locked, err := f.tryLock()
	if err != nil {
		return &StateDirError{Dir: f.dir, Err: err}
	}
	if !locked {
		inUse := &InUseError{Dir: f.dir}
		if other, err := read(f.dir); err == nil {
			inUse.PID = other.PID
		}
		return inUse
	}
	if err := f.inspect(); err != nil {
		return &StateDirError{Dir: f.dir, Err: err}
	}
	return f.sweep()
}

// tryLock takes the lock unless a run has it. Find has it for a moment, and that moment is waited
// for.
func (f *Folder) tryLock() (bool, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	locked, err := f.lock.TryLockContext(ctx, 10*time.Millisecond)
	if errors.Is(err, context.DeadlineExceeded) {
		return false, nil
	}
	return locked, err
}

// sweep removes what a run that was killed has left: what is only of one run, and what it was about
// to replace a file with, which may hold keys and secrets.
func (f *Folder) sweep() error {
	if err := f.removeOwn(); err != nil {
		return &StateDirError{Dir: f.dir, Err: err}
	}
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		return &StateDirError{Dir: f.dir, Err: err}
	}
	for _, entry := range entries {
		if name := entry.Name(); strings.HasPrefix(name, "."+stateFile) || strings.HasPrefix(name, "."+runFile) {
			if err := os.Remove(f.path(name)); err != nil {
				return &StateDirError{Dir: f.dir, Err: err}
			}
		}
	}
	return nil
}

func (f *Folder) path(names ...string) string {
	return filepath.Join(append([]string{f.dir}, names...)...)
}

// StateFile is the file with what a run keeps.
func (f *Folder) StateFile() string { return f.path(stateFile) }

// FunctionEnv is the file with variables of functions for local runs alone. A user writes it; it
// need not be there.
func (f *Folder) FunctionEnv() string { return f.path(functionEnvFile) }

// Assembly is the folder of the assembly that was synthesized last.
func (f *Folder) Assembly() string { return f.path(assemblyFolder) }

// NextAssembly is the folder of an assembly that is synthesized while the one in Assembly is
// served.
func (f *Folder) NextAssembly() string { return f.path(nextFolder, assemblyFolder) }

// Bootstrap is where the program of a function goes that is newer than the assembly.
func (f *Folder) Bootstrap(logicalID string) string {
	return f.path(builtFolder, logicalID, lambdaenv.Bootstrap)
}

// Templates is the folder of the templates that were deployed into the run.
func (f *Folder) Templates() string { return f.path(templatesFolder) }

// Stacks is the folder of what is known of the stacks that were deployed into the run.
func (f *Folder) Stacks() string { return f.path(stacksFolder) }

// Objects is the folder of what was uploaded to the run.
func (f *Folder) Objects() string { return f.path(objectsFolder) }

// Code is the folder of the functions' code that was uploaded, unpacked.
func (f *Folder) Code() string { return f.path(codeFolder) }

// Parameters is the folder of the parameters of Systems Manager.
func (f *Folder) Parameters() string { return f.path(parametersFolder) }

// Functions is where built functions are kept, for all environments.
func (f *Folder) Functions() string { return filepath.Join(f.dir, "..", ".functions") }

// RemoveRun removes the run.json of a run that ended without cleaning up, and reports whether there
// was one. Who holds the lock is the only run, so no other run needs it.
func (f *Folder) RemoveRun() (found bool, err error) {
	err = os.Remove(f.path(runFile))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return true, &StateDirError{Dir: f.dir, Err: err}
	}
	return true, nil
}

// WriteRun tells other processes where the run is reached: Find returns r from now on.
func (f *Folder) WriteRun(r Running) error {
	raw, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("encoding run.json: %w", err)
	}
	return ReplaceFile(f.path(runFile), append(raw, '\n'))
}

// MoveNext puts the next assembly, with what lies beside it, in the place of the one before. No one
// may use either.
func (f *Folder) MoveNext() error {
	entries, err := os.ReadDir(f.path(nextFolder))
	for _, entry := range entries {
		name := entry.Name()
		err = errors.Join(err, os.RemoveAll(f.path(name)), os.Rename(f.path(nextFolder, name), f.path(name)))
	}
	return err
}

// Close removes what is only of this run and gives everything back.
func (f *Folder) Close() error {
	_, err := f.RemoveRun()
	return errors.Join(err, f.removeOwn(), f.Release())
}

// removeOwn removes the folders that are only of one run.
func (f *Folder) removeOwn() error {
	return errors.Join(os.RemoveAll(f.path(nextFolder)), os.RemoveAll(f.path(builtFolder)))
}

// Release gives the lock back and leaves the folder as it is; a temporary one it removes.
func (f *Folder) Release() error {
	return errors.Join(f.lock.Close(), f.temporary.Close())
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
