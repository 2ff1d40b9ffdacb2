package run_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cognito-m2m/internal/m2mtest"
	"cognito-m2m/internal/run"
	"cognito-m2m/internal/trust"
)

// A state folder with all that can lie in one.
var (
	program = filepath.Join(".functions", "abc", "linux-amd64", "bootstrap")
	inState = []string{"dev/lock", "dev/state.json", "dev/state.json.journal", "dev/run.json", "dev/cdk.out.inputs.json", "dev/cdk.out/manifest.json", program}
)

// prepared makes a state folder as one run leaves it, in a folder of its own.
func prepared(t *testing.T) (state string) {
	t.Helper()
	state = filepath.Join(t.TempDir(), "state")
	for _, name := range inState {
		file := filepath.Join(state, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		content := `{"version": 2, "resources": {}}`
		if name == "dev/lock" {
			content = ""
		}
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return state
}

// open opens the folder, closes it again, and returns what was repaired.
func open(t *testing.T, state string) (warnings string, err error) {
	t.Helper()
	folder, err := run.Open(state, "dev", false)
	if err != nil {
		return "", err
	}
	return strings.Join(folder.Repaired, "\n"), folder.Close()
}

func wantUntrusted(t *testing.T, err error, path string, owned bool) {
	t.Helper()
	told, ok := errors.AsType[*trust.Error](err)
	if !ok || told.Path != path || (told.Owner != "") != owned || owned && !strings.Contains(err.Error(), "user 65534") {
		t.Errorf("got %v, want one about %s (somebody else's: %t)", err, path, owned)
	}
}

func chmod(t *testing.T, mode fs.FileMode, parts ...string) {
	t.Helper()
	if err := os.Chmod(filepath.Join(parts...), mode); err != nil {
		t.Fatal(err)
	}
}

func modeOf(t *testing.T, parts ...string) fs.FileMode {
	t.Helper()
	info, err := os.Stat(filepath.Join(parts...))
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode().Perm()
}

// TestStateOfSomebodyElse gives one part of a state folder after the other away. Nothing of it is
// used, changed or removed.
func TestStateOfSomebodyElse(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away")
	}
	t.Parallel()
	folders := []string{".", "dev", "dev/cdk.out", ".functions", filepath.Dir(program)}
	for _, name := range append(folders, inState...) {
		state := prepared(t)
		path := filepath.Join(state, name)
		if err := os.Lchown(path, 65534, -1); err != nil {
			t.Fatal(err)
		}
		_, err := open(t, state)
		wantUntrusted(t, err, path, true)
		for _, kept := range inState {
			if _, err := os.Stat(filepath.Join(state, kept)); err != nil {
				t.Error(err)
			}
		}
	}
}

// TestFolderAboveTheState: whoever can write there can put another in its place.
func TestFolderAboveTheState(t *testing.T) {
	t.Parallel()
	above := t.TempDir()
	chmod(t, 0o777, above)
	_, err := open(t, filepath.Join(above, "state"))
	wantUntrusted(t, err, above, false)
	if entries, err := os.ReadDir(above); err != nil || len(entries) > 0 {
		t.Errorf("it left %v, %v", entries, err)
	}
	chmod(t, 0o777|fs.ModeSticky, above)
	if _, err := open(t, filepath.Join(above, "state")); err != nil {
		t.Errorf("a sticky folder, such as /tmp: %v", err)
	}
}

// TestOpenModesAreRepaired: what is this user's own is closed again, and told.
func TestOpenModesAreRepaired(t *testing.T) {
	t.Parallel()
	for name, modes := range map[string]struct{ was, is fs.FileMode }{
		".": {0o777, 0o755}, "dev": {0o755, 0o700}, ".functions": {0o750, 0o700},
		"dev/state.json": {0o644, 0o600}, "dev/state.json.journal": {0o644, 0o600}, "dev/lock": {0o666, 0o600},
	} {
		state := prepared(t)
		chmod(t, modes.was, state, name)
		warnings, err := open(t, state)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if is := modeOf(t, state, name); is != modes.is {
			t.Errorf("%s has mode %04o, want %04o", name, is, modes.is)
		}
		if !strings.Contains(warnings, filepath.Join(state, name)) {
			t.Errorf("%s: the warnings do not name it: %q", name, warnings)
		}
	}
	if warnings, err := open(t, prepared(t)); err != nil || warnings != "" {
		t.Errorf("of a state that nobody else could read it warns: %q, %v", warnings, err)
	}
}

// TestWhatOthersCouldChangeIsMadeAgain: programs are run only if nobody else could have written
// them.
func TestWhatOthersCouldChangeIsMadeAgain(t *testing.T) {
	t.Parallel()
	const assembly, record = "dev/cdk.out/manifest.json", "dev/cdk.out.inputs.json"
	for name, c := range map[string]struct {
		mode                fs.FileMode
		functions, assembly bool // are kept
	}{
		"dev": {0o777, true, false}, ".functions": {0o777, false, true},
		filepath.Dir(program): {0o770, false, true}, program: {0o777, false, true},
	} {
		state := prepared(t)
		chmod(t, c.mode, state, name)
		warnings, err := open(t, state)
		if err != nil || warnings == "" {
			t.Errorf("%s: warnings %q, %v", name, warnings, err)
		}
		for file, kept := range map[string]bool{program: c.functions, assembly: c.assembly, record: c.assembly, "dev/state.json": true} {
			if _, err := os.Stat(filepath.Join(state, file)); (err == nil) != kept {
				t.Errorf("%s with mode %04o: %s is kept: %t, want %t", name, c.mode, file, err == nil, kept)
			}
		}
	}
}

// TestFilesOthersCouldWrite: in a folder that others could reach, the modes of files count; in one
// that was closed they do not.
func TestFilesOthersCouldWrite(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		folder   fs.FileMode
		file     string
		refused  bool
		assembly bool // is kept
	}{
		"closed":                {0o700, "functions.env", false, true},
		"open":                  {0o755, "functions.env", true, true},
		"assembly, closed":      {0o700, "cdk.out/manifest.json", false, true},
		"assembly, open":        {0o755, "cdk.out/manifest.json", false, false},
		"nothing that they may": {0o755, "", false, true},
	} {
		state := prepared(t)
		if err := os.WriteFile(filepath.Join(state, "dev", "functions.env"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if c.file != "" {
			chmod(t, 0o666, state, "dev", c.file)
		}
		chmod(t, c.folder, state, "dev")
		_, err := open(t, state)
		if c.refused {
			wantUntrusted(t, err, filepath.Join(state, "dev", c.file), false)
		} else if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := os.Stat(filepath.Join(state, "dev/cdk.out/manifest.json")); (err == nil) != c.assembly {
			t.Errorf("%s: the assembly is kept: %t, want %t", name, err == nil, c.assembly)
		}
	}
}

// TestFindBelievesOnlyItsUser: what run.json says leads tokens and secrets.
func TestFindBelievesOnlyItsUser(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"dev", "dev/run.json", "dev/lock"} {
		state := prepared(t)
		chmod(t, 0o722, state, name)
		_, err := run.Find(state, "dev")
		wantUntrusted(t, err, filepath.Join(state, name), false)
		if mode := modeOf(t, state, name); mode != 0o722 {
			t.Errorf("looking changed the mode of %s to %04o", name, mode)
		}
		if os.Geteuid() != 0 {
			continue // only root can give files away
		}
		chmod(t, 0o700, state, name)
		if err := os.Lchown(filepath.Join(state, name), 65534, -1); err != nil {
			t.Fatal(err)
		}
		_, err = run.Find(state, "dev")
		wantUntrusted(t, err, filepath.Join(state, name), true)
	}
}

// What is only of one run does not stay when that run was killed.
func TestOpenRemovesWhatAKilledRunLeft(t *testing.T) {
	t.Parallel()
	state := prepared(t)
	for _, name := range []string{"built/Echo/bootstrap", "built/Echo/build-1/bootstrap", "next/cdk.out/manifest.json", ".state.json123"} {
		m2mtest.Write(t, filepath.Join(state, "dev", filepath.FromSlash(name)), "")
	}
	folder, err := run.Open(state, "dev", false)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"built", "next", ".state.json123"} {
		if _, err := os.Lstat(filepath.Join(state, "dev", name)); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v, want that it is gone", name, err)
		}
	}
	if err := folder.Release(); err != nil {
		t.Error(err)
	}
}
