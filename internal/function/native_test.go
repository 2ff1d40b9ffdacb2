package function_test

import (
	"debug/buildinfo"
	"os/exec"
	"path/filepath"
	"testing"

	"cognito-m2m/internal/function"
)

// A function is built for this machine with the settings that go has for everything else here:
// another one of them would compile all that it depends on once more.
func TestNativeBuildIsAsOthers(t *testing.T) {
	t.Parallel()
	root := newModule(t, "package main\n\nfunc main() {}\n")
	plain := filepath.Join(t.TempDir(), "plain")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-o", plain, "./cmd/orders")
	cmd.Dir = root
	if output, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	got, want := settings(t, prepareNative(t, root)), settings(t, plain)
	for _, forTheLinkerAlone := range []map[string]string{got, want} {
		delete(forTheLinkerAlone, "-ldflags")
	}
	for name, value := range want {
		if got[name] != value {
			t.Errorf("%s is %q, want %q", name, got[name], value)
		}
		delete(got, name)
	}
	if len(got) > 0 {
		t.Errorf("more settings: %v", got)
	}
}

// The asset is built without cgo. A package that has other files with it is built without it here
// too.
func TestNativeBuildHasTheAssetsFiles(t *testing.T) {
	t.Parallel()
	root := newModule(t, "package main\n\nimport \"example.test/orders/store\"\n\nfunc main() { println(store.Kind) }\n")
	write(t, filepath.Join(root, "store", "c.go"), "package store\n\nimport \"C\"\n\nconst Kind = \"with C\"\n", 0o600)
	write(t, filepath.Join(root, "store", "go.go"), "//go:build !cgo\n\npackage store\n\nconst Kind = \"without C\"\n", 0o600)
	output, err := exec.CommandContext(t.Context(), prepareNative(t, root)).CombinedOutput()
	if err != nil || string(output) != "without C\n" {
		t.Errorf("printed %q, error %v", output, err)
	}
}

// prepareNative prepares the asset of the module's program, and returns what was built for this
// machine.
func prepareNative(t *testing.T, root string) (bootstrap string) {
	t.Helper()
	prepared, err := function.Prepare(t.Context(), function.PrepareConfig{
		AssetHash: "abc", AssetDir: buildAsset(t, root, "./cmd/orders", foreign(), reproducible()...), CacheDir: t.TempDir(), SourceDir: root,
	})
	if err != nil || prepared.Doubt != nil {
		t.Fatalf("got %+v, %v", prepared, err)
	}
	return prepared.Bootstrap
}

func settings(t *testing.T, program string) map[string]string {
	t.Helper()
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, setting := range info.Settings {
		found[setting.Key] = setting.Value
	}
	return found
}
