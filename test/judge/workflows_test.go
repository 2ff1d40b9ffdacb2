//go:build judge

package judge

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"cognito-m2m/internal/m2mtest"
)

// workflows copies .github into dir, with one more workflow: a copy of deploy.yml with a mistake in
// place of what pattern matches, under the name returned.
func workflows(t *testing.T, dir, pattern, mistake string) (red string) {
	t.Helper()
	if err := os.CopyFS(filepath.Join(dir, ".github"), os.DirFS(filepath.Join(root, ".github"))); err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile(filepath.Join(root, ".github", "workflows", "deploy.yml"))
	if err != nil {
		t.Fatal(err)
	}
	at := regexp.MustCompile(pattern).FindIndex(source)
	if at == nil {
		t.Fatalf("deploy.yml has no place for the mistake: nothing matches %s", pattern)
	}
	red = "red-deploy.yml"
	m2mtest.Write(t, filepath.Join(dir, ".github", "workflows", red), string(source[:at[0]])+mistake+string(source[at[1]:]))
	return red
}

// TestZizmor: the workflows, and what Dependabot is told, have no known weakness.
func TestZizmor(t *testing.T) {
	dir := t.TempDir()
	red := workflows(t, dir, `actions/checkout@[0-9a-f]{40} # \S+`, "actions/checkout@v6")
	var found []struct {
		Ident, Desc string
		Locations   []struct {
			Symbolic struct {
				Kind string
				Key  struct {
					Local struct {
						Path string `json:"verbatim_path"`
					}
				}
				Route struct{ Route []map[string]any }
			}
		}
	}
	audit := judge{command: python("zizmor"), dir: dir, found: []int{11, 12, 13, 14}} // by the worst finding's severity
	audit.args = []string{"--offline", "--no-ignores", "--strict-collection", "--quiet", "--format", "json", "."}
	decode(t, audit.run(t), &found)
	var findings []finding
	for _, f := range found {
		for _, l := range f.Locations {
			if l.Symbolic.Kind == "Primary" {
				findings = append(findings, finding{f.Ident, filepath.Base(l.Symbolic.Key.Local.Path), route(l.Symbolic.Route.Route), f.Desc})
			}
		}
	}
	clean, faulty := split(findings, func(place string) bool { return place == red })
	catch(t, faulty, "unpinned-uses", red, "jobs/assembly")
	pass(t, "zizmor", clean)
}

// route is the beginning of the path to a member of a workflow: jobs/NAME, on/EVENT.
func route(steps []map[string]any) string {
	var path []string
	for _, step := range steps[:min(2, len(steps))] {
		for _, key := range step {
			path = append(path, fmt.Sprint(key))
		}
	}
	return strings.Join(path, "/")
}

// TestActionlint: the workflows are what GitHub takes, down to the types of expressions.
func TestActionlint(t *testing.T) {
	dir := t.TempDir()
	red := workflows(t, dir, `needs: dev\n`, "needs: development\n")
	var found []struct {
		Kind, Message, Filepath string
		Line                    int
	}
	lint := judge{command: filepath.Join(root, ".build", "tools", "actionlint"), dir: dir, found: []int{1}}
	files, err := filepath.Glob(filepath.Join(dir, ".github", "workflows", "*.yml"))
	if err != nil || len(files) < 7 {
		t.Fatalf("workflows %v, %v", files, err)
	}
	lint.args = append([]string{"-shellcheck=", "-pyflakes=", "-format", "{{json .}}"}, files...)
	decode(t, lint.run(t), &found)
	var findings []finding
	for _, f := range found {
		findings = append(findings, finding{f.Kind, filepath.Base(f.Filepath), fmt.Sprintf("line %d", f.Line), f.Message})
	}
	clean, faulty := split(findings, func(place string) bool { return place == red })
	source, err := os.ReadFile(filepath.Join(dir, ".github", "workflows", red))
	if err != nil {
		t.Fatal(err)
	}
	before, _, _ := strings.Cut(string(source), "  staging:\n")
	catch(t, faulty, "job-needs", red, fmt.Sprintf("line %d", strings.Count(before, "\n")+1))
	pass(t, "actionlint", clean)
}
