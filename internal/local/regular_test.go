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
		for _, file := range []string{"state.json", "functions.env"} {
			t.Run(name+" "+file, func(t *testing.T) {
				t.Parallel()
				state := t.TempDir()
				path := filepath.Join(state, "dev", file)
				if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := make(path); err != nil {
					t.Fatal(err)
				}
				if err := startFails(t, local.Config{StateDir: state}, ""); !strings.Contains(err.Error(), path+" is not a regular file") {
					t.Errorf("the error is %v, want one that names the file", err)
				}
			})
		}
	}
}
