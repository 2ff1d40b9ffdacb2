package run

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"cognito-m2m/internal/synth"
	"cognito-m2m/internal/trust"
)

// What others may do with a file.
const (
	anything fs.FileMode = 0o077
	writing  fs.FileMode = 0o022
)

// claim makes the folder, if it is not there, and checks that no one else can put another in its
// place: a run believes its state, and runs programs that lie beside it.
func (f *Folder) claim() error {
	state := filepath.Dir(f.dir)
	if err := trust.Above(filepath.Dir(state)); err != nil { // before something is made there
		return err
	}
	if err := f.repairState(state); err != nil {
		return err
	}
	if err := os.MkdirAll(f.dir, 0o700); err != nil {
		return err
	}
	if err := trust.Above(state); err != nil {
		return err
	}
	open, err := f.repair(f.dir, anything)
	f.open, f.suspect = open != 0, open&writing != 0
	return err
}

// repairState lets no one else write to the folder of all environments, if it is there. With
// --state, it may be a folder that others use, too.
func (f *Folder) repairState(state string) error {
	unsafe, ok := errors.AsType[*trust.Error](trust.Above(state))
	if !ok || unsafe.Owner != "" {
		return nil // what is wrong with it, claim says
	}
	_, err := f.repair(state, writing)
	return err
}

// inspect checks that no one else has made what is in the folder. The lock must be held. Where
// others could have changed it, what can be made again is.
func (f *Folder) inspect() error {
	if f.suspect {
		if err := f.dropAssemblies(); err != nil {
			return err
		}
	}
	for _, name := range []string{lockFile, runFile, stateFile, journalFile} {
		open, err := f.repair(f.path(name), anything)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if open != 0 && (name == stateFile || name == journalFile) {
			f.Repaired = append(f.Repaired, "If another user has read it, the secrets and keys of this environment are known: remove it for new ones.")
		}
	}
	if err := f.inspectVariables(); err != nil {
		return err
	}
	within, err := walk(f.dir)
	if err == nil && within && f.open && !f.suspect { // modes mean nothing in a folder that was closed
		err = f.dropAssemblies()
	}
	if err != nil {
		return err
	}
	return f.inspectFunctions()
}

// inspectVariables checks that no one else could have written functions.env, which can have a
// function load any program.
func (f *Folder) inspectVariables() error {
	err := trust.Private(f.path(functionEnvFile))
	unsafe, ok := errors.AsType[*trust.Error](err)
	if errors.Is(err, fs.ErrNotExist) || ok && unsafe.Owner == "" && !f.open {
		return nil
	}
	return err
}

func (f *Folder) inspectFunctions() error {
	open, err := f.repair(f.Functions(), anything)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	within, err := walk(f.Functions())
	if err != nil || open&writing == 0 && !within {
		return err
	}
	f.Repaired = append(f.Repaired, "The built functions in "+f.Functions()+" could be changed by other users of this machine: they are built anew.")
	return os.RemoveAll(f.Functions())
}

// repair takes a right from others that they have to a file or folder of this user's, and reports
// what they could do.
func (f *Folder) repair(path string, right fs.FileMode) (was fs.FileMode, err error) {
	if err := trust.Owned(path); err != nil {
		return 0, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return 0, err
	}
	mode := info.Mode().Perm()
	if mode&right == 0 {
		return 0, nil
	}
	if err := os.Chmod(path, mode&^right); err != nil {
		return 0, err
	}
	f.Repaired = append(f.Repaired, fmt.Sprintf("%s was open to other users of this machine: its mode was %04o, and is %04o now.", path, mode, mode&^right))
	return mode & anything, nil
}

// walk checks that everything in the folder is this user's, and reports whether others may write to
// some of it. Of other runs' work it looks at the outside alone.
func walk(dir string) (open bool, err error) {
	err = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil {
			err = trust.Private(path)
		}
		unsafe, ok := errors.AsType[*trust.Error](err)
		switch {
		case errors.Is(err, fs.ErrNotExist): // another run's, which is done
			return nil
		case ok && unsafe.Owner == "":
			open = true
		case err != nil:
			return err
		}
		if entry.IsDir() && (strings.HasPrefix(entry.Name(), "build-") || strings.HasPrefix(entry.Name(), "comparison-")) {
			return filepath.SkipDir
		}
		return nil
	})
	return open, err
}

// dropAssemblies removes what a synth makes again.
func (f *Folder) dropAssemblies() (err error) {
	assembly := f.path(assemblyFolder)
	for _, path := range []string{assembly, synth.RecordFile(assembly), f.path(nextFolder), f.path(builtFolder)} {
		err = errors.Join(err, os.RemoveAll(path))
	}
	f.Repaired = append(f.Repaired, "An assembly in "+f.dir+" could be changed by other users of this machine: it is made anew.")
	return err
}

// checkRun checks that what Find believes is this user's own, and changes nothing.
func checkRun(dir string) error {
	if err := trust.Above(filepath.Dir(dir)); err != nil {
		return err
	}
	for _, path := range []string{dir, filepath.Join(dir, lockFile), filepath.Join(dir, runFile)} {
		if err := trust.Private(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
