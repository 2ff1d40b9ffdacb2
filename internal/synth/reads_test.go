package synth_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/m2mtest"
	"cognito-m2m/internal/synth"
)

// outside is a project whose app and function are built by the go command, of files that lie in the
// project and beside it.
func outside(t *testing.T) (p *synth.Project, write func(name, content string)) {
	t.Helper()
	t.Setenv("JSII_NODE", "/bin/true")
	t.Setenv("GOCACHE", goCache(t)) // while HOME is the user's
	m2mtest.NewHome(t)              // has no .cdk.json
	dir := t.TempDir()
	write = func(name, content string) {
		t.Helper()
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	// The packages are no programs, which would have to be linked each time.
	write("project/cdk.json", `{"build": "go build -buildvcs=false .", "app": "cd lambda && GOWORK=off GOFLAGS=-tags=lambda GOOS=linux GOARCH=arm64 go build -buildvcs=false ./docs && mkdir -p \"$CDK_OUTDIR\""}`)
	write("project/go.mod", "module example.com/project\n\ngo 1.25\n\nrequire example.com/shared v0.0.0\n\nreplace example.com/shared => ../shared\n")
	write("project/app.go", "package project\n")
	write("project/lambda/docs/docs.go", `package docs

import (
	_ "embed"

	"example.com/shared"
)

//go:embed page.md
var page string

var answer = page + shared.Answer + tagged
`)
	write("project/lambda/docs/page.md", "a page")
	write("project/lambda/docs/tagged.go", "//go:build lambda\n\npackage docs\n\nimport \"example.com/shared/tagged\"\n\nconst tagged = tagged1.Name\n")
	write("shared/go.mod", "module example.com/shared\n\ngo 1.25\n")
	write("shared/shared.go", "package shared\n\nimport \"embed\"\n\n//go:embed texts/*.txt\nvar texts embed.FS\n\n// Answer is what it says.\nconst Answer = \"first\"\n")
	write("shared/texts/one.txt", "one")
	write("shared/tagged/tagged.go", "package tagged1\n\nconst Name = \"x\"\n")
	write("shared/unused/unused.go", "package unused\n")
	p, err := synth.Find(filepath.Join(dir, "project"))
	if err != nil {
		t.Fatal(err)
	}
	return p, write
}

// goCache is the cache that this test was built with, which holds the standard library already. The
// go command finds it by HOME.
func goCache(t *testing.T) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "env", "GOCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// TestInputsBesideTheProject changes what a build reads from a module beside the project, and looks
// at whether the next run makes a new assembly.
func TestInputsBesideTheProject(t *testing.T) {
	p, write := outside(t)
	out := filepath.Join(t.TempDir(), "out")
	if _, err := p.Run(t.Context(), "dev", out, &steps{}); err != nil {
		t.Fatal(err)
	}
	beside := filepath.Join(filepath.Dir(p.Dir), "shared")
	want := map[string][]string{
		"files":   {filepath.Join(beside, "go.mod"), filepath.Join(beside, "go.sum"), filepath.Join(beside, "texts/one.txt")},
		"folders": {beside, filepath.Join(beside, "tagged")},
		"trees":   {filepath.Join(beside, "texts")},
	}
	if diff := cmp.Diff(want, recorded(t, out)); diff != "" {
		t.Errorf("what was read beside the project (-want +got):\n%s", diff)
	}
	inputs, err := p.Inputs()
	if err != nil {
		t.Fatal(err)
	}
	for i := range inputs {
		inputs[i], _ = filepath.Rel(filepath.Dir(p.Dir), inputs[i])
	}
	slices.Sort(inputs)
	if diff := cmp.Diff([]string{
		"project/app.go", "project/cdk.json", "project/go.mod", "project/lambda/docs/docs.go", "project/lambda/docs/page.md",
		"project/lambda/docs/tagged.go", "shared/go.mod", "shared/shared.go", "shared/tagged/tagged.go", "shared/texts/one.txt",
	}, inputs); diff != "" {
		t.Errorf("inputs (-want +got):\n%s", diff)
	}
	if err := p.Writes([]string{filepath.Join(p.Dir, "access.log")}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, file, content string
		reused              bool
	}{
		{"nothing", "elsewhere", "", true},
		{"what the run writes into a package's folder", "project/access.log", "GET /", true},
		{"the module beside", "shared/shared.go", strings.Replace(m2mtest.Read(t, filepath.Join(p.Dir, "../shared/shared.go")), "first", "second", 1), false},
		{"a new file of the package there", "shared/more.go", "package shared\n", false},
		{"what is embedded there", "shared/texts/one.txt", "two", false},
		{"a new file to embed there", "shared/texts/two.txt", "two", false},
		{"a package that a build tag brings in", "shared/tagged/tagged.go", "package tagged1\n\nconst Name = \"y\"\n", false},
		{"its go.mod", "shared/go.mod", "module example.com/shared // changed\n\ngo 1.25\n", false},
		{"a package that nobody imports", "shared/unused/unused.go", "package unused // changed\n", true},
		{"a workspace", "go.work", "go 1.26\n\nuse ./project\n", false},
		{"the workspace", "go.work", "go 1.26\n\nuse (\n\t./project\n\t./shared\n)\n", false},
	} {
		write(c.file, c.content)
		if got := p.UpToDate(t.Context(), "dev", out); got != c.reused {
			t.Errorf("after a change of %s: up to date is %t", c.name, got)
		}
		if result, err := p.Run(t.Context(), "dev", out, &steps{}); err != nil || result.Reused != c.reused {
			t.Errorf("after a change of %s: %+v, %v", c.name, result, err)
		}
	}
}

// recorded is the list of what a synth read beyond the project's files.
func recorded(t *testing.T, out string) map[string][]string {
	t.Helper()
	raw, err := os.ReadFile(out + ".inputs.json")
	if err != nil {
		t.Fatal(err)
	}
	var record struct{ Reads map[string][]string }
	if err := json.Unmarshal(raw, &record); err != nil {
		t.Fatal(err)
	}
	return record.Reads
}
