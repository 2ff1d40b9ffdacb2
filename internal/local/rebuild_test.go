package local_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cognito-m2m/internal/m2mtest"
	"cognito-m2m/internal/serving"
	"cognito-m2m/internal/serving/servingtest"
)

// source is the module of the function that the tests' assembly has, to edit.
func source(t *testing.T) (module, handler string) {
	t.Helper()
	module = t.TempDir()
	for _, file := range []string{"go.mod", "go.sum"} {
		m2mtest.Write(t, filepath.Join(module, file), m2mtest.Read(t, filepath.Join("../..", file)))
	}
	for _, folder := range []string{"caller", "lambda/echo"} {
		if err := os.CopyFS(filepath.Join(module, folder), os.DirFS(filepath.Join("../..", folder))); err != nil {
			t.Fatal(err)
		}
	}
	return module, filepath.Join(module, "lambda", "echo", "handler.go")
}

// TestForesee: a build that was begun serves what the source was when it was last told of, and
// nothing of one that was dropped.
func TestForesee(t *testing.T) {
	t.Parallel()
	module, handler := source(t)
	original := m2mtest.Read(t, handler)
	run, d := start(t, serving.Config{SourceDir: module}, servingtest.AssemblyDir(t, nil))
	token := "Bearer " + servingtest.Token(t, d, "reader")
	edit := func(body string) {
		t.Helper()
		m2mtest.Write(t, handler, strings.Replace(original, "string(event)", body, 1))
	}
	want := func(text string) {
		t.Helper()
		if code, body := servingtest.Status(t, d, "/test_jwt", token); code != http.StatusOK || !strings.Contains(body, text) {
			t.Errorf("the answer is %d %s, want %s", code, body, text)
		}
	}
	rebuild := func() error {
		t.Helper()
		_, err := run.Rebuild(t.Context(), []string{handler})
		return err
	}
	foresee := func() { run.Foresee([]string{handler}) }

	edit(`"first"`)
	foresee()
	want("routeKey") // nothing is served yet
	edit("broken")
	foresee()
	if err := rebuild(); err == nil || !strings.Contains(err.Error(), "undefined: broken") {
		t.Errorf("got the error %v, want the compiler's", err)
	}
	want("routeKey")
	edit(`"second"`)
	foresee()
	if err := rebuild(); err != nil {
		t.Fatal(err)
	}
	want("second")
	edit(`"third"`) // nobody foresaw it
	if err := rebuild(); err != nil {
		t.Fatal(err)
	}
	want("third")
	edit(`"fourth"`)
	foresee()
	if changes, err := run.Rebuild(t.Context(), []string{handler, filepath.Join(module, "go.mod")}); err != nil || !changes.None() {
		t.Errorf("of a file that belongs to no function, too, it rebuilt %v, %v", changes, err)
	}
	want("third")
	foresee() // the end of the run ends it
}

// steps keeps the names of a run's steps.
type steps struct {
	servingtest.Report

	begun string
}

func (s *steps) Step(name string) func() {
	s.begun += name + "\n"
	return s.Report.Step(name)
}

// What does not change a function's program changes nothing that is served.
func TestRebuildOfTheSameProgram(t *testing.T) {
	t.Parallel()
	module, handler := source(t)
	said := &steps{Report: servingtest.Report{T: t}}
	run, _ := start(t, serving.Config{SourceDir: module, Report: said}, servingtest.AssemblyDir(t, nil))
	said.begun = ""
	original, folder := m2mtest.Read(t, handler), filepath.Dir(handler)
	rebuilt := func(file, content string) string {
		t.Helper()
		m2mtest.Write(t, filepath.Join(folder, file), content)
		changes, err := run.Rebuild(t.Context(), []string{filepath.Join(folder, file)})
		if err != nil {
			t.Fatal(err)
		}
		return changes.String()
	}
	for _, file := range []string{"README.md", "handler_test.go"} {
		if got := rebuilt(file, "package main\n"); got != "" || said.begun != "" {
			t.Errorf("%s: rebuilt %q, with the steps %s", file, got, said.begun)
		}
	}
	_ = rebuilt("handler.go", strings.Replace(original, "string(event)", `"another"`, 1))
	for i := range 2 { // by the go command, and by its tools
		if got := rebuilt("handler.go", strings.Replace(original, "string(event)", `"another"`, 1)+strings.Repeat("\n// The end.\n", i)); got != "" {
			t.Errorf("of the same program it rebuilt %q", got)
		}
	}
}
