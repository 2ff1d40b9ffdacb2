package synth_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/synth"
)

// TestUnchangedInputsAreNotSynthesizedAgain changes one thing after another, and looks at whether
// the next run makes a new assembly.
func TestUnchangedInputsAreNotSynthesizedAgain(t *testing.T) {
	t.Setenv("JSII_NODE", "/bin/true")
	p := project(t, "", `mkdir -p "$CDK_OUTDIR" && echo made > "$CDK_OUTDIR/manifest.json" && echo 'warning: odd' >&2`)
	out := filepath.Join(t.TempDir(), "out")
	write := func(name string) func() {
		return func() {
			t.Helper()
			file := filepath.Join(p.Dir, name)
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte("package changed // "+name), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	changes := []struct {
		name   string
		change func()
		env    string
		reused bool
	}{
		{"the first", func() {}, "dev", false},
		{"nothing", func() {}, "dev", true},
		{"another environment", func() {}, "qa", false},
		{"back", func() {}, "dev", false},
		{"a source file", write("stacks/api.go"), "dev", false},
		{"an environment file", write("environments/dev.yaml"), "dev", false},
		{"a test, which an asset may hold", write("stacks/api_test.go"), "dev", false},
		{"a page, which a program may embed", write("README.md"), "dev", false},
		{"a folder called docs", write("lambda/docs/main.go"), "dev", false},
		{"a folder called test", write("lambda/test/main.go"), "dev", false},
		{"a folder called testdata", write("lambda/echo/testdata/a"), "dev", false},
		{"a folder called cdk.out that is not the project's", write("lambda/cdk.out/a"), "dev", false},
		{"a hidden folder", write(".config/a"), "dev", false},
		{"version control", write(".git/HEAD"), "dev", true},
		{"an editor's own files", func() { write("stacks/.api.go.swp")(); write("stacks/api.go~")() }, "dev", true},
		{"what is built", write(".build/app"), "dev", true},
		{"what cdk.json says is synthesized", write("synthesized/manifest.json"), "dev", true},
		{"what a module of Node holds", write("node_modules/a/index.js"), "dev", true},
		{"what modules of Node are installed", write("node_modules/.package-lock.json"), "dev", false},
		{"the context of lookups", func() {
			if err := os.WriteFile(filepath.Join(p.Dir, "cdk.context.json"), []byte(`{"a": 1}`), 0o600); err != nil {
				t.Fatal(err)
			}
		}, "dev", false},
		{"a variable of CDK", func() { t.Setenv("CDK_DEFAULT_REGION", "eu-west-1") }, "dev", false},
		{"a file with another name", func() {
			if err := os.Rename(filepath.Join(p.Dir, "stacks/api.go"), filepath.Join(p.Dir, "stacks/http.go")); err != nil {
				t.Fatal(err)
			}
		}, "dev", false},
		{"the assembly itself", func() {
			if err := os.WriteFile(filepath.Join(out, "manifest.json"), []byte("by hand"), 0o600); err != nil {
				t.Fatal(err)
			}
		}, "dev", false},
		{"an assembly that is gone", func() {
			if err := os.RemoveAll(out); err != nil {
				t.Fatal(err)
			}
		}, "dev", false},
		{"the flags of Go", func() { t.Setenv("GOFLAGS", "-trimpath") }, "dev", false},
		{"nothing, at the end", func() {}, "dev", true},
	}
	for _, s := range changes {
		s.change()
		if got := p.UpToDate(t.Context(), s.env, out); got != s.reused {
			t.Errorf("after a change of %s: up to date is %t", s.name, got)
		}
		got, err := p.Run(t.Context(), s.env, out, &steps{})
		if err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
		if diff := cmp.Diff(synth.Result{Warnings: []string{"odd"}, Reused: s.reused}, got); diff != "" {
			t.Errorf("after a change of %s (-want +got):\n%s", s.name, diff)
		}
	}
}
