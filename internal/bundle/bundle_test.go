package bundle_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"cognito-m2m/internal/bundle"
	"cognito-m2m/internal/m2mtest"
)

// newModule makes a module with functions, each of which prints its name.
func newModule(t *testing.T, functions ...string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	m2mtest.Write(t, filepath.Join(dir, "go.mod"), "module example.test/orders\n\ngo 1.26\n")
	for _, function := range functions {
		m2mtest.Write(t, filepath.Join(dir, "lambda", function, "main.go"), "package main\n\nfunc main() { println(\""+function+"\") }\n")
	}
	return dir
}

func start(t *testing.T, module string, functions ...string) *bundle.Builder {
	t.Helper()
	b, err := bundle.Start(module, functions)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

// build returns the function's binary.
func build(t *testing.T, b *bundle.Builder, function string) []byte {
	t.Helper()
	folder, err := b.Build(function, nil)
	if err != nil {
		t.Fatal(err)
	}
	bootstrap := m2mtest.Only(t, filepath.Join(folder, "*"))
	if info, err := os.Stat(bootstrap); err != nil || info.Name() != "bootstrap" || info.Mode().Perm()&0o055 != 0o055 {
		t.Errorf("Lambda, which is another user, can't run %s: %v, %v", bootstrap, info, err)
	}
	return []byte(m2mtest.Read(t, bootstrap))
}

// What is built ahead is what is built when it is asked for, byte for byte, wherever the module is.
func TestAhead(t *testing.T) {
	t.Parallel()
	module := newModule(t, "echo", "rotate")
	ahead, later := start(t, module, "echo", "rotate"), start(t, newModule(t, "echo", "rotate"))
	rotate := build(t, ahead, "rotate")
	if err := os.RemoveAll(module); err != nil { // so that nothing can be built any more
		t.Fatal(err)
	}
	if echo := build(t, ahead, "echo"); !bytes.Equal(echo, build(t, later, "echo")) || !bytes.Equal(rotate, build(t, later, "rotate")) {
		t.Error("another program")
	}
}

// A function that does not compile fails alone, and says why.
func TestBrokenFunction(t *testing.T) {
	t.Parallel()
	module := newModule(t, "echo", "rotate")
	m2mtest.Write(t, filepath.Join(module, "lambda", "echo", "main.go"), "package main\n\nfunc main() { undeclared() }\n")
	b := start(t, module, "echo", "rotate")
	build(t, b, "rotate")
	if _, err := b.Build("echo", nil); err == nil || !strings.Contains(err.Error(), "undefined: undeclared") || !strings.Contains(err.Error(), "function echo") {
		t.Errorf("error %v", err)
	}
}

// What was built before is taken if it is of the same source, and else never.
func TestKept(t *testing.T) {
	called := filepath.Join(t.TempDir(), "called")
	traceGo(t, called)
	module := newModule(t, "echo", "rotate")
	b := start(t, module, "echo", "rotate")
	echo, rotate := build(t, b, "echo"), build(t, b, "rotate")
	b.Close()
	linked := func() int { return strings.Count(m2mtest.Read(t, called), "/link -o ") }
	if linked() != 2 {
		t.Fatalf("%d programs were linked", linked())
	}
	b = start(t, module, "echo", "rotate")
	if again := build(t, b, "echo"); !bytes.Equal(again, echo) || !bytes.Equal(build(t, b, "rotate"), rotate) || linked() != 2 {
		t.Errorf("%d more were linked without a change", linked()-2)
	}
	source := filepath.Join(module, "lambda", "echo", "main.go")
	m2mtest.Replace(t, source, "\"echo\"", "\"changed\"")
	b = start(t, module, "echo", "rotate")
	if changed := build(t, b, "echo"); bytes.Equal(changed, echo) || !bytes.Equal(build(t, b, "rotate"), rotate) || linked() != 3 {
		t.Errorf("%d were linked after a change of one", linked()-2)
	}
	m2mtest.Replace(t, source, "println", "undeclared")
	b = start(t, module, "echo", "rotate")
	if _, err := b.Build("echo", nil); err == nil {
		t.Error("the function of an earlier source was taken")
	}
}

// traceGo makes go build print what it runs to a file.
func traceGo(t *testing.T, called string) {
	t.Helper()
	program, err := exec.LookPath("go")
	if err != nil {
		t.Fatal(err)
	}
	tools := t.TempDir()
	m2mtest.Write(t, filepath.Join(tools, "go"), "#!/bin/sh\nshift\nexec '"+program+"' build -x \"$@\" 2>> '"+called+"'\n")
	if err := os.Chmod(filepath.Join(tools, "go"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", tools+string(filepath.ListSeparator)+os.Getenv("PATH"))
}

func TestCloseLeavesNothing(t *testing.T) {
	module, temporary := newModule(t, "echo"), t.TempDir()
	t.Setenv("TMPDIR", temporary)
	start(t, module, "echo").Close()
	if left, err := os.ReadDir(temporary); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

// Compile compiles functions as Build does, and ends when it is told to.
func TestCompile(t *testing.T) {
	tools := t.TempDir()
	called := filepath.Join(tools, "called")
	m2mtest.Write(t, filepath.Join(tools, "go"), "#!/bin/sh\necho \"$GOOS/$GOARCH $*\" > '"+called+"'\nexec sleep 600\n")
	if err := os.Chmod(filepath.Join(tools, "go"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", tools+string(filepath.ListSeparator)+os.Getenv("PATH"))
	stop := bundle.Compile(newModule(t, "echo"), []string{"echo", "rotate"})
	m2mtest.Eventually(t, "go is called", func() bool {
		got, err := os.ReadFile(called)
		return err == nil && string(got) == "linux/arm64 list -export ./lambda/echo ./lambda/rotate\n"
	})
	stop()
}

// Files beside a program are in the folder with it, and another content is another folder. The
// program is the same.
func TestFilesBeside(t *testing.T) {
	t.Parallel()
	b := start(t, newModule(t, "echo"), "echo")
	plain := build(t, b, "echo")
	with := func(content string) string {
		folder, err := b.Build("echo", map[string][]byte{"scopes.json": []byte(content)})
		if err != nil {
			t.Fatal(err)
		}
		if got := m2mtest.Read(t, filepath.Join(folder, "scopes.json")); got != content {
			t.Errorf("the file is %q, want %q", got, content)
		}
		if got := m2mtest.Read(t, filepath.Join(folder, "bootstrap")); got != string(plain) {
			t.Error("another program")
		}
		if info, err := os.Stat(filepath.Join(folder, "scopes.json")); err != nil || info.Mode().Perm()&0o044 != 0o044 {
			t.Errorf("others can't read the file: %v, %v", info, err)
		}
		return folder
	}
	if one, again, other := with("{}"), with("{}"), with("[]"); one != again || one == other {
		t.Errorf("folders %s, %s and %s", one, again, other)
	}
	build(t, b, "echo") // alone in its folder, as before
}
