package m2mtest

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// CopyProject copies what a synth needs from the project's folder root to dir, with this
// environment dev.
func CopyProject(t testing.TB, root, dir, dev string) {
	t.Helper()
	app, err := filepath.Glob(filepath.Join(root, "*.go"))
	if err != nil || len(app) == 0 {
		t.Fatalf("the app in %s: %v, %v", root, app, err)
	}
	for _, file := range append(app, "cdk.json", "go.mod", "go.sum") {
		name := filepath.Base(file)
		if !strings.HasSuffix(name, "_test.go") {
			Write(t, filepath.Join(dir, name), Read(t, filepath.Join(root, name)))
		}
	}
	for _, name := range append(synthesized(t, root), "environments") {
		if err := os.CopyFS(filepath.Join(dir, name), os.DirFS(filepath.Join(root, name))); err != nil {
			t.Fatal(err)
		}
	}
	Write(t, filepath.Join(dir, "environments", "dev.yaml"), dev)
}

// synthesized are the folders of the packages that the app and the functions are built from, none
// inside another.
func synthesized(t testing.TB, root string) (folders []string) {
	t.Helper()
	list := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{with .Module}}{{if .Main}}{{$.ImportPath}}{{end}}{{end}}", ".", "./lambda/...")
	list.Dir = root
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range slices.Sorted(strings.Lines(string(out))) {
		folder, found := strings.CutPrefix(strings.TrimSpace(path), "cognito-m2m/")
		if found && (len(folders) == 0 || !strings.HasPrefix(folder, folders[len(folders)-1]+"/")) {
			folders = append(folders, folder)
		}
	}
	return folders
}
