package run_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/m2mtest"
	"cognito-m2m/internal/run"
)

// TestFind looks for a run before, while and after there is one.
func TestFind(t *testing.T) {
	t.Parallel()
	state := t.TempDir()
	absent := func(when string, starting bool) {
		t.Helper()
		_, err := run.Find(state, "dev")
		if none, ok := errors.AsType[*run.NotRunningError](err); !ok || none.Starting != starting {
			t.Errorf("%s: %v, want that it does not run (starting: %t)", when, err, starting)
		}
	}
	absent("never started", false)
	if entries, err := os.ReadDir(state); err != nil || len(entries) > 0 {
		t.Errorf("looking left %v, %v", entries, err)
	}

	// A run that was ended from outside leaves its run.json, and the next one has other ports.
	stale, err := json.Marshal(run.Running{PID: 1, APIURL: "http://127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	m2mtest.Write(t, filepath.Join(state, "dev", "run.json"), string(stale))
	absent("ended from outside", false)
	folder, err := run.Open(state, "dev", false)
	if err != nil {
		t.Fatal(err)
	}
	if leftOver, err := folder.RemoveRun(); err != nil || !leftOver {
		t.Errorf("a run.json was left over: %t, %v", leftOver, err)
	}
	absent("opened, and not started", true)
	written := run.Running{PID: os.Getpid(), APIURL: "http://127.0.0.1:2", AWSAccessKeyID: "LOCALNOTAKEY", AWSSecretAccessKey: "sesame"}
	if err := folder.WriteRun(written); err != nil {
		t.Fatal(err)
	}
	found, err := run.Find(state, "dev")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&written, found); diff != "" {
		t.Errorf("the run (-written +found):\n%s", diff)
	}
	if err := folder.Close(); err != nil {
		t.Fatal(err)
	}
	absent("closed", false)
}

// TestOneRunHasTheFolder: a second one is told the first one's process, if that has said it.
func TestOneRunHasTheFolder(t *testing.T) {
	t.Parallel()
	state := t.TempDir()
	folder, err := run.Open(state, "dev", false)
	if err != nil {
		t.Fatal(err)
	}
	inUse := func(pid int) {
		t.Helper()
		_, err := run.Open(state, "dev", false)
		if held, ok := errors.AsType[*run.InUseError](err); !ok || held.PID != pid {
			t.Errorf("got %v, want that process %d has it", err, pid)
		}
	}
	inUse(0)
	if err := folder.WriteRun(run.Running{PID: 7}); err != nil {
		t.Fatal(err)
	}
	inUse(7)
	if err := folder.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := open(t, state); err != nil {
		t.Errorf("after it was closed: %v", err)
	}
}

// TestOneNameInSeveralPlaces: each is found with its place, and none by the name alone.
func TestOneNameInSeveralPlaces(t *testing.T) {
	t.Parallel()
	state := t.TempDir()
	folder, err := run.Open(state, "empty", false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = folder.Close() })
	here, there := run.Qualified("dev", "eu-west-1"), run.Qualified("dev", "us-west-2")
	if err := folder.WriteRun(run.Running{PID: os.Getpid(), Environments: map[string]run.Environment{
		here: {APIURL: "http://127.0.0.1:1"}, there: {APIURL: "http://127.0.0.1:2", Region: "us-west-2"}, "prod": {APIURL: "http://127.0.0.1:3"},
	}}); err != nil {
		t.Fatal(err)
	}
	if found, err := run.Find(state, there); err != nil || found.APIURL != "http://127.0.0.1:2" || found.Region != "us-west-2" || run.Name(there) != "dev" {
		t.Errorf("%s: %+v, %v", there, found, err)
	}
	if found, err := run.Find(state, "prod"); err != nil || found.APIURL != "http://127.0.0.1:3" {
		t.Errorf("prod: %+v, %v", found, err)
	}
	if _, err := run.Find(state, "dev"); err == nil || !strings.Contains(err.Error(), "name one of dev@eu-west-1, dev@us-west-2") {
		t.Errorf("dev: %v", err)
	}
	for _, none := range []string{"dev@nowhere", "dev@/../empty", "prod@eu-west-1"} {
		if _, err := run.Find(state, none); err == nil || !strings.Contains(err.Error(), none+" does not run on this machine") {
			t.Errorf("%s: %v", none, err)
		}
	}
}

func TestNamesThatAreNoFolder(t *testing.T) {
	t.Parallel()
	for _, env := range []string{"", "../dev", ".functions", "dev/.."} {
		if folder, err := run.Open(t.TempDir(), env, false); err == nil {
			t.Errorf("%q: it opened", env)
			_ = folder.Close()
		}
		if _, err := run.Find(t.TempDir(), env); err == nil {
			t.Errorf("%q: it was found", env)
		} else if _, ok := errors.AsType[*run.NotRunningError](err); ok {
			t.Errorf("%q was looked for", env)
		}
	}
}
