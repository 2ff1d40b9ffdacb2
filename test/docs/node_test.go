package docs

import (
	"encoding/json"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"cognito-m2m/internal/m2mtest"
)

// TestNodeVersion compares what is said of the Node.js that the project needs with package.json,
// which has the oldest that jsii supports.
func TestNodeVersion(t *testing.T) {
	t.Parallel()
	type manifest struct{ Engines struct{ Node string } }
	var project manifest
	var lock struct{ Packages map[string]manifest }
	for file, into := range map[string]any{"package.json": &project, "package-lock.json": &lock} {
		if err := json.Unmarshal([]byte(m2mtest.Read(t, filepath.Join(root, file))), into); err != nil {
			t.Fatal(err)
		}
	}
	oldest, ok := strings.CutPrefix(project.Engines.Node, ">=")
	if locked := lock.Packages[""].Engines.Node; !ok || locked != project.Engines.Node {
		t.Fatalf("engines of Node: package.json has %q, package-lock.json %q, want >= and a number in both", project.Engines.Node, locked)
	}
	said := regexp.MustCompile(`Node(\.js)? \(?[0-9][^,.]*`)
	for _, file := range []string{"README.md", "CONTRIBUTING.md", "cmd/m2m/hint.go"} {
		all := said.FindAllString(m2mtest.Read(t, filepath.Join(root, file)), -1)
		if len(all) != 1 || !strings.HasPrefix(all[0], "Node.js "+oldest+" or later") {
			t.Errorf("%s says %q, want Node.js %s or later, once", file, all, oldest)
		}
	}
}
