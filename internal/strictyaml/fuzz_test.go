package strictyaml_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cognito-m2m/internal/strictyaml"
)

// FuzzRead holds Read to its promise for any bytes: a value or problems, every problem on one line
// and inside the file, never a panic.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		valid, "", "\ufeff", "---\n---\n", "*a", "&a [*a]", "a: &a {<<: *a}", "? [a]\n: b", "!!str : a", "<<: [", "a: |\n b", "a: >",
		"%YAML 1.2\n---\na", "people: {<<: &c {r: {<<: *c}}}", "\t", "\x00", "\xff\xfe", "name: \"\\ud800\"",
		"rounds: [~, [], {}, {hour: '/{'}, &r {spray: off}, *r]", "shelves: [{label: /, plants: {/: x}}]",
		strings.Repeat("[", 300), strings.Repeat("- ", 300), "1: 2\ntrue: false\n~: ~\n[]: {}",
		"water: {litres: 0x7fffffffffffffff, cans: 18446744073709551615}",
	} {
		f.Add([]byte(seed))
	}
	path := filepath.Join(f.TempDir(), "herbs.yaml")
	f.Fuzz(func(t *testing.T, content []byte) {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		var into greenhouse
		file, problems := strictyaml.Read(path, &into, func(f *strictyaml.File) { f.Warn("water.litres", "is watched", "") }, hints)
		if problems == nil && (file == nil || len(into.Shelves) == 0 || len(into.People) == 0) {
			t.Fatalf("accepted %+v", into)
		}
		for _, p := range problems {
			if line := p.String(); strings.ContainsAny(line, "\n\r") || p.Line > len(content)+1 || p.File != path {
				t.Errorf("problem %q", line)
			}
		}
	})
}
