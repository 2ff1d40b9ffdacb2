package workflows

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cognito-m2m/internal/m2mtest"
)

// run runs a script of .ci with more variables.
func run(t *testing.T, variables []string, script string, args ...string) (output string, err error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), filepath.Join(root, ".ci", script), args...)
	cmd.Env = append(os.Environ(), variables...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// TestPreviewWanted: what a job does is decided by what the pull request is when it does it.
func TestPreviewWanted(t *testing.T) {
	t.Parallel()
	const labelled = `[{"name":"bug"},{"name":"preview"}]`
	for name, c := range map[string]struct {
		state, labels, repository string
		want                      string
	}{
		"open, with the label":            {"open", labelled, `{"full_name":"octo/repo"}`, "wanted=true\n"},
		"closed, with the label":          {"closed", labelled, `{"full_name":"octo/repo"}`, "wanted=false\n"},
		"open, without":                   {"open", `[{"name":"previews"}]`, `{"full_name":"octo/repo"}`, "wanted=false\n"},
		"of a fork":                       {"open", labelled, `{"full_name":"mallory/repo"}`, "wanted=false\n"},
		"of a fork that is there no more": {"open", labelled, "null", "wanted=false\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/repos/octo/repo/pulls/7" || r.Header.Get("Authorization") != "Bearer secret" {
					http.Error(w, "Not Found", http.StatusNotFound)
					return
				}
				_, _ = fmt.Fprintf(w, `{"state":%q,"labels":%s,"head":{"repo":%s}}`, c.state, c.labels, c.repository)
			}))
			defer api.Close()
			variables := []string{"GITHUB_API_URL=" + api.URL, "GITHUB_REPOSITORY=octo/repo", "GH_TOKEN=secret"}
			if got, err := run(t, variables, "preview-wanted", "pr-7"); err != nil || got != c.want {
				t.Errorf("got %q, %v; want %q", got, err, c.want)
			}
			for _, wrong := range []string{"pr-8", "dev", "pr-7/../8", ""} { // is not there, or is none
				if got, err := run(t, variables, "preview-wanted", wrong); err == nil || strings.Contains(got, "wanted=") {
					t.Errorf("%q: got %q, %v", wrong, got, err)
				}
			}
		})
	}
}

// TestExpired: what is swept are the disposable environments whose day is over, and nothing else.
func TestExpired(t *testing.T) {
	t.Parallel()
	day := func(days int) string { return time.Now().UTC().AddDate(0, 0, days).Format(time.DateOnly) }
	stack := func(name, tags string) string { return fmt.Sprintf(`{"StackName":%q,"Tags":[%s]}`, name, tags) }
	expires := func(when string) string {
		return fmt.Sprintf(`{"Key":"other","Value":"2020-01-01"},{"Key":"m2m:expires","Value":%q}`, when)
	}
	for name, c := range map[string]struct {
		stacks []string
		want   string
	}{
		"none": {nil, "expired=[]\n"},
		"both stacks of one, and what is not over": {
			[]string{
				stack("m2m-pr-12-Api", expires(day(-2))), stack("m2m-pr-12-Identity", expires(day(-2))), stack("m2m-pr-7-Identity", expires("2020-01-01")),
				stack("m2m-pr-1-Api", expires(day(2))), stack("m2m-prod-Api", `{"Key":"other","Value":"2020-01-01"}`), `{"StackName":"CDKToolkit"}`,
				stack("m2m-pr-5-Api", expires(day(-2))), stack("m2m-pr-5-Identity", expires(day(5))), // is being deployed again
				stack("m2m-pr-6-Api", expires(day(-2))), stack("m2m-pr-6-Identity", ""), // somebody keeps it
				`{"StackName":"m2m-pr-7-Api","StackStatus":"REVIEW_IN_PROGRESS"}`, // has nothing in it
				stack("m2m-pr-2-Api", expires("never")), stack("other-pr-3-Api", expires("2020-01-01")), stack("m2m-pr-4-Api-2", expires("2020-01-01")),
			},
			`expired=["pr-12","pr-7"]` + "\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bin := t.TempDir()
			aws := fmt.Sprintf("#!/bin/sh\n[ \"$*\" = 'cloudformation describe-stacks --output json' ] || exit 1\ncat <<'END'\n{\"Stacks\":[%s]}\nEND\n", strings.Join(c.stacks, ","))
			m2mtest.WriteProgram(t, filepath.Join(bin, "aws"), aws)
			got, err := run(t, []string{"PATH=" + bin + ":" + os.Getenv("PATH")}, "expired")
			if err != nil || got != c.want {
				t.Errorf("got %q, %v; want %q", got, err, c.want)
			}
		})
	}
	t.Run("AWS refuses", func(t *testing.T) {
		t.Parallel()
		bin := t.TempDir()
		m2mtest.WriteProgram(t, filepath.Join(bin, "aws"), "#!/bin/sh\nexit 254\n")
		if got, err := run(t, []string{"PATH=" + bin + ":" + os.Getenv("PATH")}, "expired"); err == nil || strings.Contains(got, "expired=") {
			t.Errorf("got %q, %v", got, err)
		}
	})
}

// TestPreviews holds what starts, queues and ends a preview: a label on a closed pull request
// deploys nothing, and nothing that has another end takes the place of a job that destroys.
func TestPreviews(t *testing.T) {
	t.Parallel()
	workflows := all(t)
	preview, destroy := workflows["preview.yml"], workflows["destroy-preview.yml"].Jobs["destroy"]
	if starts := preview.Jobs["assembly"].If; !strings.Contains(starts, "github.event.pull_request.state == 'open'") {
		t.Errorf("a preview of a closed pull request is made: %s", starts)
	}
	if preview.Concurrency != nil {
		t.Errorf("whatever happens to a pull request takes the place of what waits: %v", preview.Concurrency)
	}
	group := func(concurrency any) any {
		m, _ := concurrency.(map[string]any)
		return m["group"]
	}
	deploys, destroys := group(preview.Jobs["deploy"].Concurrency), group(destroy.Concurrency)
	if deploys == nil || destroys == nil || deploys == destroys {
		t.Errorf("deployments wait in %v, destructions in %v", deploys, destroys)
	}
	looks := func(steps []step, from int) bool {
		for _, s := range steps[from:] {
			if strings.HasPrefix(s.Run, ".ci/preview-wanted ") {
				return true
			}
		}
		return false
	}
	steps := preview.Jobs["deploy"].Steps
	for i, s := range steps {
		if s.Run == "make deploy" && (!looks(steps[:i], 0) || !looks(steps, i)) {
			t.Error("a deployment does not look at the pull request before and after")
		}
	}
	if !looks(destroy.Steps, 0) {
		t.Error("a destruction does not look at the pull request")
	}
}
