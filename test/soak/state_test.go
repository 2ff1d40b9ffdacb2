package soak

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"cognito-m2m/internal/m2mtest"
)

// TestStateThatCannotBeWritten puts things in the way of the state folder. A file's mode is none of
// them: for root it prevents nothing.
func TestStateThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	dir := assembly(t, "echo")
	cases := []struct {
		name  string
		block func(t *testing.T, state string) (inTheWay string)
	}{
		{"a file in the place of the folder", func(t *testing.T, state string) string {
			m2mtest.Write(t, state, "mine")
			return state
		}},
		{"a file in the place of the environment's folder", func(t *testing.T, state string) string {
			m2mtest.Write(t, filepath.Join(state, "dev"), "mine")
			return filepath.Join(state, "dev")
		}},
		{"a folder in the place of the state", func(t *testing.T, state string) string {
			m2mtest.Write(t, filepath.Join(state, "dev", "state.json", "file"), "mine")
			return filepath.Join(state, "dev", "state.json")
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			state := filepath.Join(t.TempDir(), "state")
			inTheWay := c.block(t, state)
			oneError(t, m2mtest.Fails(t, command(dir, state)), inTheWay)
		})
	}
}

// TestStateWithoutRoom starts again with a limit on files that lets nothing be written: what was
// there stays, byte for byte, and works.
func TestStateWithoutRoom(t *testing.T) {
	t.Parallel()
	dir := assembly(t, "echo")
	t.Run("a new state", func(t *testing.T) {
		t.Parallel()
		state := t.TempDir()
		oneError(t, m2mtest.Fails(t, withoutRoom(t, dir, state)), filepath.Join(state, "dev", ".state.json"))
		if raw, err := os.ReadFile(filepath.Join(state, "dev", "state.json")); err == nil {
			t.Errorf("there is a state file of %d bytes", len(raw))
		}
	})
	t.Run("an old state", func(t *testing.T) {
		t.Parallel()
		state := t.TempDir()
		file := filepath.Join(state, "dev", "state.json")
		e := up(t, dir, state)
		token := e.mustToken(t, "reader")
		e.Interrupt(t)
		before := m2mtest.Read(t, file)

		// What is being written has keys and secrets: it belongs nowhere else. A start that changes
		// nothing writes the state only if a killed run has left something beside it.
		oneError(t, m2mtest.Fails(t, withoutRoom(t, dir, state)), filepath.Join(filepath.Dir(file), ".run.json"))
		m2mtest.Write(t, file+".journal", "of another state file")
		oneError(t, m2mtest.Fails(t, withoutRoom(t, dir, state)), filepath.Join(filepath.Dir(file), ".state.json"))
		if after := m2mtest.Read(t, file); before != after {
			t.Errorf("the state file had %d bytes and has other %d now", len(before), len(after))
		}
		if status, body := send(noKeepAlive, up(t, dir, state).get(t, "/test_jwt", token)()); status != 200 {
			t.Errorf("the first run's token got %d %s", status, body)
		}
	})
}

// withoutRoom is `m2m up` that can make files and write nothing into them.
func withoutRoom(t *testing.T, dir, state string) *exec.Cmd {
	t.Helper()
	limited := command(dir, state)
	cmd := exec.CommandContext(t.Context(), "sh", append([]string{"-c", `ulimit -f 0; exec "$0" "$@"`}, limited.Args...)...)
	cmd.Dir, cmd.SysProcAttr = limited.Dir, limited.SysProcAttr
	return cmd
}

// oneError wants one line that says what is wrong and where, one with the way out, and no stack
// trace.
func oneError(t *testing.T, said, where string) {
	t.Helper()
	t.Log(said)
	var errors []string
	for line := range strings.Lines(said) {
		if strings.HasPrefix(line, "m2m: ") {
			errors = append(errors, line)
		}
	}
	if len(errors) != 1 || !strings.Contains(errors[0], where) || !strings.Contains(said, "hint: ") || strings.Contains(said, "goroutine") {
		t.Errorf("want one error that names %s, and a hint:\n%s", where, said)
	}
}
