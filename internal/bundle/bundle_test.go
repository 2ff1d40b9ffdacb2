package bundle_test

import (
	"bytes"
	"os"
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
	folder, err := b.Build(function)
	if err != nil {
		t.Fatal(err)
	}
	bootstrap := m2mtest.Only(t, filepath.Join(folder, "*"))
	if info, err := os.Stat(bootstrap); err != nil || info.Name() != "bootstrap" || info.Mode().Perm()&0o100 == 0 {
		t.Errorf("%s can't be run: %v, %v", bootstrap, info, err)
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
	if _, err := b.Build("echo"); err == nil || !strings.Contains(err.Error(), "undefined: undeclared") || !strings.Contains(err.Error(), "function echo") {
		t.Errorf("error %v", err)
	}
}

func TestCloseLeavesNothing(t *testing.T) {
	module, temporary := newModule(t, "echo"), t.TempDir()
	t.Setenv("TMPDIR", temporary)
	start(t, module, "echo").Close()
	if left, err := os.ReadDir(temporary); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

// Compile compiles every function as Build does, and ends when it is told to.
func TestCompile(t *testing.T) {
	tools := t.TempDir()
	called := filepath.Join(tools, "called")
	m2mtest.Write(t, filepath.Join(tools, "go"), "#!/bin/sh\necho \"$GOOS/$GOARCH $*\" > '"+called+"'\nexec sleep 600\n")
	if err := os.Chmod(filepath.Join(tools, "go"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", tools+string(filepath.ListSeparator)+os.Getenv("PATH"))
	stop := bundle.Compile(newModule(t, "echo"))
	m2mtest.Eventually(t, "go is called", func() bool {
		got, err := os.ReadFile(called)
		return err == nil && string(got) == "linux/arm64 list -export ./lambda/...\n"
	})
	stop()
}
