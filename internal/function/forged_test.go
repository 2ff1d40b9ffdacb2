package function_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cognito-m2m/internal/function"
	"cognito-m2m/internal/m2mtest"
)

// forge writes other text over a text in the asset's bootstrap, of the same length.
func forge(t *testing.T, asset, old, forged string) {
	t.Helper()
	path := filepath.Join(asset, "bootstrap")
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(old) != len(forged) || !bytes.Contains(content, []byte(old)) {
		t.Fatalf("%q can't be written over %q", forged, old)
	}
	m2mtest.WriteProgram(t, path, bytes.ReplaceAll(content, []byte(old), []byte(forged)))
}

// trap puts a program called evil-program-of-test in front of all others, and returns the file that
// it makes when it runs.
func trap(t *testing.T) (sprung string) {
	t.Helper()
	dir := t.TempDir()
	sprung = filepath.Join(dir, "sprung")
	write(t, filepath.Join(dir, "evil-program-of-test"), "#!/bin/sh\n: > '"+sprung+"'\nexec \"$@\"\n", 0o700)
	t.Setenv("PATH", dir+string(filepath.ListSeparator)+os.Getenv("PATH"))
	return sprung
}

// What a bootstrap says of how it was built comes from whoever made the assembly. None of it may
// name a program that building the source for comparison would run.
func TestBuildInformationRunsNothing(t *testing.T) {
	const tag = "a_tag_that_is_long_enough_for_others_to_be_written_over_it_all"
	root := newModule(t, "package main\n\nfunc main() {}\n")
	write(t, filepath.Join(root, "main.go"), "package main\n\nfunc main() {}\n", 0o600) // what go builds without a package
	built := buildAsset(t, root, "./cmd/orders", foreign(), append(reproducible(), "-tags="+tag)...)
	for name, test := range map[string]struct{ old, forged, want string }{
		"GOFLAGS":       {"-tags=" + tag, "GOFLAGS=-toolexec=evil-program-of-test", ""},
		"GOCACHEPROG":   {"-tags=" + tag, "GOCACHEPROG=evil-program-of-test", ""},
		"linker flags":  {"-tags=" + tag, `-ldflags="-linkmode=external -extld=evil-program-of-test"`, "-ldflags"},
		"quoted flag":   {"-tags=" + tag, `-ldflags="-s '-extld=evil-program-of-test'"`, "-ldflags"},
		"package path":  {"path\texample.test/orders/cmd/orders", "path\t-toolexec=evil-program-of-test", "package path"},
		"parent folder": {"path\texample.test/orders/cmd/orders", "path\texample.test/orders/../ordersx", "package path"},
		"other module":  {"path\texample.test/orders/cmd/orders", "path\tgolang.org/x/tools/cmd/goplsxx", "package path"},
	} {
		t.Run(name, func(t *testing.T) {
			sprung, asset := trap(t), t.TempDir()
			if err := os.CopyFS(asset, os.DirFS(built)); err != nil {
				t.Fatal(err)
			}
			if rest := len(test.old) - len(test.forged); rest > 0 { // the rest becomes a line of its own, which says nothing
				test.forged += ("\nbuild\tx=" + strings.Repeat("x", rest))[:rest]
			}
			forge(t, asset, test.old, test.forged)
			prepared, err := function.Prepare(t.Context(), function.PrepareConfig{
				AssetHash: "abc", AssetDir: asset, CacheDir: t.TempDir(), SourceDir: root,
			})
			if err == nil {
				err = prepared.Doubt
			}
			if test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("error %v, want one about %q", err, test.want)
			}
			if _, err := os.Stat(sprung); err == nil {
				t.Error("the build ran a program that the bootstrap names")
			}
		})
	}
}

// The id in a bootstrap is given to the linker, as one word.
func TestBuildIDIsOneWord(t *testing.T) {
	sprung := trap(t)
	root := newModule(t, "package main\n\nfunc main() {}\n")
	id := strings.Repeat("x", 70)
	asset := buildAsset(t, root, "./cmd/orders", foreign(), "-trimpath", "-buildvcs=false", "-ldflags=-s -w -buildid="+id)
	forge(t, asset, id, fmt.Sprintf("%-70s", "x -linkmode=external -extld=evil-program-of-test"))
	prepared, err := function.Prepare(t.Context(), function.PrepareConfig{
		AssetHash: "abc", AssetDir: asset, CacheDir: t.TempDir(), SourceDir: root,
	})
	t.Log(prepared.Doubt)
	if err == nil || !strings.Contains(err.Error(), "build id") {
		t.Errorf("error %v, want one about the build id", err)
	}
	if _, err := os.Stat(sprung); err == nil {
		t.Error("the build ran a program that the bootstrap names")
	}
}
