package workflows

import (
	"strings"
	"testing"
)

// TestRulesGoRed breaks a workflow in each way that a rule should see.
func TestRulesGoRed(t *testing.T) {
	t.Parallel()
	const (
		checkout = "actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2"
		comment  = "diff-comment.yml"
	)
	for name, c := range map[string]struct{ file, old, new, rule string }{
		"a tag":                         {"ci.yml", checkout, "actions/checkout@v6", "actions are pinned by commit"},
		"a commit of nobody knows what": {"ci.yml", checkout, strings.Fields(checkout)[0], "actions are pinned by commit"},
		"half a commit":                 {"ci.yml", checkout, "actions/checkout@de0fac2 # v6.0.2", "actions are pinned by commit"},
		"default permissions":           {"ci.yml", "permissions: {}\n", "", "a job has the permissions that are written, no others"},
		"permissions for every job":     {"ci.yml", "permissions: {}\n", "permissions: {contents: read}\n", "a job has the permissions that are written, no others"},
		"a job that may write":          {"ci.yml", "contents: read", "contents: write", "a job has the permissions that are written, no others"},
		"a comment that may approve":    {comment, "actions: read", "contents: write", "a job has the permissions that are written, no others"},
		"the rights of the base":        {"diff.yml", "  pull_request:\n", "  pull_request_target:\n", "pull requests get no rights of the base"},
		"a checkout after the fact":     {comment, "- uses: actions/github-script@ed597411d8f924073f98dfc5c65a23a2325f34cd # v8.0.0\n        with:\n", "- uses: " + checkout + "\n        with:\n          persist-credentials: false\n", "a job after a pull request's runs no code of it"},
		"a script after the fact":       {comment, "    steps:\n", "    steps:\n      - run: bash diff/run\n", "a job after a pull request's runs no code of it"},
		"a title in a script":           {"diff.yml", "make diff BASE='HEAD^1'", "make diff BASE='${{ github.event.pull_request.title }}'", "nothing is put into a script by substitution"},
		"a branch in JavaScript":        {comment, "const limit = 60000", "const limit = ${{ github.event.workflow_run.head_branch }}", "nothing is put into a script by substitution"},
		"a stored key":                  {"deploy-environment.yml", "vars.AWS_DEPLOY_ROLE", "secrets.AWS_KEY", "there are no stored secrets"},
		"credentials left behind":       {"ci.yml", "persist-credentials: false", "persist-credentials: true", "checkouts leave no credentials behind"},
		"a job without end":             {"ci.yml", "    timeout-minutes: 20\n", "", "jobs end, and one at a time works on an environment"},
		"two deployments at once":       {"deploy-environment.yml", "    concurrency:\n      group: deploy-${{ inputs.environment }}\n      cancel-in-progress: false\n", "", "jobs end, and one at a time works on an environment"},
		"a preview of a fork":           {"preview.yml", "needs: assembly\n    if: " + ownBranch, "needs: assembly\n    if: true", "a pull request's job takes roles for own branches alone"},
		"a role without an environment": {"deploy-environment.yml", "    environment: ${{ inputs.environment }}\n", "", "roles are taken in a GitHub environment"},
		"a cache in a deployment":       {"deploy.yml", "cache: false", "cache: true", "what is deployed was built without a cache"},
		"a cache of npm":                {"drift.yml", "package-manager-cache: false", "package-manager-cache: true", "what is deployed was built without a cache"},
		"an install with the token":     {"deploy-environment.yml", "make unpack", "npm ci", "nothing is installed or built where a role can be taken"},
		"a build with the token":        {"deploy-environment.yml", " M2M=.build/m2m", "", "nothing is installed or built where a role can be taken"},
		"a synth with the token":        {"destroy-preview.yml", "run: make destroy", "run: make assembly destroy", "nothing is installed or built where a role can be taken"},
		"a strange action":              {"drift.yml", "actions/upload-artifact@bbbca2ddaa5d8feaa63e36b76fdaad77386f024f # v7.0.0\n        with:\n          name: drift", "someone/upload@bbbca2ddaa5d8feaa63e36b76fdaad77386f024f # v7.0.0\n        with:\n          name: drift", "nothing is installed or built where a role can be taken"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			source := all(t)[c.file].source
			if !strings.Contains(source, c.old) {
				t.Fatalf("%s does not have %q", c.file, c.old)
			}
			broken, err := parse(c.file, strings.Replace(source, c.old, c.new, 1))
			if err != nil {
				t.Fatal(err)
			}
			if len(rules[c.rule](broken)) == 0 {
				t.Errorf("%q says nothing", c.rule)
			}
		})
	}
}
