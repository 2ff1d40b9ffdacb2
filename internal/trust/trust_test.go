package trust_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"cognito-m2m/internal/trust"
)

const (
	stranger = 65534 // a user that is neither root nor the tests'
	strange  = 65533 // a group of nobody's name
)

// folder makes a folder with a mode that no umask changes.
func folder(t *testing.T, mode fs.FileMode, parts ...string) string {
	t.Helper()
	path := filepath.Join(parts...)
	if err := os.MkdirAll(path, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
	return path
}

func chown(t *testing.T, path string, uid, gid int) {
	t.Helper()
	if err := os.Lchown(path, uid, gid); err != nil {
		t.Fatal(err)
	}
}

func link(t *testing.T, to, path string) string {
	t.Helper()
	if err := os.Symlink(to, path); err != nil {
		t.Fatal(err)
	}
	return path
}

// wants compares an error with the one that names a path and says whether it is somebody else's; ""
// wants none.
func wants(t *testing.T, err error, path string, owned bool) {
	t.Helper()
	if path == "" {
		if err != nil {
			t.Error(err)
		}
		return
	}
	told, ok := errors.AsType[*trust.Error](err)
	if !ok || told.Path != path || (told.Owner != "") != owned {
		t.Errorf("got %v, want one about %s (somebody else's: %t)", err, path, owned)
	}
	if ok && owned && !strings.Contains(err.Error(), "user 65534") {
		t.Errorf("%q does not name the owner", err)
	}
}

func TestAbove(t *testing.T) {
	t.Parallel()
	top := t.TempDir()
	wants(t, trust.Above(folder(t, 0o755, top, "plain")), "", false)
	wants(t, trust.Above(filepath.Join(top, "plain", "not", "there", "yet")), "", false)
	open := folder(t, 0o777, top, "open")
	wants(t, trust.Above(open), open, false)
	wants(t, trust.Above(folder(t, 0o700, open, "inside")), open, false)
	wants(t, trust.Above(link(t, filepath.Join("open", "inside"), filepath.Join(top, "link"))), open, false)
	sticky := folder(t, 0o777|fs.ModeSticky, top, "sticky")
	wants(t, trust.Above(folder(t, 0o700, sticky, "inside")), "", false)
	loop := link(t, "loop", filepath.Join(top, "loop"))
	if err := trust.Above(loop); !errors.Is(err, syscall.ELOOP) {
		t.Errorf("a link to itself: %v", err)
	}
}

func TestAboveOfSomebodyElse(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away")
	}
	t.Parallel()
	top := t.TempDir()
	theirs := folder(t, 0o755, top, "theirs")
	inside := folder(t, 0o700, theirs, "inside")
	chown(t, theirs, stranger, -1)
	wants(t, trust.Above(inside), theirs, true)
	toOurs := link(t, folder(t, 0o755, top, "ours"), filepath.Join(top, "link"))
	wants(t, trust.Above(toOurs), "", false)
	chown(t, toOurs, stranger, -1)
	wants(t, trust.Above(filepath.Join(toOurs, "state")), toOurs, true)
	shared := folder(t, 0o775, top, "shared")
	wants(t, trust.Above(shared), "", false) // the group has the owner's name
	chown(t, shared, -1, strange)
	wants(t, trust.Above(shared), shared, false)
}

func TestFiles(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away")
	}
	t.Parallel()
	top := t.TempDir()
	ours, theirs, open := folder(t, 0o755, top, "ours"), folder(t, 0o700, top, "theirs"), folder(t, 0o722, top, "open")
	chown(t, theirs, stranger, -1)
	toOurs := link(t, ours, filepath.Join(top, "link"))
	for name, check := range map[string]func(string) error{
		"Owned": trust.Owned, "Private": trust.Private, "Given": func(path string) error { return trust.Given(ours, path) },
	} {
		wants(t, check(ours), "", false)
		wants(t, check(toOurs), "", false)
		wants(t, check(theirs), theirs, true)
		if err := check(filepath.Join(top, "absent")); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s of nothing: %v", name, err)
		}
	}
	wants(t, trust.Private(open), open, false)
	wants(t, trust.Owned(open), "", false)
}
