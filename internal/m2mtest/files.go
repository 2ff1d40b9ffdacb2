package m2mtest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// Read is the content of a file.
func Read(t testing.TB, file string) string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// Write makes a file that the owner alone may read, and the folders to it. A file that is there
// keeps its mode.
func Write(t testing.TB, file, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// WriteProgram makes a file that everybody may run, and the folders to it. A process that another
// test starts meanwhile would have the file open for writing until it is another program, and no
// system runs a file that is.
func WriteProgram[T ~string | ~[]byte](t testing.TB, file string, program T) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := writeProgram(file, []byte(program)); err != nil {
		t.Fatal(err)
	}
}

func writeProgram(file string, program []byte) error {
	syscall.ForkLock.RLock()
	err := os.WriteFile(file, program, 0o600)
	syscall.ForkLock.RUnlock()
	if err != nil {
		return err
	}
	return os.Chmod(file, 0o755)
}

// Replace changes a text in a file, everywhere. It has to be there.
func Replace(t testing.TB, file, old, replacement string) {
	t.Helper()
	content := Read(t, file)
	if !strings.Contains(content, old) {
		t.Fatalf("%q is not in %s", old, file)
	}
	Write(t, file, strings.ReplaceAll(content, old, replacement))
}

// ChangeJSON writes the object that is in a file as the changes leave it. Numbers come as float64.
func ChangeJSON(t testing.TB, file string, changes ...func(object map[string]any)) {
	t.Helper()
	var object map[string]any
	if err := json.Unmarshal([]byte(Read(t, file)), &object); err != nil {
		t.Fatalf("decoding %s: %v", file, err)
	}
	for _, change := range changes {
		change(object)
	}
	content, err := json.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	Write(t, file, string(content))
}

// Only is the one file that fits a pattern of filepath.Glob.
func Only(t testing.TB, pattern string) string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) != 1 {
		t.Fatalf("files like %s: %v, %v", pattern, files, err)
	}
	return files[0]
}

// NewHome gives the test a home folder of its own, with nothing in it but that Go's commands keep
// no telemetry: they write it once they have ended, when the folder is being removed.
func NewHome(t testing.TB) (dir string) {
	t.Helper()
	dir = t.TempDir()
	t.Setenv("HOME", dir)
	t.Setenv("XDG_CONFIG_HOME", "")
	settings, err := os.UserConfigDir()
	if err != nil {
		t.Fatal(err)
	}
	Write(t, filepath.Join(settings, "go", "telemetry", "mode"), "off")
	return dir
}
