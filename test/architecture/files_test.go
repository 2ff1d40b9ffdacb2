package architecture

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// maxFiles is how many files a folder may have without tests: so many names can be looked through
// for the right one.
const maxFiles = 25

func TestFoldersAreSmall(t *testing.T) {
	for _, p := range list(t) {
		if fault := crowded(p); fault != "" {
			t.Error(fault)
		}
	}
}

func TestCrowdedFoldersGoRed(t *testing.T) {
	p := pkg{ImportPath: module + "/internal/local", Dir: t.TempDir()}
	add := func(name string) {
		if err := os.WriteFile(filepath.Join(p.Dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for i := range maxFiles {
		add(fmt.Sprintf("f%d.go", i))
		add(fmt.Sprintf("f%d_test.go", i))
	}
	if fault := crowded(p); fault != "" {
		t.Error(fault)
	}
	add("f_windows.go")
	if crowded(p) == "" {
		t.Errorf("%d files are accepted", maxFiles+1)
	}
}

// crowded says if a package's folder has too many files, those of other systems included, which a
// reader sees too.
func crowded(p pkg) string {
	if count := len(productionFiles(p)); count > maxFiles {
		return fmt.Sprintf("%s has %d files without tests, and %d is the most", p.name(), count, maxFiles)
	}
	return ""
}

// productionFiles are the paths of a package's files without its tests.
func productionFiles(p pkg) (paths []string) {
	all, _ := filepath.Glob(filepath.Join(p.Dir, "*.go")) // the pattern is well formed
	for _, path := range all {
		if !strings.HasSuffix(path, "_test.go") {
			paths = append(paths, path)
		}
	}
	return paths
}
