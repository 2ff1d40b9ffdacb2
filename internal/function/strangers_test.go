package function_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cognito-m2m/internal/function"
	"cognito-m2m/internal/trust"
)

// TestSourceOfAStranger: whoever works in a folder need not know what lies above it, and what is
// built from the source runs as a function.
func TestSourceOfAStranger(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away")
	}
	t.Parallel()
	root := newModule(t, "package main\n\nfunc main() {}\n")
	cfg := function.PrepareConfig{
		AssetHash: "abc", AssetDir: buildAsset(t, root, "./cmd/orders", foreign(), reproducible()...),
		CacheDir: filepath.Join(t.TempDir(), "cache"), SourceDir: filepath.Join(root, "cmd"),
	}
	prepared, err := function.Prepare(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(prepared.Bootstrap)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the built program has mode %v, %v: only its user is to change or run it", info.Mode(), err)
	}
	if err := os.RemoveAll(cfg.CacheDir); err != nil {
		t.Fatal(err)
	}
	if err := os.Lchown(filepath.Join(root, "go.mod"), 65534, -1); err != nil {
		t.Fatal(err)
	}
	_, err = function.Prepare(t.Context(), cfg)
	if _, ok := errors.AsType[*trust.Error](err); !ok || !strings.Contains(err.Error(), "start inside that module") {
		t.Errorf("got %v", err)
	}
	cfg.SourceDir = root
	if _, err := function.Prepare(t.Context(), cfg); err != nil {
		t.Errorf("in the module's folder itself: %v", err)
	}
}
