package workflows

import (
	"maps"
	"os"
	"path/filepath"
	"testing"

	"cognito-m2m/internal/m2mtest"
)

// scripted is a folder with a script of .ci, and files that can be run, such as what stands in for
// a program.
func scripted(t *testing.T, script string, files map[string]string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	all := maps.Clone(files)
	all[".ci/"+script] = m2mtest.Read(t, filepath.Join(root, ".ci", script))
	for name, content := range all {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
