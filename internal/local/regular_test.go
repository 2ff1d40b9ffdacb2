package local_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"cognito-m2m/internal/local"
)

// A state file that keeps its reader waiting, or has no end, is refused by its name.
func TestStateIsARegularFile(t *testing.T) {
	t.Parallel()
	for name, make := range map[string]func(path string) error{
		"FIFO":   func(path string) error { return syscall.Mkfifo(path, 0o600) },
		"device": func(path string) error { return os.Symlink("/dev/zero", path) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			state := t.TempDir()
			file := filepath.Join(state, "dev", "state.json")
			if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := make(file); err != nil {
				t.Fatal(err)
			}
			if err := startFails(t, local.Config{StateDir: state}, assemblyDir(t, nil)); !strings.Contains(err.Error(), file+" is not a regular file") {
				t.Errorf("the error is %v, want one that names the file", err)
			}
		})
	}
}
