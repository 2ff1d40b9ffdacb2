package m2mtest_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"cognito-m2m/internal/m2mtest"
)

// red is a test that is told to fail.
type red struct {
	testing.TB

	said string
}

func (r *red) Helper() {}

func (r *red) Errorf(format string, args ...any) { r.said += fmt.Sprintf(format, args...) }

// What passes whatever happens would be seen nowhere else.
func TestChecksGoRed(t *testing.T) {
	t.Parallel()
	shell := func(script string) *exec.Cmd { return m2mtest.Command("/bin/sh", t.TempDir(), "-c", script) }
	interrupted := func(script string) func(testing.TB) {
		return func(tb testing.TB) {
			cmd := shell(script)
			run, err := m2mtest.Start(cmd)
			if err != nil {
				t.Fatal(err)
			}
			run.Interrupt(tb)
		}
	}
	for name, c := range map[string]struct {
		check func(testing.TB)
		said  string // "" for nothing
	}{
		"fails":                {func(tb testing.TB) { m2mtest.Fails(tb, shell("exit 1")) }, ""},
		"succeeds":             {func(tb testing.TB) { m2mtest.Fails(tb, shell("exit 0")) }, "status 0"},
		"fails otherwise":      {func(tb testing.TB) { m2mtest.Fails(tb, shell("exit 2")) }, "status 2"},
		"is killed":            {func(tb testing.TB) { m2mtest.Fails(tb, shell("kill -9 $$")) }, "status -1"},
		"prints data":          {func(tb testing.TB) { m2mtest.Fails(tb, shell("echo data; exit 1")) }, "data"},
		"says it":              {func(tb testing.TB) { m2mtest.Contains(tb, "one two", "two", "one") }, ""},
		"says half":            {func(tb testing.TB) { m2mtest.Contains(tb, "one two", "two", "three") }, "three"},
		"ends well":            {interrupted("trap 'exit 0' INT; echo; while :; do sleep 0.01; done"), ""},
		"ends badly":           {interrupted("trap 'exit 3' INT; echo; while :; do sleep 0.01; done"), "status 3"},
		"ends without a trap":  {interrupted("echo; while :; do sleep 0.01; done"), "interrupt"},
		"ended before Ctrl-C?": {func(tb testing.TB) { m2mtest.Interrupt(tb, ended(t, shell("exit 0"))) }, "finished"},
	} {
		r := &red{TB: t}
		c.check(r)
		if (r.said == "") != (c.said == "") || !strings.Contains(r.said, c.said) {
			t.Errorf("%s: the check says %q, want %q in it", name, r.said, c.said)
		}
	}
}

func ended(t *testing.T, cmd *exec.Cmd) *exec.Cmd {
	t.Helper()
	m2mtest.Ends(t, cmd)
	return cmd
}

func TestStartTellsWhyNothingIsReady(t *testing.T) {
	t.Parallel()
	if _, err := m2mtest.Start(m2mtest.Command("/bin/sh", t.TempDir(), "-c", "echo no room >&2; exit 1")); err == nil || !strings.Contains(err.Error(), "no room") {
		t.Errorf("got %v", err)
	}
}

func TestRunning(t *testing.T) {
	t.Parallel()
	cmd := m2mtest.Command("/bin/sh", t.TempDir(), "-c", "read line")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if !m2mtest.Running(cmd.Process.Pid) {
		t.Error("a process that waits is not running")
	}
	stdin.Close()
	m2mtest.AwaitGone(t, cmd.Process.Pid) // nobody has asked how it ended
	if err := cmd.Wait(); err == nil {
		t.Error("a read of nothing succeeds")
	}
	m2mtest.AwaitGone(t, cmd.Process.Pid)
}

func TestBuffer(t *testing.T) {
	t.Parallel()
	all, end := &m2mtest.Buffer{}, &m2mtest.Buffer{Most: 5}
	for _, text := range []string{"one\n", "two\n"} {
		fmt.Fprint(all, text)
		fmt.Fprint(end, text)
	}
	if all.String() != "one\ntwo\n" || end.String() != "\ntwo\n" || strings.Join(all.Lines(), "|") != "one|two" {
		t.Errorf("got %q, %q and %q", all, end, all.Lines())
	}
	if all.Take() != "one\ntwo\n" || all.Take() != "" {
		t.Error("Take gives something twice, or not")
	}
}

func TestFiles(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "folder", "file.json")
	m2mtest.Write(t, file, `{"a":"b","c":"b"}`)
	m2mtest.Replace(t, file, "b", "d")
	m2mtest.ChangeJSON(t, file, func(object map[string]any) { delete(object, "a") })
	if got := m2mtest.Read(t, m2mtest.Only(t, filepath.Join(filepath.Dir(file), "*"))); got != `{"c":"d"}` {
		t.Errorf("got %s", got)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("got %v, %v", info, err)
	}
}

func TestPlace(t *testing.T) {
	t.Parallel()
	root, otherwise := t.TempDir(), t.TempDir()
	left := filepath.Join(root, ".build", "test", "places", "copy", "go.mod")
	m2mtest.Write(t, left, "of a run of the tests that was killed")
	for range 2 {
		place, err := m2mtest.Place(root, "copy", otherwise)
		if err != nil || place != filepath.Dir(left) && place != otherwise {
			t.Errorf("got %q, %v", place, err)
		}
		if place == otherwise { // the second is not where the first still is
			return
		}
		if files, err := os.ReadDir(place); err != nil || len(files) > 0 {
			t.Errorf("it has %v, %v", files, err)
		}
	}
	t.Error("two have the same place at a time")
}

func TestKept(t *testing.T) {
	t.Parallel()
	root, state := t.TempDir(), t.TempDir()
	m2mtest.TakeKept(t, root, "dev", state) // nothing
	for _, made := range []string{"first", "second"} {
		m2mtest.Write(t, filepath.Join(state, ".functions", "asset", "bootstrap"), made)
		m2mtest.Write(t, filepath.Join(state, "dev", "cdk.out", "manifest.json"), made)
		m2mtest.Write(t, filepath.Join(state, "dev", "cdk.out.inputs.json"), made)
		m2mtest.Write(t, filepath.Join(state, "dev", "state.json"), "secrets")
		m2mtest.Keep(t, root, "dev", state)

		next := t.TempDir()
		m2mtest.TakeKept(t, root, "dev", next)
		var found []string
		err := filepath.WalkDir(next, func(path string, entry os.DirEntry, err error) error {
			if err == nil && !entry.IsDir() {
				found = append(found, entry.Name()+" is "+m2mtest.Read(t, path))
			}
			return err
		})
		want := fmt.Sprintf("bootstrap is %s, manifest.json is %[1]s, cdk.out.inputs.json is %[1]s", made)
		if got := strings.Join(found, ", "); err != nil || got != want {
			t.Errorf("took %q, %v; want %q", got, err, want)
		}
	}
}
