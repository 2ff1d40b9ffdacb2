package rehearse

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cognito-m2m/internal/m2mtest"
)

// edit is one of docs/changing-a-deployment.md, as package test keeps them.
type edit struct {
	Name    string   `json:"name"`
	From    string   `json:"from"`
	To      string   `json:"to"`
	Changes []string `json:"changes"`
	Notices string   `json:"notices"`
}

func keptEdits(t *testing.T) (all []edit) {
	t.Helper()
	if err := json.Unmarshal([]byte(m2mtest.Read(t, filepath.Join(root, ".build", "edits", "edits.json"))), &all); err != nil {
		t.Fatal(err)
	}
	return all
}

func editFolder(name string) string { return filepath.Join(root, ".build", "edits", name) }

// TestEdits applies each edit of docs/changing-a-deployment.md to a deployed environment with
// callers, and holds what they notice against outcomes, and both against the page.
func TestEdits(t *testing.T) {
	needsCLI(t)
	nothingLeaves(t)
	built := builtFunctions(t)
	for _, e := range keptEdits(t) {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			state := t.TempDir()
			if err := os.CopyFS(filepath.Join(state, ".functions"), os.DirFS(built)); err != nil {
				t.Fatal(err)
			}
			lines, passing := applied(t, start(t, state), e)
			t.Logf("%s\n  the page: %s\n  noticed: %s\n  in between: %s", e.Name, e.Notices, strings.Join(lines, "\n    "), strings.Join(passing, "\n    "))
		})
	}
}

// builtFunctions is the folder of the functions as a run has built them for this machine.
func builtFunctions(t *testing.T) string {
	t.Helper()
	state := t.TempDir()
	r := start(t, state)
	if failure := r.deploy(t, editFolder("15")); failure != "" {
		t.Fatal(failure)
	}
	return filepath.Join(state, ".functions")
}

// applied applies an edit, and returns what is noticed, and what only in between.
func applied(t *testing.T, r *rehearsal, e edit) (lines, passing []string) {
	t.Helper()
	begun := time.Now()
	since := func(what string) { t.Logf("%s: %.1f s", what, time.Since(begun).Seconds()) }
	if failure := r.deploy(t, editFolder(e.From)); failure != "" {
		t.Fatalf("before the edit: %s\n%s", failure, r.Stderr)
	}
	known := declaredIn(t, editFolder(e.From))
	since("deployed")
	before := r.look(t, known)
	since("looked")
	c, tokens := r.begin(t, known, before)
	before.fast = hurried(before.at, known.routes, tokens)

	since("hurried")
	failure := r.deploy(t, editFolder(e.To))
	since("edited")
	after := r.look(t, known)
	c.again(t)
	seen := c.end()
	after.fast = hurried(before.at, known.routes, tokens)
	lines, passing = noticed(before, after, seen)
	if failure != "" {
		return append(lines, "fails: "+failure), passing
	}
	lines = append(lines, r.newcomers(t, known, declaredIn(t, editFolder(e.To)), after.at)...)
	return lines, passing
}
