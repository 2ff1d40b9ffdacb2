package main

import (
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/m2mtest"
	"cognito-m2m/internal/synth"
)

// What goes to stdout and stderr is no change, where these are files of the project.
func TestOwnOutputIsNoChange(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	create := func(name, content string) *os.File {
		file, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = file.Close() })
		if _, err := file.WriteString(content); err != nil {
			t.Fatal(err)
		}
		return file
	}
	create("cdk.json", `{"app": "true"}`)
	stdout, stderr := create("up.out", ""), create("up.err", "")
	project, err := synth.Find(dir)
	if err != nil {
		t.Fatal(err)
	}
	speech := newSpeech(stderr)
	c := &command{stdout: standardOutput(stdout), speech: speech}
	if err := c.excludeOutputs(project, "", ""); err != nil {
		t.Fatal(err)
	}
	watcher, err := project.Watch()
	if err != nil {
		t.Fatal(err)
	}
	speech.say("a request")
	if _, err := stdout.WriteString("{}"); err != nil {
		t.Fatal(err)
	}
	create("edited", "x")
	changed, err := watcher.Next(t.Context())
	if diff := cmp.Diff([]string{filepath.Join(dir, "edited")}, changed); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

// Files that change again and again, and nothing of what runs, wait longer each time.
func TestIdleFilesWaitLongerEachTime(t *testing.T) {
	t.Parallel()
	var i idle
	log, other := []string{"up.log"}, []string{"a", "up.log"}
	var got []time.Duration
	for _, files := range [][]string{log, log, log, log, other, other, log} {
		got = append(got, i.again(files))
	}
	want := []time.Duration{0, time.Second, 2 * time.Second, 4 * time.Second, 0, time.Second, 0}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("pauses (-want +got):\n%s", diff)
	}
	for range 100 {
		i.again(log)
	}
	if got := i.again(log); got != 32*time.Second {
		t.Errorf("the longest pause is %v", got)
	}
	i.last = time.Now().Add(-time.Hour)
	if got := i.again(log); got != 0 {
		t.Errorf("after an hour the pause is %v", got)
	}
}

// watchProject makes a project in a folder, and watches it as it is there.
func watchProject(t *testing.T, dir, cdkJSON string) (*synth.Project, *synth.Watcher) {
	t.Helper()
	m2mtest.Write(t, filepath.Join(dir, "cdk.json"), cdkJSON)
	project, err := synth.Find(dir)
	if err != nil {
		t.Fatal(err)
	}
	files, err := project.Watch()
	if err != nil {
		t.Fatal(err)
	}
	return project, files
}

// A build that failed of a source that is no longer there is not worth a word, but not for ever.
func TestAnOutdatedFailureIsNotTold(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	handler := filepath.Join(dir, "handler.go")
	m2mtest.Write(t, handler, "package main")
	_, files := watchProject(t, dir, `{"app": "true"}`)
	w := &watch{files: files}
	text := "package main // "
	save := func() { text += "edited "; m2mtest.Write(t, handler, text) }
	next := func() []string {
		t.Helper()
		changed, err := files.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return changed
	}
	fails := func(changed []string, wantTold bool) {
		t.Helper()
		if told := w.unlessOutdated(io.ErrUnexpectedEOF, changed); (told != nil) != wantTold {
			t.Errorf("of %v, %v was told, want any: %t", changed, told, wantTold)
		}
	}
	save()
	changed := next()
	w.cut = true
	fails(changed, true) // nothing has changed since
	if w.cut {
		t.Error("the synth after a failed build can't be cut short")
	}
	save()
	fails(changed, false)
	fails(changed, true) // it goes on changing
	fails(changed, false)
	succeeds := func(changed []string) {
		t.Helper()
		if err := w.unlessOutdated(nil, changed); err != nil {
			t.Error(err)
		}
	}
	succeeds(changed)
	fails(changed, false) // a build between them has succeeded
	succeeds(next())
	if err := os.Remove(handler); err != nil {
		t.Fatal(err)
	}
	fails(changed, false)
	succeeds(next())
	fails(changed, true) // it is gone, as it was when it was built
}

// A synth during which the project changes is cut short, and the next one is not: here the app
// itself changes a file, and then goes on until that is seen, or long enough for it.
func TestASynthIsCutShortOnce(t *testing.T) {
	t.Setenv("JSII_NODE", "/bin/true")
	dir := t.TempDir()
	const file = `{"app": "echo changed >> restless; sleep $SECONDS_LEFT; mkdir -p \"$CDK_OUTDIR\""}`
	project, files := watchProject(t, dir, file)
	w := &watch{o: upOptions{env: "dev"}, project: project, stay: project.Stay(), files: files, command: &command{speech: newSpeech(io.Discard)}}
	out := filepath.Join(t.TempDir(), "out")
	for _, want := range []bool{true, false, true, false} {
		t.Setenv("SECONDS_LEFT", map[bool]string{true: "600", false: "2"}[want])
		newer, err := w.synthesize(t.Context(), out)
		if cut := newer != nil; err != nil || cut != want {
			t.Fatalf("the synth was cut short: %t, by %v, %v; want %t", cut, newer, err, want)
		}
	}
}

// What validating finds after a change has taken effect is told as loudly as a failed synth.
func TestAFindingIsTold(t *testing.T) {
	t.Setenv("JSII_NODE", "/bin/true")
	dir := t.TempDir()
	m2mtest.Write(t, filepath.Join(dir, "cdk.json"), `{"app": "sh app.sh"}`)
	m2mtest.Write(t, filepath.Join(dir, "app.sh"), `echo '{}' >&3
read -r request
mkdir -p "$(echo "$request" | sed 's/.*"outdir":"\([^"]*\)".*/\1/')"
echo '{}' >&3
read -r request
echo 'E1: not a runtime' >&2
exit 1
`)
	project, err := synth.Find(dir)
	if err != nil {
		t.Fatal(err)
	}
	files, err := project.Watch()
	if err != nil {
		t.Fatal(err)
	}
	var said m2mtest.Buffer
	w := &watch{o: upOptions{env: "dev"}, project: project, stay: project.Stay(), files: files, command: &command{speech: newSpeech(&said)}}
	defer w.close()
	if newer, err := w.synthesize(t.Context(), filepath.Join(t.TempDir(), "out")); newer != nil || err != nil {
		t.Fatal(newer, err)
	}
	w.validate(t.Context())
	m2mtest.Contains(t, said.String(), "m2m: synthesizing dev: E1: not a runtime", "A deployment would be refused.")
	told := said.String()
	if w.validate(t.Context()); said.String() != told {
		t.Errorf("told again: %s", said.String()[len(told):])
	}
}
