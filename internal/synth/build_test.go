package synth_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"cognito-m2m/internal/m2mtest"
	"cognito-m2m/internal/synth"
)

// TestBuildRunsForAChange changes one thing after another, and looks at whether the app is built
// again. Without a change of what it is made of, it is synthesized alone.
func TestBuildRunsForAChange(t *testing.T) {
	t.Setenv("JSII_NODE", "/bin/true")
	t.Setenv("GOCACHE", goCache(t))
	m2mtest.NewHome(t)
	dir, out := t.TempDir(), filepath.Join(t.TempDir(), "out")
	in := func(name string) string { return filepath.Join(dir, "project", name) }
	configure := func(build, app string) {
		m2mtest.Write(t, in("cdk.json"), `{"build": "`+build+`", "app": "`+app+`"}`)
	}
	const build, app = "go build -buildvcs=false -o built .", "./built && mkdir -p $CDK_OUTDIR"
	configure(build, app)
	m2mtest.Write(t, in("go.mod"), "module example.com/project\n\ngo 1.25\n\nrequire example.com/shared v0.0.0\n\nreplace example.com/shared => ../shared\n")
	m2mtest.Write(t, in("main.go"), "package main\n\nimport _ \"example.com/shared\"\n\nfunc main() {}\n")
	m2mtest.Write(t, filepath.Join(dir, "shared", "go.mod"), "module example.com/shared\n\ngo 1.25\n")
	m2mtest.Write(t, filepath.Join(dir, "shared", "shared.go"), "package shared\n")
	p, err := synth.Find(filepath.Join(dir, "project"))
	if err != nil {
		t.Fatal(err)
	}
	edits := 0
	edit := func(name string) {
		edits++
		m2mtest.Write(t, in("environments/dev.yaml"), "edit: "+string(rune('a'+edits))+"\n") // always a reason to synthesize
		if name != "" {
			m2mtest.Write(t, in(name), m2mtest.Read(t, in(name))+"// edited\n")
		}
	}
	for _, c := range []struct {
		after string
		do    func()
		built bool
	}{
		{"nothing was there", func() {}, true},
		{"an edit of another file", func() { edit("") }, false},
		{"another one", func() { edit("") }, false},
		{"an edit of the app", func() { edit("main.go") }, true},
		{"an edit of another file then", func() { edit("") }, false},
		{"an edit beside the project", func() { edit("../shared/shared.go") }, true},
		{"a new file of the app", func() { m2mtest.Write(t, in("more.go"), "package main\n") }, true},
		{"the app has gone", func() { edit(""); remove(t, in("built")) }, true},
		{"an edit of cdk.json", func() { configure(build, app+" && true") }, true},
		{"a build with two steps", func() { configure(build+" && true", app) }, true},
		{"an edit of another file, which one of them may read", func() { edit("") }, true},
	} {
		c.do()
		var seen steps
		result, err := p.Run(t.Context(), "dev", out, &seen)
		if err != nil || result.Reused {
			t.Fatalf("after %s: %+v, %v", c.after, result, err)
		}
		if got := slices.Contains(seen.begun, "building the CDK app"); got != c.built {
			t.Errorf("after %s: built is %t", c.after, got)
		}
	}
}

func remove(t *testing.T, file string) {
	t.Helper()
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
}
