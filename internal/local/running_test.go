package local_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"cognito-m2m/internal/local"
)

// TestFindRun looks for a run before, while and after there is one.
func TestFindRun(t *testing.T) {
	t.Parallel()
	state, dir := t.TempDir(), assemblyDir(t, nil)
	absent := func(when string, starting bool) {
		t.Helper()
		_, err := local.FindRun(state, "dev")
		if none, ok := errors.AsType[*local.NotRunningError](err); !ok || none.Starting != starting {
			t.Errorf("%s: %v, want that it does not run (starting: %t)", when, err, starting)
		}
	}
	absent("never started", false)
	if entries, err := os.ReadDir(state); err != nil || len(entries) > 0 {
		t.Errorf("looking left %v, %v", entries, err)
	}

	// A run that was ended from outside leaves its run.json, and the next one has other ports.
	stale, err := json.Marshal(local.Running{PID: 1, APIURL: "http://127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(state, "dev"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(state, "dev", "run.json"), stale, 0o600); err != nil {
		t.Fatal(err)
	}
	absent("ended from outside", false)
	runtime, err := local.Open(local.Config{Env: "dev", StateDir: state, Report: &report{t: t}})
	if err != nil {
		t.Fatal(err)
	}
	absent("opened, and not started", true)
	d, err := runtime.Start(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	found, err := local.FindRun(state, "dev")
	if err != nil || found.APIURL != d.APIURL || found.JWKSURI != d.JWKSURI || found.PID != os.Getpid() {
		t.Errorf("found %+v, %v", found, err)
	}
	if err := runtime.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	absent("closed", false)
}
