package workflows

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// locked is package-lock.json, as far as the tests look at it.
type locked struct {
	Packages map[string]struct {
		Version   string
		Integrity string
		Scripts   bool `json:"hasInstallScript"`
		Bin       map[string]string
	}
}

// TestLockedPackages: what `npm ci` brings is all in the lock file, by its hash, and runs no script
// of its own, which could bring more.
func TestLockedPackages(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile(filepath.Join(root, "package-lock.json"))
	if err != nil {
		t.Fatal(err)
	}
	var lock locked
	if err := json.Unmarshal(source, &lock); err != nil {
		t.Fatal(err)
	}
	nodes := map[string]bool{}
	for name, p := range lock.Packages {
		if name == "" {
			continue
		}
		if !strings.HasPrefix(p.Integrity, "sha512-") || p.Scripts {
			t.Errorf("%s: integrity %q, install script %t", name, p.Integrity, p.Scripts)
		}
		if p.Bin["node"] != "" {
			nodes[p.Version] = true
		}
	}
	if len(nodes) != 1 {
		t.Errorf("the lock file has the Nodes %v, want one for all platforms", nodes)
	}
	setUp := 0
	for name, w := range all(t) {
		for _, s := range w.steps() {
			if strings.HasPrefix(s.Uses, "actions/setup-node@") {
				setUp++
				if version, _ := s.With["node-version"].(string); !nodes[version] {
					t.Errorf("%s sets up Node %v, and the lock file has %v", name, s.With["node-version"], nodes)
				}
			}
		}
	}
	if setUp < 5 {
		t.Errorf("%d jobs set up Node: the test does not see them", setUp)
	}
	for _, file := range []string{"Makefile", ".ci/run"} {
		source, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Count(string(source), "npm ci") != strings.Count(string(source), "npm ci --ignore-scripts") {
			t.Errorf("%s installs with scripts", file)
		}
	}
}
