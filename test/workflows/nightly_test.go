package workflows

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// issueHarness runs the script of drift.yml's last job (INPUT) with a GitHub that has some issues,
// and prints what it asks for.
const issueHarness = `
const input = JSON.parse(require('fs').readFileSync(0, 'utf8'))
const asked = []
const issues = {
  listForRepo: async () => ({ data: input.open ?? [] }),
  create: async o => asked.push('create: ' + o.title + ': ' + o.body),
  update: async o => asked.push('update ' + o.issue_number + ': ' + (o.state ?? o.body)),
}
const context = { repo: { owner: 'octo-org', repo: 'octo-repo' }, serverUrl: 'https://github.example', runId: 1 }
const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor
new AsyncFunction('github', 'context', 'require', 'process', input.script)({ rest: { issues } }, context, require, process)
  .then(() => console.log(JSON.stringify(asked)), error => { console.error(error.message); process.exit(1) })
`

// TestNightlyIssues: what was found at night stands in one issue each for drift and rotations,
// until it is put right.
func TestNightlyIssues(t *testing.T) {
	t.Parallel()
	const drifted, overdue = "Deployed stacks have drifted", "Rotations of secrets are overdue"
	issue := func(number int, title string) map[string]any {
		return map[string]any{"number": number, "title": title, "user": map[string]any{"login": "github-actions[bot]"}}
	}
	for name, c := range map[string]struct {
		files  map[string]string
		open   []map[string]any
		looked string
		want   []string // what each call begins with and has in it
	}{
		"nothing": {looked: "success"},
		"both": {
			files: map[string]string{"drift/dev.txt": "a route", "overdue/prod.txt": "reader `x`"},
			want:  []string{"create: " + drifted + "|### dev|a route", "create: " + overdue + "|### prod|reader 'x'"},
		},
		"an issue there is": {
			files: map[string]string{"overdue/prod.txt": "reader"}, open: []map[string]any{issue(4, drifted), issue(5, overdue)}, looked: "success",
			want: []string{"update 4: closed|", "update 5: The secrets of these clients|reader"},
		},
		"not every environment was looked at": {open: []map[string]any{issue(4, drifted), issue(5, overdue)}, looked: "failure"},
		"put right":                           {open: []map[string]any{issue(4, drifted), issue(5, overdue)}, looked: "success", want: []string{"update 4: closed|", "update 5: closed|"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			asked := nightlyIssues(t, c.files, c.open, c.looked)
			if len(asked) != len(c.want) {
				t.Fatalf("asked for %q, want %q", asked, c.want)
			}
			for i, want := range c.want {
				parts := strings.Split(want, "|")
				missing := func(part string) bool { return !strings.Contains(asked[i], part) }
				if !strings.HasPrefix(asked[i], parts[0]) || slices.ContainsFunc(parts, missing) {
					t.Errorf("asked for %q, want %q", asked[i], want)
				}
			}
		})
	}
}

func nightlyIssues(t *testing.T, files map[string]string, open []map[string]any, looked string) (asked []string) {
	t.Helper()
	temp := t.TempDir()
	for name, text := range files {
		file := filepath.Join(temp, "drift", name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var script any
	for _, step := range all(t)["drift.yml"].steps() {
		if step.With["script"] != nil {
			script = step.With["script"]
		}
	}
	given, err := json.Marshal(map[string]any{"script": script, "open": open})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "node", "-e", issueHarness)
	cmd.Env = append(os.Environ(), "RUNNER_TEMP="+temp, "LOOKED="+looked)
	cmd.Stdin = strings.NewReader(string(given))
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(said.String())
	}
	if err := json.Unmarshal(out, &asked); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return asked
}
