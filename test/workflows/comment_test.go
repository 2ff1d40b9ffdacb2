package workflows

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// harness runs a script of actions/github-script (INPUT) with a GitHub that knows one pull request,
// number 7, and the comments given, and prints what the script asked it to change.
const harness = `
const input = JSON.parse(require('fs').readFileSync(0, 'utf8'))
const asked = []
const listComments = () => {}
const github = {
  paginate: async () => input.comments,
  rest: {
    pulls: { get: async ({ pull_number }) => {
      if (pull_number !== 7) throw new Error('Not Found')
      return { data: { number: 7, head: { sha: input.head, repo: input.headRepo } } }
    } },
    issues: {
      listComments,
      createComment: async o => asked.push({ how: 'create', issue: o.issue_number, body: o.body }),
      updateComment: async o => asked.push({ how: 'update', comment: o.comment_id, body: o.body }),
    },
  },
}
const core = { notice: text => asked.push({ how: 'notice', body: text }) }
const context = { repo: { owner: 'octo-org', repo: 'octo-repo' }, payload: { workflow_run: { head_sha: 'a'.repeat(40), head_repository: { id: 42 } } } }
const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor
new AsyncFunction('github', 'core', 'context', 'require', 'process', input.script)(github, core, context, require, process)
  .then(() => console.log(JSON.stringify(asked)), error => { console.error(error.message); process.exit(1) })
`

// posted is one thing that the script asked for.
type posted struct {
	How     string
	Issue   int
	Comment int
	Body    string
}

// artifact is what the job that runs a pull request's code has uploaded, and what GitHub knows.
type artifact struct {
	number, report string
	head           string // of the pull request; empty: the commit that the run was for
	headRepo       any    // nil: the repository that the run was for
	comments       []map[string]any
	link           bool // the report is a symbolic link
}

// post runs the script of diff-comment.yml.
func post(t *testing.T, a artifact) (asked []posted, failure string) {
	t.Helper()
	temp := t.TempDir()
	write := func(name, content string) {
		if err := os.MkdirAll(filepath.Join(temp, "diff"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(temp, "diff", name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("number", a.number)
	if a.link {
		if err := os.Symlink("/etc/hostname", filepath.Join(temp, "diff", "comment.md")); err != nil {
			t.Fatal(err)
		}
	} else {
		write("comment.md", a.report)
	}
	steps := all(t)["diff-comment.yml"].steps()
	input := map[string]any{"script": steps[len(steps)-1].With["script"], "head": strings.Repeat("a", 40), "headRepo": map[string]any{"id": 42}, "comments": a.comments}
	if a.head != "" {
		input["head"] = a.head
	}
	if a.headRepo != nil {
		input["headRepo"] = a.headRepo
	}
	if a.comments == nil {
		input["comments"] = []any{}
	}
	given, err := json.Marshal(input)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "node", "-e", harness)
	cmd.Env = append(os.Environ(), "RUNNER_TEMP="+temp)
	cmd.Stdin = strings.NewReader(string(given))
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return nil, said.String()
	}
	if err := json.Unmarshal(out, &asked); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return asked, ""
}

const mark = "<!-- difference of the templates -->"

func TestComment(t *testing.T) {
	t.Parallel()
	asked, failure := post(t, artifact{number: "7", report: "### Nothing changes\n"})
	if failure != "" || len(asked) != 1 || asked[0].How != "create" || asked[0].Issue != 7 || !strings.HasPrefix(asked[0].Body, mark) || !strings.HasSuffix(asked[0].Body, "\n\n### Nothing changes\n") {
		t.Errorf("%s, %+v", failure, asked)
	}
	bot := map[string]any{"login": "github-actions[bot]"}
	asked, failure = post(t, artifact{number: "7", report: "again", comments: []map[string]any{
		{"id": 1, "user": map[string]any{"login": "somebody"}, "body": mark + " mine"},
		{"id": 2, "user": bot, "body": "another comment"},
		{"id": 3, "user": bot, "body": mark + "\nbefore"},
	}})
	if failure != "" || len(asked) != 1 || asked[0].How != "update" || asked[0].Comment != 3 {
		t.Errorf("%s, %+v", failure, asked)
	}
}

// TestCommentTrustsNothing: whoever wrote the artifact can post neither elsewhere nor what a reader
// would take for the project's own words.
func TestCommentTrustsNothing(t *testing.T) {
	t.Parallel()
	for name, a := range map[string]artifact{
		"another pull request":       {number: "8", report: "x"},
		"no number":                  {number: "7/../8", report: "x"},
		"a number and more":          {number: "7\n", report: "x"},
		"an endless report":          {number: "7", report: strings.Repeat("x", 250_000)},
		"a file of the machine":      {number: "7", link: true},
		"a later commit":             {number: "7", report: "x", head: strings.Repeat("b", 40)},
		"a pull request of somebody": {number: "7", report: "x", headRepo: map[string]any{"id": 43}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			asked, failure := post(t, a)
			for _, p := range asked {
				if p.How != "notice" {
					t.Errorf("it %ss %q", p.How, p.Body)
				}
			}
			if failure == "" && len(asked) == 0 {
				t.Error("it says nothing of why nothing was posted")
			}
		})
	}
	hostile := "https://a.example www.evil.example WWW.evil.example/x octo-org/octo-repo#1 #2 fixes #3 GH-4 &#64;octocat &num;5 0123abcd4567 " + strings.Repeat("a1", 20) + "\n" +
		`GH\-6 _gh-8_ _9876fedc5432_ deadbeef` + "\n" +
		"```mermaid\ngraph LR\n```\n> ~~~ geojson {}`\n- 1. ```math\n" +
		"@octocat <img src=x> <script>a</script> <details onclick=x><summary>s</summary> ![p](https://evil.example/p.png) [r]: https://evil.example\n" + strings.Repeat("<y", 35_000)
	asked, failure := post(t, artifact{number: "7", report: hostile})
	if failure != "" || len(asked) != 1 {
		t.Fatalf("%s, %+v", failure, asked)
	}
	for _, bad := range []string{
		"@octocat", "<img", "<script", "<details onclick", "](", "]:", "://",
		"www.", "WWW.", "#1", "#2", "#3", "#4", "GH-4", `GH\-6`, "gh-8", "9876fedc5432", "deadbeef", "&#", "&num;", "0123abcd4567", "a1a1a1a1a1", "mermaid", "geojson", "math",
	} {
		if strings.Contains(asked[0].Body, bad) {
			t.Errorf("the comment has %q", bad)
		}
	}
	for _, kept := range []string{"<summary>s</summary>", "```\ngraph LR\n```\n", "> ~~~\n- 1. ```\n"} {
		if !strings.Contains(asked[0].Body, kept) {
			t.Errorf("the comment has lost %q", kept)
		}
	}
	if length := len([]rune(asked[0].Body)); length > 65_536 {
		t.Errorf("the comment has %d characters", length)
	}
}
