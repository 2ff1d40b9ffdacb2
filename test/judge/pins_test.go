package judge

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestTargets: `make judge` runs every judge that there is here. A target without a test would
// pass.
func TestTargets(t *testing.T) {
	t.Parallel()
	makefile, err := os.ReadFile(filepath.Join(root, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	called := regexp.MustCompile(`(?m)^JUDGES := (.*)$`).FindSubmatch(makefile)
	if called == nil {
		t.Fatal("the Makefile has no list of judges")
	}
	targets := strings.Fields(strings.ReplaceAll(string(called[1]), "-", ""))
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	var tests []string
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(string(source), "//go:build judge\n") {
			continue
		}
		for _, test := range regexp.MustCompile(`(?m)^func Test(\w+)\(`).FindAllSubmatch(source, -1) {
			tests = append(tests, strings.ToLower(string(test[1])))
		}
	}
	slices.Sort(targets)
	slices.Sort(tests)
	if !slices.Equal(targets, tests) {
		t.Errorf("make judge runs %v, there are tests for %v", targets, tests)
	}
}

// unpinned are the requirements, one logical line each, that are not of one version with a hash.
func unpinned(requirements string) (lines []string, count int) {
	pinned := regexp.MustCompile(`^[\w.-]+(\[[\w,.-]+\])?==\S+( ; .*?)? +--hash=sha256:[0-9a-f]{64}\b`)
	text := regexp.MustCompile(`(?m)^\s*#.*\n`).ReplaceAllString(requirements, "")
	for line := range strings.Lines(strings.ReplaceAll(text, "\\\n", "")) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		count++
		if !pinned.MatchString(line) {
			lines = append(lines, line)
		}
	}
	return lines, count
}

// TestPythonIsPinned: pip takes no other file than the one that was looked at.
func TestPythonIsPinned(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("requirements*.txt")
	if err != nil || len(files) < 2 {
		t.Fatalf("requirements %v, %v", files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		lines, count := unpinned(string(text))
		if count == 0 {
			t.Errorf("%s: no requirement", file)
		}
		for _, line := range lines {
			t.Errorf("%s: %.80s has no version or no hash", file, line)
		}
	}
	for _, red := range []string{"a==1\n", "a>=1 \\\n    --hash=sha256:" + strings.Repeat("0", 64) + "\n", "a\n"} {
		if lines, _ := unpinned(red); len(lines) != 1 {
			t.Errorf("%q counts as pinned", red)
		}
	}
}

// TestNodeIsPinned: npm ci compares what it gets with these hashes.
func TestNodeIsPinned(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("package-lock.json")
	if err != nil {
		t.Fatal(err)
	}
	var lock struct {
		Packages map[string]struct {
			Integrity string
			InBundle  bool // comes inside a package that has one
		}
	}
	if err := json.Unmarshal(text, &lock); err != nil {
		t.Fatal(err)
	}
	if len(lock.Packages) < 3 {
		t.Errorf("%d packages", len(lock.Packages))
	}
	for path, p := range lock.Packages {
		if path != "" && !p.InBundle && !strings.HasPrefix(p.Integrity, "sha512-") {
			t.Errorf("%s has no hash", path)
		}
	}
}
