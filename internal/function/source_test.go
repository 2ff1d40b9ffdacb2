package function_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"cognito-m2m/internal/function"
)

func TestBuildSourceFollowsTheSource(t *testing.T) {
	t.Parallel()
	const program = "package main\n\nfunc main() { println(\"%\") }\n"
	root := newModule(t, strings.Replace(program, "%", "first", 1))
	cfg := function.PrepareConfig{
		AssetHash: "abc",
		AssetDir:  buildAsset(t, root, "./cmd/orders", foreign(), reproducible()...),
		SourceDir: root,
	}
	folder, err := function.SourceFolder(cfg)
	if want := filepath.Join(root, "cmd", "orders"); err != nil || folder != want {
		t.Fatalf("the source is in %s, %v, want %s", folder, err, want)
	}
	output := filepath.Join(t.TempDir(), "orders", "bootstrap")
	prints := func() string {
		t.Helper()
		if err := function.BuildSource(t.Context(), cfg, output); err != nil {
			t.Fatal(err)
		}
		printed, err := exec.CommandContext(t.Context(), output).CombinedOutput()
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(string(printed))
	}
	if got := prints(); got != "first" {
		t.Errorf("the source as it was prints %q", got)
	}
	write(t, filepath.Join(folder, "main.go"), "package main\n\nfunc main() { oops }\n", 0o600)
	if err := function.BuildSource(t.Context(), cfg, output); err == nil || !strings.Contains(err.Error(), "undefined: oops") {
		t.Errorf("a broken source: %v, want what the compiler says", err)
	}
	write(t, filepath.Join(folder, "main.go"), strings.Replace(program, "%", "second", 1), 0o600)
	if got := prints(); got != "second" {
		t.Errorf("the changed source prints %q", got)
	}
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(output), "build-*")); err != nil || len(left) > 0 {
		t.Errorf("it left %v, %v", left, err)
	}
}

func TestSourceFolderOfWhatIsNoGoProgram(t *testing.T) {
	t.Parallel()
	script := t.TempDir()
	write(t, filepath.Join(script, "bootstrap"), "#!/bin/sh\n", 0o700)
	if folder, err := function.SourceFolder(function.PrepareConfig{AssetHash: "abc", AssetDir: script, SourceDir: "."}); err == nil {
		t.Errorf("got %s", folder)
	}
}
