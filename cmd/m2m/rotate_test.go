package main

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"cognito-m2m/internal/reach/reachtest"
)

// stopsAt is a listener to speech that ends a context at a word.
type stopsAt struct {
	heard bytes.Buffer
	word  string
	stop  func()
}

func (s *stopsAt) Write(line []byte) (int, error) {
	if bytes.Contains(line, []byte(s.word)) {
		s.stop()
	}
	return s.heard.Write(line)
}

func (s *stopsAt) String() string { return s.heard.String() }

// TestInterruptedRotation stops `m2m rotate` while it watches: what it started goes on.
func TestInterruptedRotation(t *testing.T) {
	t.Parallel()
	run, err := reachtest.Start(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = run.Close() })
	if err := run.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	run.Rotator.Hold()

	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	said := &stopsAt{word: "AWSPENDING", stop: stop}
	speech := newSpeech(said)
	root := (&command{stdout: &bytes.Buffer{}, speech: speech, interrupts: &interrupts{}}).tree()
	root.SetArgs([]string{"rotate", "reader", "--state", run.StateDir, "--yes"})
	err = root.ExecuteContext(ctx)
	if err == nil {
		t.Fatal("an interrupted rotation is a success")
	}
	speech.failure(err)
	for _, want := range []string{
		"m2m: stopped watching: the rotation of reader goes on without this command\n",
		"hint: `m2m clients --state " + run.StateDir + "` shows when it has ended\n",
	} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("said:\n%swant %s", said.String(), want)
		}
	}

	run.Rotator.Release()
	if err := run.Settle(t.Context()); err != nil {
		t.Errorf("the rotation did not go on: %v", err)
	}
}
