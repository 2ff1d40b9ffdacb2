package workflows

import (
	"maps"
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
		m2mtest.WriteProgram(t, filepath.Join(dir, name), content)
	}
	return dir
}
