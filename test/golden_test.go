package test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden templates")

// assetHash is a file asset's hash: the SHA-256 of what it holds.
var assetHash = regexp.MustCompile(`\b[0-9a-f]{64}\b`)

// masked is a template with its asset hashes replaced, so that an edit of a handler leaves the
// golden files alone. Nothing else is masked.
func masked(raw []byte) []byte {
	return append(assetHash.ReplaceAll(raw, []byte("<asset hash>")), '\n')
}

func TestGolden(t *testing.T) {
	for env, s := range everyStage(t) {
		for name, template := range s.stacks {
			t.Run(env+"/"+name, func(t *testing.T) {
				isGolden(t, filepath.Join("testdata", "golden", env, name+".template.json"), template)
			})
		}
	}
}

// isGolden wants a template as it is committed, or writes it.
func isGolden(t *testing.T, file string, of template) {
	t.Helper()
	got := masked(of.raw)
	if *update {
		write(t, file, got)
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v (run `make golden` and review the difference)", err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs from the synthesized template; if that is meant, run `make golden`, review and commit it (-want +got):\n%s",
			file, cmp.Diff(string(want), string(got)))
	}
}

// TestGoldenIsComplete finds golden files of a stack or environment that is gone.
func TestGoldenIsComplete(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "golden", "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	want := 0
	for _, s := range everyStage(t) {
		want += len(s.stacks)
	}
	if len(files) != want {
		t.Errorf("%d golden files for %d stacks: %v", len(files), want, files)
	}
}

func write(t *testing.T, file string, content []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, content, 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestMask shows what the mask hides and what it does not: the handler's code, and nothing else.
func TestMask(t *testing.T) {
	source := newSource(t)
	before := synthVariant(t, source, variant)
	source.write(t, "lambda/echo/main.go", "package main\n\nfunc main() { println(\"edited\") }\n")
	edited := synthVariant(t, source, variant)
	throttled := synthVariant(t, source, variant+"\n  throttle: {rate: 7, burst: 9}")

	if bytes.Equal(before.raw, edited.raw) {
		t.Error("editing the handler did not change the template: this test shows nothing")
	}
	if diff := cmp.Diff(string(masked(before.raw)), string(masked(edited.raw))); diff != "" {
		t.Errorf("editing the handler changes the golden template:\n%s", diff)
	}
	if bytes.Equal(masked(before.raw), masked(throttled.raw)) {
		t.Error("editing the throttle leaves the golden template as it was")
	}
}
