package soak

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"cognito-m2m/internal/m2mtest"
	"cognito-m2m/internal/synth"
)

// editTime is how long `m2m up --watch` takes from the save of an environment file to the first
// changed answer, and how long a synth by processes of its own takes. Each is the median of
// several, in turn.
func editTime(t *testing.T) (edit, cold time.Duration) {
	t.Helper()
	const root, edits = "../..", 6
	dir, file := t.TempDir(), filepath.Join("environments", "dev.yaml")
	m2mtest.CopyProject(t, root, dir, m2mtest.Read(t, filepath.Join(root, file)))
	modules, err := filepath.Abs(filepath.Join(root, "node_modules")) // for the pinned Node, where it is installed
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(modules, filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	e := &environment{Run: m2mtest.MustStart(t, m2mtest.Command(filepath.Join(binaries, "m2m"), dir, m2mtest.OnFreePorts("up", "--json", "--watch")...))}
	if err := json.Unmarshal(e.Run.Description, &e.Description); err != nil {
		t.Fatalf("decoding what m2m up printed: %v", err)
	}
	project, err := synth.Find(dir)
	if err != nil {
		t.Fatal(err)
	}
	call := e.get(t, "/test_jwt/read", e.mustToken(t, "reader"))
	scopes, statuses := []string{"test-api/read], function", "test-api/write], function"}, []int{http.StatusOK, http.StatusForbidden}
	var all, synths []time.Duration
	for i := range edits {
		begun := time.Now()
		m2mtest.Replace(t, filepath.Join(dir, file), scopes[i%2], scopes[(i+1)%2])
		for drive(1, 1, func(int) *http.Request { return call() }).statuses[statuses[(i+1)%2]] == 0 {
			time.Sleep(5 * time.Millisecond)
		}
		all = append(all, time.Since(begun))
		begun = time.Now()
		if _, err := project.Run(t.Context(), "dev", filepath.Join(t.TempDir(), "out"), noSteps{}); err != nil {
			t.Fatal(err)
		}
		synths = append(synths, time.Since(begun))
	}
	slices.Sort(all)
	slices.Sort(synths)
	return all[edits/2], synths[edits/2]
}

type noSteps struct{}

func (noSteps) Step(string) func() { return func() {} }
