package rehearse

import (
	stdcmp "cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

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

func editOf(t *testing.T, name string) edit {
	t.Helper()
	all := keptEdits(t)
	i := slices.IndexFunc(all, func(e edit) bool { return e.Name == name })
	if i < 0 {
		t.Fatalf("there is no edit %q", name)
	}
	return all[i]
}

func editFolder(name string) string { return filepath.Join(root, ".build", "edits", name) }

func absolute(t *testing.T, path string) string {
	t.Helper()
	path, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// TestEdits applies each edit of docs/changing-a-deployment.md to a deployed environment with
// callers. What they notice is held against outcomes, both against the page, and ids against what
// `m2m diff` says.
func TestEdits(t *testing.T) {
	needsCLI(t)
	nothingLeaves(t)
	all, built, shown := keptEdits(t), builtFunctions(t), &table{}
	for name := range outcomes {
		if !slices.ContainsFunc(all, func(e edit) bool { return e.Name == name }) {
			t.Errorf("the page has no edit %q", name)
		}
	}
	t.Cleanup(func() { shown.print(t, all) })
	for _, e := range all {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			state := t.TempDir()
			if err := os.CopyFS(filepath.Join(state, ".functions"), os.DirFS(built)); err != nil {
				t.Fatal(err)
			}
			lines, meanwhile := applied(t, start(t, state), e)
			shown.add(e.Name, lines)
			want := outcomes[e.Name]
			if diff := cmp.Diff(want.noticed, lines); diff != "" {
				t.Errorf("what callers notice (-want +got):\n%s", diff)
			}
			for _, answer := range meanwhile {
				if !slices.Contains(want.meanwhile, answer) {
					t.Errorf("while the deployment is under way, a caller gets %q", answer)
				}
			}
			againstThePage(t, e, want)
		})
	}
}

// againstThePage holds an outcome against what the page says of the edit.
func againstThePage(t *testing.T, e edit, is outcome) {
	t.Helper()
	harmed := slices.ContainsFunc(is.noticed, func(line string) bool {
		return strings.Contains(line, "200 →") || strings.Contains(line, "secret is gone") || strings.Contains(line, "another id") || strings.Contains(line, "400 ")
	})
	someone := !strings.HasPrefix(e.Notices, "no one")
	if harmed && !someone {
		t.Errorf("the page says %q, and callers notice %q", e.Notices, is.noticed)
	}
	if someone && len(is.noticed) == 0 && is.unseen == "" && !is.later {
		t.Errorf("the page says %q, and no caller notices anything", e.Notices)
	}
	replaced := slices.ContainsFunc(e.Changes, func(change string) bool {
		return strings.HasPrefix(change, "replaced ") && strings.Contains(change, "AppClient") || strings.HasPrefix(change, "removed ") && strings.Contains(change, "AppClient")
	})
	lost := slices.ContainsFunc(is.noticed, func(line string) bool {
		return strings.Contains(line, "secret is gone") || strings.Contains(line, "another id")
	})
	failed := slices.ContainsFunc(is.noticed, func(line string) bool { return strings.HasPrefix(line, "fails: ") })
	if replaced != lost && !failed {
		t.Errorf("the page says that a client is replaced or removed: %t; a client's id or secret is another one, or gone: %t", replaced, lost)
	}
}

// table is what callers noticed, for the test's log.
type table struct {
	mu    sync.Mutex
	lines map[string][]string
}

func (s *table) add(name string, lines []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lines == nil {
		s.lines = map[string][]string{}
	}
	s.lines[name] = lines
}

func (s *table) print(t *testing.T, all []edit) {
	t.Helper()
	var text strings.Builder
	for _, e := range all {
		lines, done := s.lines[e.Name]
		if !done {
			continue
		}
		noticed := stdcmp.Or(strings.Join(lines, "; "), "nothing")
		if unseen := outcomes[e.Name].unseen; unseen != "" {
			noticed += " (not shown here: " + unseen + ")"
		}
		fmt.Fprintf(&text, "| %s | %s |\n", e.Name, noticed)
	}
	t.Logf("what callers noticed:\n| edit | noticed |\n| --- | --- |\n%s", text.String())
}

// builtFunctions is the folder of the functions as a run has built them for this machine.
func builtFunctions(t *testing.T) string {
	t.Helper()
	state := t.TempDir()
	r := start(t, state)
	for _, name := range []string{"put another function behind a route", "write `authorizer: function`"} {
		if failure := r.deploy(t, editFolder(editOf(t, name).To)); failure != "" {
			t.Fatal(failure)
		}
	}
	return filepath.Join(state, ".functions")
}

// applied applies an edit, and returns what is noticed, and which answers come only in between.
func applied(t *testing.T, r *rehearsal, e edit) (lines, meanwhile []string) {
	t.Helper()
	if failure := r.deploy(t, editFolder(e.From)); failure != "" {
		t.Fatalf("before the edit: %s\n%s", failure, r.Stderr)
	}
	return edited(t, r, e)
}

// edited is applied for an environment that is deployed as it is before the edit.
func edited(t *testing.T, r *rehearsal, e edit) (lines, meanwhile []string) {
	t.Helper()
	known := declaredIn(t, editFolder(e.From))
	before, ids := r.look(t, known), r.physicalIDs(t)
	c := r.begin(t, known, before)
	failure := r.deploy(t, editFolder(e.To))
	if failure != "" {
		r.asDiffSays(t, nil, ids)
	} else {
		r.asDiffSays(t, predicted(t, editFolder(e.From), editFolder(e.To)), ids)
	}
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
