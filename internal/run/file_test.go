package run_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"cognito-m2m/internal/run"
)

// A file that keeps its reader waiting, or has no end, is refused by its name.
func TestReadFileIsOfARegularFile(t *testing.T) {
	t.Parallel()
	for name, make := range map[string]func(path string) error{
		"FIFO":   func(path string) error { return syscall.Mkfifo(path, 0o600) },
		"device": func(path string) error { return os.Symlink("/dev/zero", path) },
	} {
		path := filepath.Join(t.TempDir(), "state.json")
		if err := make(path); err != nil {
			t.Fatal(err)
		}
		if _, err := run.ReadFile(path); err == nil || !strings.Contains(err.Error(), path+" is not a regular file") {
			t.Errorf("%s: the error is %v, want one that names the file", name, err)
		}
	}
}
