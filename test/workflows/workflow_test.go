// Package workflows holds the files in .github/workflows to what makes them safe to run for
// anybody's pull request and with roles in AWS. What a workflow's syntax allows, actionlint says,
// and what is known to be unsafe, zizmor (make judge).
package workflows

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

const root = "../.."

// workflow is one file, as far as the rules look at it.
type workflow struct {
	name        string // the file's
	source      string
	On          any            `yaml:"on"`
	Permissions map[string]any `yaml:"permissions"`
	Concurrency any            `yaml:"concurrency"`
	Jobs        map[string]job `yaml:"jobs"`
}

type job struct {
	If          string            `yaml:"if"`
	Uses        string            `yaml:"uses"`
	Environment any               `yaml:"environment"`
	Concurrency any               `yaml:"concurrency"`
	Timeout     int               `yaml:"timeout-minutes"`
	Permissions map[string]string `yaml:"permissions"`
	Steps       []step            `yaml:"steps"`
}

type step struct {
	Uses string         `yaml:"uses"`
	Run  string         `yaml:"run"`
	With map[string]any `yaml:"with"`
}

func parse(name, source string) (workflow, error) {
	w := workflow{name: name, source: source}
	return w, yaml.Unmarshal([]byte(source), &w)
}

// all are the project's workflows by file name.
func all(t *testing.T) map[string]workflow {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, ".github", "workflows", "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("workflows %v, %v", files, err)
	}
	workflows := map[string]workflow{}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		w, err := parse(filepath.Base(file), string(source))
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		workflows[w.name] = w
	}
	return workflows
}

// triggers are the events that start the workflow.
func (w workflow) triggers() []string {
	switch on := w.On.(type) {
	case string:
		return []string{on}
	case map[string]any:
		return slices.Sorted(maps.Keys(on))
	case []any:
		var names []string
		for _, name := range on {
			names = append(names, name.(string))
		}
		return names
	}
	return nil
}

func (w workflow) startsOn(event string) bool { return slices.Contains(w.triggers(), event) }

// steps are those of all jobs.
func (w workflow) steps() (all []step) {
	for _, name := range slices.Sorted(maps.Keys(w.Jobs)) {
		all = append(all, w.Jobs[name].Steps...)
	}
	return all
}

// A rule says what is wrong with a workflow, one sentence per finding.
type rule func(workflow) []string

var rules = map[string]rule{
	"actions are pinned by commit":                            loosePins,
	"a job has the permissions that are written, no others":   looseAccess,
	"pull requests get no rights of the base":                 pullRequestTarget,
	"a job after a pull request's runs no code of it":         codeAfterWorkflowRun,
	"nothing is put into a script by substitution":            substitutions,
	"there are no stored secrets":                             storedSecrets,
	"checkouts leave no credentials behind":                   leftCredentials,
	"jobs end, and one at a time works on an environment":     endlessJobs,
	"a pull request's job takes roles for own branches alone": rolesForForks,
	"roles are taken in a GitHub environment":                 strayRoles,
	"nothing is installed or built where a role can be taken": builtWithToken,
	"what is deployed was built without a cache":              cachedAssemblies,
}

func TestWorkflows(t *testing.T) {
	t.Parallel()
	for name, w := range all(t) {
		for what, check := range rules {
			for _, finding := range check(w) {
				t.Errorf("%s: %s: %s", name, what, finding)
			}
		}
	}
}

var (
	usesLine = regexp.MustCompile(`(?m)^\s*(?:- )?uses: (\S+)(.*)$`)
	pinned   = regexp.MustCompile(`^[A-Za-z0-9._-]+/[A-Za-z0-9._/-]+@[0-9a-f]{40}$`)
	version  = regexp.MustCompile(`^ # v[0-9]+\.[0-9]+\.[0-9]+$`)
)

func loosePins(w workflow) (findings []string) {
	for _, line := range usesLine.FindAllStringSubmatch(w.source, -1) {
		exact := pinned.MatchString(line[1]) && version.MatchString(line[2])
		if local := strings.HasPrefix(line[1], "./"); !local && !exact {
			findings = append(findings, line[1]+line[2])
		}
	}
	return findings
}

func looseAccess(w workflow) (findings []string) {
	if w.Permissions == nil || len(w.Permissions) > 0 {
		findings = append(findings, "the workflow gives every job something: write permissions: {} at the top")
	}
	for name, j := range w.Jobs {
		if j.Permissions == nil {
			findings = append(findings, name+" does not say what it needs")
		}
		for what, access := range j.Permissions {
			if access == "write" && !slices.Contains(writers[w.name], what) {
				findings = append(findings, name+" may write "+what)
			}
		}
	}
	return findings
}

// writers are the files whose jobs may write something. id-token is the right to ask for a token
// for AWS.
var writers = map[string][]string{
	"deploy.yml":             {"id-token"},
	"deploy-environment.yml": {"id-token"},
	"preview.yml":            {"id-token"},
	"destroy-preview.yml":    {"id-token"},
	"sweep.yml":              {"id-token"},
	"drift.yml":              {"id-token", "issues"},
	"diff-comment.yml":       {"pull-requests"},
}

func pullRequestTarget(w workflow) []string {
	if w.startsOn("pull_request_target") {
		return []string{"pull_request_target"}
	}
	return nil
}

func codeAfterWorkflowRun(w workflow) (findings []string) {
	if !w.startsOn("workflow_run") {
		return nil
	}
	for _, s := range w.steps() {
		if s.Run != "" || strings.HasPrefix(s.Uses, "actions/checkout@") || strings.HasPrefix(s.Uses, "./") {
			findings = append(findings, s.Uses+s.Run)
		}
	}
	return findings
}

func substitutions(w workflow) (findings []string) {
	for _, s := range w.steps() {
		script, _ := s.With["script"].(string)
		if strings.Contains(s.Run+script, "${{") {
			findings = append(findings, s.Run+script)
		}
	}
	return findings
}

func storedSecrets(w workflow) []string {
	if strings.Contains(w.source, "secrets.") || strings.Contains(w.source, "secrets:") {
		return []string{"the roles are trusted by who asks, so no secret is needed"}
	}
	return nil
}

func leftCredentials(w workflow) (findings []string) {
	for _, s := range w.steps() {
		if strings.HasPrefix(s.Uses, "actions/checkout@") && s.With["persist-credentials"] != false {
			findings = append(findings, s.Uses)
		}
	}
	return findings
}

func endlessJobs(w workflow) (findings []string) {
	for name, j := range w.Jobs {
		if j.Uses == "" && j.Timeout == 0 {
			findings = append(findings, name+" has no timeout-minutes")
		}
		if j.Environment != nil && j.Concurrency == nil && w.Concurrency == nil {
			findings = append(findings, name+" may run beside itself")
		}
	}
	return findings
}

const ownBranch = "github.event.pull_request.head.repo.full_name == github.repository"

func rolesForForks(w workflow) (findings []string) {
	for name, j := range w.Jobs {
		if w.startsOn("pull_request") && j.Permissions["id-token"] == "write" && !strings.Contains(j.If, ownBranch) {
			findings = append(findings, name+" does not ask whose branch it is")
		}
	}
	return findings
}

// strayRoles: the trust policies name GitHub environments.
func strayRoles(w workflow) (findings []string) {
	for name, j := range w.Jobs {
		for _, s := range j.Steps {
			takes := strings.HasPrefix(s.Uses, "aws-actions/configure-aws-credentials@")
			if takes && (j.Environment == nil || j.Permissions["id-token"] != "write") {
				findings = append(findings, name+" takes a role outside an environment")
			}
		}
	}
	return findings
}

// What may run in a job that can ask for a token: what an earlier job has packed, on a Node that
// the runner has or that is fetched by an exact version.
var (
	unpacked  = regexp.MustCompile(`^make (destroy|drift|(deploy|overdue|verify-deployed) M2M=\.build/m2m)$`)
	asks      = regexp.MustCompile(`^\.ci/(preview-wanted "\$ENV"|expired) >> "\$GITHUB_OUTPUT"$`)
	brought   = regexp.MustCompile(`^(actions/(checkout|setup-node|download-artifact|upload-artifact)|aws-actions/configure-aws-credentials)@`)
	unpacking = "make unpack"
)

func builtWithToken(w workflow) (findings []string) {
	for name, j := range w.Jobs {
		there := false
		for _, s := range j.Steps {
			there = there || s.Run == unpacking
			switch {
			case j.Permissions["id-token"] != "write" || s.Run == unpacking:
			case s.Run == "" && brought.MatchString(s.Uses), asks.MatchString(s.Run), there && unpacked.MatchString(s.Run):
			default:
				findings = append(findings, name+" could be what it installs or builds: "+s.Uses+s.Run)
			}
		}
	}
	return findings
}

// cachedAssemblies: a cache could hold what another run has put there.
func cachedAssemblies(w workflow) (findings []string) {
	for name, j := range w.Jobs {
		if !slices.ContainsFunc(j.Steps, func(s step) bool { return strings.HasPrefix(s.Run, "make assembly") }) {
			continue
		}
		for _, s := range j.Steps {
			if strings.HasPrefix(s.Uses, "actions/setup-go@") && s.With["cache"] != false ||
				strings.HasPrefix(s.Uses, "actions/setup-node@") && s.With["package-manager-cache"] != false {
				findings = append(findings, name+" restores a cache")
			}
		}
	}
	return findings
}
