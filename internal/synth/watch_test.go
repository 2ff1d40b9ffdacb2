package synth_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/m2mtest"
	"cognito-m2m/internal/synth"
)

// TestWatch changes one thing after another, and wants to hear of exactly that.
func TestWatch(t *testing.T) {
	t.Parallel()
	p := project(t, "", "true")
	write := func(name, content string) {
		t.Helper()
		file := filepath.Join(p.Dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	remove := func(name string) {
		t.Helper()
		if err := os.RemoveAll(filepath.Join(p.Dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	write("stacks/api.go", "package stacks")
	watcher, err := p.Watch()
	if err != nil {
		t.Fatal(err)
	}
	changes := []struct {
		name   string
		change func()
		want   []string
	}{
		{"a file", func() { write("stacks/api.go", "package stacks // changed") }, []string{"stacks/api.go"}},
		{"new files", func() { write("a/b.go", "x"); write("a/c.yaml", "x") }, []string{"a/b.go", "a/c.yaml"}},
		{"a file among what no synth reads", func() {
			write("a/.b.go.swp", "x")
			write(".git/HEAD", "x")
			write("node_modules/a.js", "x")
			write(".build/app", "x")
			write("synthesized/manifest.json", "x")
			write("a/b.go", "longer")
		}, []string{"a/b.go"}},
		{"a folder that goes", func() { remove("a") }, []string{"a/b.go", "a/c.yaml"}},
		{"a file that becomes another", func() { remove("stacks/api.go"); write("stacks/http.go", "x") }, []string{"stacks/api.go", "stacks/http.go"}},
	}
	for _, c := range changes {
		c.change()
		got, err := watcher.Next(t.Context())
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		for i := range got {
			if got[i], err = filepath.Rel(p.Dir, got[i]); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("after %s (-want +got):\n%s", c.name, diff)
		}
	}
}

// TestWatchIsToldByTheSystem edits files of a project that is looked at only once an hour, and one
// that the system says nothing of, because it lies among what is installed.
func TestWatchIsToldByTheSystem(t *testing.T) {
	t.Parallel()
	p := project(t, "", "true")
	watcher, err := p.Watch()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for _, c := range []struct {
		file     string
		interval time.Duration
	}{
		{"lambda/echo/handler.go", time.Hour}, // the folders are new
		{"lambda/echo/handler.go", time.Hour},
		{"node_modules/.package-lock.json", 250 * time.Millisecond},
	} {
		watcher.Interval(c.interval)
		file := filepath.Join(p.Dir, c.file)
		edited := time.AfterFunc(50*time.Millisecond, func() { // while Next waits
			content, _ := os.ReadFile(file)
			if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o700), os.WriteFile(file, append(content, 'x'), 0o600)); err != nil {
				t.Error(err)
			}
		})
		changed, err := watcher.Next(ctx)
		if diff := cmp.Diff([]string{file}, changed); diff != "" || err != nil {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
		edited.Stop()
	}
}

// TestWatchForesees saves a file in three steps, each when the watcher has just told of the one
// before: it tells of each, and returns when there are no more.
func TestWatchForesees(t *testing.T) {
	t.Parallel()
	p := project(t, "", "true")
	watcher, err := p.Watch()
	if err != nil {
		t.Fatal(err)
	}
	file, text := filepath.Join(p.Dir, "handler.go"), "package main"
	save := func() {
		text += "\n"
		m2mtest.Write(t, file, text)
	}
	const steps = 3
	var foreseen [][]string
	watcher.Foreseen = func(files []string) {
		if foreseen = append(foreseen, files); len(foreseen) < steps {
			save()
		}
	}
	save()
	changed, err := watcher.Next(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(slices.Repeat([][]string{changed}, steps), foreseen); diff != "" {
		t.Errorf("it foresaw (-what it returned +got):\n%s", diff)
	}
}

// TestWatchKeepsWhatACancelledLookSaw ends a wait, and hears of the change in the next.
func TestWatchKeepsWhatACancelledLookSaw(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	watcher, err := synth.WatchAssembly(dir)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "manifest.json")
	if err := os.WriteFile(file, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if changed, err := watcher.Next(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, %v", changed, err)
	}
	changed, err := watcher.Next(t.Context())
	if diff := cmp.Diff([]string{file}, changed); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

// TestWatchOfWhatTheRunWrites writes as a run does, and then edits: only the edit is heard of.
func TestWatchOfWhatTheRunWrites(t *testing.T) {
	t.Parallel()
	p := project(t, "", "true")
	stderr, err := os.Create(filepath.Join(p.Dir, "up.err"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stderr.Close() }()
	linked := filepath.Join(t.TempDir(), "linked")
	if err := os.Symlink(p.Dir, linked); err != nil {
		t.Fatal(err)
	}
	if err := p.Writes([]string{filepath.Join(p.Dir, "state"), filepath.Join(linked, "access.log")}, stderr); err != nil {
		t.Fatal(err)
	}
	watcher, err := p.Watch()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := stderr.WriteString("a line\n"); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"access.log", "state/dev/state.json", "edited"} {
		file := filepath.Join(p.Dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o700), os.WriteFile(file, []byte("x"), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	changed, err := watcher.Next(t.Context())
	if diff := cmp.Diff([]string{filepath.Join(p.Dir, "edited")}, changed); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

// TestWatchReturnsThoughNothingRests changes a file until the watcher has returned.
func TestWatchReturnsThoughNothingRests(t *testing.T) {
	t.Parallel()
	p := project(t, "", "true")
	watcher, err := p.Watch()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var writer sync.WaitGroup
	written := make(chan struct{}) // a receiver waits for the end of a write
	writer.Go(func() {
		for i := 0; ctx.Err() == nil; i++ {
			if err := os.WriteFile(filepath.Join(p.Dir, "restless"), make([]byte, i), 0o600); err != nil {
				t.Error(err)
			}
			select {
			case written <- struct{}{}:
			case <-time.After(10 * time.Millisecond):
			}
		}
	})
	changed, err := watcher.Next(ctx)
	if diff := cmp.Diff([]string{filepath.Join(p.Dir, "restless")}, changed); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	// The same file alone may wait now, until another one changes, too.
	watcher.Defer(changed, time.Now().Add(time.Hour))
	for range 2 { // the first write may have begun before Next returned
		select {
		case <-written:
		case <-ctx.Done():
			t.Fatal(ctx.Err())
		}
	}
	if err := os.WriteFile(filepath.Join(p.Dir, "edited"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	changed, err = watcher.Next(ctx)
	if diff := cmp.Diff([]string{filepath.Join(p.Dir, "edited"), filepath.Join(p.Dir, "restless")}, changed); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	cancel()
	writer.Wait()
}

// TestWatchFollowsWhatASynthRead edits a module beside the project before and after a synth has
// shown that it is read.
func TestWatchFollowsWhatASynthRead(t *testing.T) {
	p, write := outside(t)
	watcher, err := p.Watch()
	if err != nil {
		t.Fatal(err)
	}
	shared := filepath.Join(filepath.Dir(p.Dir), "shared", "shared.go")
	if _, err := p.Run(t.Context(), "dev", filepath.Join(t.TempDir(), "out"), &steps{}); err != nil {
		t.Fatal(err)
	}
	write("shared/unused/unused.go", "package unused // changed\n")
	write("shared/shared.go", m2mtest.Read(t, filepath.Join(p.Dir, "../shared/shared.go"))+"// changed\n")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	changed, err := watcher.Next(ctx)
	if diff := cmp.Diff([]string{shared}, changed); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

// BenchmarkLook is what watching this project costs, four times a second.
func BenchmarkLook(b *testing.B) {
	p, err := synth.Find("../..")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := p.Watch(); err != nil { // one look
			b.Fatal(err)
		}
	}
}
