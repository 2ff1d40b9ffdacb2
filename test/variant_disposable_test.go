package test

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"cognito-m2m/config"
)

// TestDisposableEnvironment makes the same copy twice, and a third one with another name, of which
// nothing may be the first one's.
func TestDisposableEnvironment(t *testing.T) {
	source := newSource(t)
	options := config.Options{LambdaDir: filepath.Join(string(source), "lambda")}
	made := func(name, expires string) stage {
		env, err := config.LoadNamed(filepath.Join(root, "environments"), name, options)
		if err != nil {
			t.Fatal(err)
		}
		if expires != "" {
			if err := env.ExpireOn(expires); err != nil {
				t.Fatal(err)
			}
		}
		a, err := synthUnbundled(t.TempDir(), string(source), env)
		if err != nil {
			t.Fatal(err)
		}
		return a.stages[name]
	}
	one, again, other := made("pr-7", "2026-12-31"), made("pr-7", "2026-12-31"), made("pr-8", "")
	for name, template := range one.stacks {
		if !bytes.Equal(template.raw, again.stacks[name].raw) || compact(one.stackProperties(name)) != compact(again.stackProperties(name)) {
			t.Errorf("%s: a second synth gives another stack", name)
		}
		if strings.Contains(string(other.stacks[name].raw), "pr-7") {
			t.Errorf("%s of pr-8 names pr-7", name)
		}
		if got := compact(one.stackProperties(name)["tags"]); got != `{"m2m:expires":"2026-12-31"}` {
			t.Errorf("%s has the tags %s", name, got)
		}
		if got := other.stackProperties(name)["tags"]; got != nil {
			t.Errorf("%s without a day has the tags %s", name, compact(got))
		}
		if strings.Contains(string(template.raw), "Retain") {
			t.Errorf("%s leaves something behind", name)
		}
	}
}

// TestDisposableEnvironmentsAreNoPartOfASynth looks at what the app makes when no environment is
// asked for.
func TestDisposableEnvironmentsAreNoPartOfASynth(t *testing.T) {
	for name, s := range theAssembly(t).stages {
		if s.env.Disposable {
			t.Errorf("%s is disposable", name)
		}
	}
}
