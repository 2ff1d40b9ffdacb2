package rehearse

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

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
			lines, meanwhile := applied(t, start(t, state), e)
			t.Logf("LIT %q: {notice: %#v, meanwhile: %#v}, // %s", e.Name, lines, meanwhile, e.Notices)
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

// applied applies an edit, and returns what is noticed, and which answers come only in between.
func applied(t *testing.T, r *rehearsal, e edit) (lines, meanwhile []string) {
	t.Helper()
	if failure := r.deploy(t, editFolder(e.From)); failure != "" {
		t.Fatalf("before the edit: %s\n%s", failure, r.Stderr)
	}
	known := declaredIn(t, editFolder(e.From))
	before := r.look(t, known)
	c := r.begin(t, known, before)
	failure := r.deploy(t, editFolder(e.To))
	after := r.look(t, known)
	c.again(t)
	lines, meanwhile = answers(c.end())
	lines = append(lines, noticed(before, after)...)
	if failure != "" {
		lines = append(lines, "fails: "+failure)
	} else {
		lines = append(lines, r.newcomers(t, known, declaredIn(t, editFolder(e.To)), after.at)...)
	}
	slices.Sort(lines)
	return lines, meanwhile
}
