package m2mtest

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// synthesizedFiles are what a run of dev makes from the project's files alone: the functions for
// this machine, the assembly, and the record of what the assembly was made from. m2m makes anew
// what no longer fits.
var synthesizedFiles = []string{".functions", "dev/cdk.out", "dev/cdk.out.inputs.json"}

// kept is the folder, below root, of what one kind of run made.
func kept(root, name string) string { return filepath.Join(root, ".build", "test", name) }

// TakeKept lays what Keep kept into a state folder. At first that is nothing.
func TakeKept(t testing.TB, root, name, state string) {
	t.Helper()
	if err := os.CopyFS(state, os.DirFS(kept(root, name))); err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
}

// Keep keeps what a run of dev has synthesized and built in a state folder, for later tests of the
// same project: they need not make it again. It has no ids and no secrets.
func Keep(t testing.TB, root, name, state string) {
	t.Helper()
	folder := kept(root, name)
	if err := os.MkdirAll(filepath.Dir(folder), 0o700); err != nil {
		t.Fatal(err)
	}
	made, err := os.MkdirTemp(filepath.Dir(folder), name+"-") //nolint:usetesting // it is renamed
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(made)
	for _, name := range synthesizedFiles {
		if err := copyAny(filepath.Join(made, name), filepath.Join(state, name)); err != nil {
			t.Fatal(err)
		}
	}
	// Another run of the tests may do the same: what it keeps is as good.
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(made, folder); err != nil && !errors.Is(err, fs.ErrExist) {
		t.Fatal(err)
	}
}

// copyAny copies a file or a folder.
func copyAny(to, from string) error {
	if info, err := os.Stat(from); err != nil || info.IsDir() {
		return errors.Join(err, os.CopyFS(to, os.DirFS(from)))
	}
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, content, 0o600)
}
