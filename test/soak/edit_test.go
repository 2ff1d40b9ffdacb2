package soak

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cognito-m2m/internal/m2mtest"
	"cognito-m2m/internal/synth"
)

// TestSpeedWatch prints how long `m2m up --watch` takes from the save of a file to the first
// changed answer. It needs Node.
func TestSpeedWatch(t *testing.T) {
	if !*speed {
		t.Skip("only with -speed")
	}
	needsProc(t)
	file := figure{what: "--watch, from the save of an environment file to the changed answer", unit: "s", target: "<= 0.15", beside: "a cold synth"}
	source := figure{what: "--watch, from the save of a function's source to the changed answer", unit: "s", target: "<= 0.6"}
	all := builds(t)
	var edited []*watched
	for _, b := range all {
		edited = append(edited, watch(t, b))
	}
	cold := edited[len(edited)-1]
	for i := range *rounds + 1 {
		for _, w := range edited {
			ofFile, ofSource := w.editFile(i), w.editSource()
			if i == 0 {
				continue // starts the app that stays, and compiles for the first time
			}
			if w.build == all[0] && len(all) > 1 {
				file.before, source.before = append(file.before, ofFile), append(source.before, ofSource)
			} else {
				file.now, source.now = append(file.now, ofFile), append(source.now, ofSource)
			}
		}
		if i > 0 {
			file.to = append(file.to, cold.synth())
		}
	}
	tell(t, file, source)
}

// watched is an `m2m up --watch` in a copy of the project.
type watched struct {
	*testing.T
	*environment

	build   build
	dir     string
	project *synth.Project
	call    func() *http.Request
	body    string // what the source has for the body of its answer
}

func watch(t *testing.T, b build) *watched {
	t.Helper()
	w := &watched{T: t, build: b, dir: t.TempDir(), body: "string(event)"}
	m2mtest.CopyProject(t, b.root, w.dir, m2mtest.Read(t, filepath.Join(b.root, "environments", "dev.yaml")))
	modules, err := filepath.Abs(filepath.Join(root, "node_modules")) // for the pinned Node, where it is installed
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(modules, filepath.Join(w.dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	w.environment = started(t, b.command(w.dir, m2mtest.OnFreePorts("up", "--json", "--watch")...))
	if w.project, err = synth.Find(w.dir); err != nil {
		t.Fatal(err)
	}
	w.call = w.get(t, "/test_jwt/read", w.mustToken(t, "reader"))
	return w
}

// editFile takes reader's scope from a route, or gives it back.
func (w *watched) editFile(i int) (seconds float64) {
	scopes, statuses := []string{"test-api/read], function", "test-api/write], function"}, []int{http.StatusOK, http.StatusForbidden}
	return w.edit(filepath.Join("environments", "dev.yaml"), scopes[i%2], scopes[(i+1)%2], func(status int, _ string) bool {
		return status == statuses[(i+1)%2]
	}, w.call)
}

// editSource has the function answer with a text that it never had: what was compiled before is of
// no use.
func (w *watched) editSource() (seconds float64) {
	body := fmt.Sprintf("%q", fmt.Sprint("edited at ", time.Now().UnixNano()))
	anyScope := w.get(w.T, "/test_jwt", w.mustToken(w.T, "reader"))
	defer func() { w.body = body }()
	return w.edit(filepath.Join("lambda", "echo", "handler.go"), w.body, body, func(_ int, answer string) bool {
		return answer == strings.Trim(body, `"`)
	}, anyScope)
}

// edit replaces a text of a file, once the run rests, and returns how long it took to the answer.
func (w *watched) edit(file, old, replacement string, changed func(status int, body string) bool, call func() *http.Request) (seconds float64) {
	w.Helper()
	w.rests()
	begun := time.Now()
	m2mtest.Replace(w.T, filepath.Join(w.dir, file), old, replacement)
	m2mtest.Eventually(w.T, "the changed answer", func() bool { return changed(send(noKeepAlive, call())) })
	return time.Since(begun).Seconds()
}

// synth is a synth of the copy by processes of its own.
func (w *watched) synth() (seconds float64) {
	w.Helper()
	w.rests()
	begun := time.Now()
	if _, err := w.project.Run(w.Context(), "dev", filepath.Join(w.TempDir(), "out"), noSteps{}); err != nil {
		w.Fatal(err)
	}
	return time.Since(begun).Seconds()
}

// rests waits until no process of the run computes: a change is validated after it was applied.
func (w *watched) rests() {
	const pause, looking = 250 * time.Millisecond, 20 * time.Millisecond // what looking for changes takes
	last := familyTime(w.Cmd.Process.Pid)
	m2mtest.Eventually(w.T, "the end of what the last change began", func() bool {
		time.Sleep(pause)
		used := familyTime(w.Cmd.Process.Pid)
		rests := (used - last).Abs() <= looking
		last = used
		return rests
	})
}

type noSteps struct{}

func (noSteps) Step(string) func() { return func() {} }
