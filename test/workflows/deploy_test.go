package workflows

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestNoDeploymentWithoutAWayBack: neither flag stands in anything that deploys; docs/delivery.md
// says why.
func TestNoDeploymentWithoutAWayBack(t *testing.T) {
	t.Parallel()
	looked := 0
	for _, folder := range []string{".ci", ".github", "Makefile", "package.json"} {
		err := filepath.WalkDir(filepath.Join(root, folder), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			looked++
			source, err := os.ReadFile(path)
			for _, flag := range []string{"--revert-drift", "--express"} {
				if strings.Contains(string(source), flag) {
					t.Errorf("%s has %s", path, flag)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if looked < 10 {
		t.Errorf("looked at %d files", looked)
	}
}
