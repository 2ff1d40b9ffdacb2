package function_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"cognito-m2m/internal/function"
	"cognito-m2m/internal/m2mtest"
)

func TestSourceBuildsFollowsTheSource(t *testing.T) {
	t.Parallel()
	const program = "package main\n\nfunc main() { println(\"%\") }\n"
	root := newModule(t, strings.Replace(program, "%", "first", 1))
	cfg := function.PrepareConfig{
		AssetHash: "abc",
		AssetDir:  buildAsset(t, root, "./cmd/orders", foreign(), reproducible()...),
		SourceDir: root,
	}
	folder, err := function.SourceFolder(cfg)
	if want := filepath.Join(root, "cmd", "orders"); err != nil || folder != want {
		t.Fatalf("the source is in %s, %v, want %s", folder, err, want)
	}
	output := filepath.Join(t.TempDir(), "orders", "bootstrap")
	prints := func() string {
		t.Helper()
		if err := new(function.SourceBuilds).Build(t.Context(), cfg, output); err != nil {
			t.Fatal(err)
		}
		printed, err := exec.CommandContext(t.Context(), output).CombinedOutput()
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(string(printed))
	}
	if got := prints(); got != "first" {
		t.Errorf("the source as it was prints %q", got)
	}
	write(t, filepath.Join(folder, "main.go"), "package main\n\nfunc main() { oops }\n", 0o600)
	if err := new(function.SourceBuilds).Build(t.Context(), cfg, output); err == nil || !strings.Contains(err.Error(), "undefined: oops") {
		t.Errorf("a broken source: %v, want what the compiler says", err)
	}
	write(t, filepath.Join(folder, "main.go"), strings.Replace(program, "%", "second", 1), 0o600)
	if got := prints(); got != "second" {
		t.Errorf("the changed source prints %q", got)
	}
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(output), "build-*")); err != nil || len(left) > 0 {
		t.Errorf("it left %v, %v", left, err)
	}
}

func TestSourceFolderOfWhatIsNoGoProgram(t *testing.T) {
	t.Parallel()
	script := t.TempDir()
	write(t, filepath.Join(script, "bootstrap"), "#!/bin/sh\n", 0o700)
	if folder, err := function.SourceFolder(function.PrepareConfig{AssetHash: "abc", AssetDir: script, SourceDir: "."}); err == nil {
		t.Errorf("got %s", folder)
	}
}

// TestSourceBuildsKeepsToTheWorkspaceOfTheAsset has a module that go.mod replaces by one folder and
// go.work by another. CDK builds functions without a workspace; a project of one's own may do
// otherwise.
func TestSourceBuildsKeepsToTheWorkspaceOfTheAsset(t *testing.T) {
	root := t.TempDir()
	for name, content := range map[string]string{
		"orders/go.mod":             "module example.test/orders\n\ngo 1.26\n\nrequire example.test/shared v0.0.0\n\nreplace example.test/shared => ../replaced\n",
		"orders/cmd/orders/main.go": "package main\n\nimport \"example.test/shared\"\n\nfunc main() { println(shared.Name) }\n",
		"replaced/go.mod":           "module example.test/shared\n\ngo 1.26\n",
		"replaced/shared.go":        "package shared\n\nconst Name = \"replaced\"\n",
		"used/go.mod":               "module example.test/shared\n\ngo 1.26\n",
		"used/shared.go":            "package shared\n\nconst Name = \"used\"\n",
		"go.work":                   "go 1.26\n\nuse (\n\t./orders\n\t./used\n)\n",
	} {
		write(t, filepath.Join(root, name), content, 0o600)
	}
	for _, c := range []struct{ gowork, want string }{{"off", "replaced"}, {"", "used"}} {
		t.Setenv("GOWORK", c.gowork)
		cfg := function.PrepareConfig{
			AssetHash: "abc", SourceDir: filepath.Join(root, "orders"),
			AssetDir: buildAsset(t, filepath.Join(root, "orders"), "./cmd/orders", foreign(), reproducible()...),
		}
		t.Setenv("GOWORK", "")
		output := filepath.Join(t.TempDir(), "bootstrap")
		if err := new(function.SourceBuilds).Build(t.Context(), cfg, output); err != nil {
			t.Fatal(err)
		}
		if printed, err := exec.CommandContext(t.Context(), output).CombinedOutput(); err != nil || strings.TrimSpace(string(printed)) != c.want {
			t.Errorf("an asset built with GOWORK=%q: %s, %v; want %s", c.gowork, printed, err, c.want)
		}
		if same, err := function.SourceMatches(t.Context(), cfg); err != nil || !same {
			t.Errorf("an asset built with GOWORK=%q: the source matches is %t, %v", c.gowork, same, err)
		}
	}
}

// Only what can be part of a program is a reason to build it.
func TestMatters(t *testing.T) {
	t.Parallel()
	const plain = "package main\n\nfunc main() {}\n"
	for _, test := range []struct{ name, other, content, file, matters string }{
		{name: "Go alone", file: "main.go"},
		{name: "Go alone", file: "gone.go"},
		{name: "Go alone", file: "below/part.go"},
		{name: "Go alone", file: "go.mod"},
		{name: "Go alone", file: "main_test.go", matters: "no"},
		{name: "Go alone", file: "README.md", matters: "no"},
		{name: "Go alone", file: ".main.go.swp", matters: "no"},
		{name: "Go alone", file: "_draft.go", matters: "no"},
		{name: "embedding", other: "below/files.go", content: "package below\n\nimport _ \"embed\"\n\n//go:embed x.txt\nvar X string\n", file: "below/x.txt"},
		{name: "C", other: "c.go", content: "package main\n\n// #include \"x.inc\"\nimport \"C\"\n", file: "x.inc"},
		{name: "assembly", other: "add.s", content: "#include \"x.inc\"\n", file: "x.inc"},
	} {
		folder := t.TempDir()
		write(t, filepath.Join(folder, "main.go"), plain, 0o600)
		if test.other != "" {
			write(t, filepath.Join(folder, test.other), test.content, 0o600)
		}
		if got := function.Matters(folder, filepath.Join(folder, test.file)); got != (test.matters == "") {
			t.Errorf("%s: %s matters: %t", test.name, test.file, got)
		}
	}
	if !function.Matters(filepath.Join(t.TempDir(), "gone"), "README.md") {
		t.Error("in a folder that can't be read, a file does not matter")
	}
}

// How a program was built does not make another one of it, what it does is.
func TestSameProgram(t *testing.T) {
	t.Parallel()
	built := func(main string) string {
		root := newModule(t, main)
		return filepath.Join(buildAsset(t, root, "./cmd/orders", "arm64", reproducible()...), "bootstrap")
	}
	const program = "package main\n\nfunc main() { println(1) }\n"
	first, same, other := built(program), built(program+"\n// The end.\n"), built(strings.Replace(program, "1", "2", 1))
	if m2mtest.Read(t, first) == m2mtest.Read(t, same) {
		t.Error("two sources have the same build IDs")
	}
	for path, want := range map[string]bool{same: true, other: false} {
		if got, err := function.SameProgram(first, path); err != nil || got != want {
			t.Errorf("%s is the same: %t, %v, want %t", path, got, err, want)
		}
	}
}
