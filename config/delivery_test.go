package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/config"
)

// validDelivery is a delivery.yaml without problems. Cases change one part of it.
const validDelivery = `repository: octo-org@1/octo-repo@2
region: ap-northeast-1
existingProviders: ["222222222222"]
environments:
  dev: {account: "111111111111"}
  prod: {account: "222222222222", region: eu-central-1, githubEnvironment: production}
  pr-*: {account: "333333333333"}
`

// loadDelivery loads content as delivery.yaml beside the environments dev, prod and pr-*.
func loadDelivery(t *testing.T, content string) (*config.Delivery, []string) {
	t.Helper()
	production := strings.NewReplacer("name: dev", "name: prod", "region: ap-northeast-1\n", "", "deletionProtection: false",
		"deletionProtection: true").Replace(valid)
	root := project(t, map[string]string{
		"dev.yaml":     strings.Replace(valid, "region:", "account: \"111111111111\"\nregion:", 1),
		"prod.yaml":    production + "secrets: {customerKey: true}\n",
		"preview.yaml": strings.Replace(valid, "name: dev", "match: pr-*", 1),
	})
	path := filepath.Join(root, "delivery.yaml")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	loaded, err := config.LoadDelivery(path, config.Options{})
	return loaded, lines(t, root, err)
}

func TestLoadDelivery(t *testing.T) {
	t.Parallel()
	got, problems := loadDelivery(t, validDelivery)
	want := &config.Delivery{
		Repository: "octo-org@1/octo-repo@2",
		Accounts: []config.DeliveryAccount{
			{ID: "111111111111", Region: "ap-northeast-1", Environments: []config.DeliveryEnvironment{
				{Name: "dev", Region: "ap-northeast-1", GitHubEnvironment: "dev", DriftEnvironment: "dev-drift"},
			}},
			{ID: "222222222222", Region: "ap-northeast-1", ExistingProvider: true, Environments: []config.DeliveryEnvironment{
				{Name: "prod", Region: "eu-central-1", GitHubEnvironment: "production", DriftEnvironment: "production-drift", CustomerKey: true},
			}},
			{ID: "333333333333", Region: "ap-northeast-1", Environments: []config.DeliveryEnvironment{
				{Name: "pr-*", Region: "ap-northeast-1", GitHubEnvironment: "preview"},
			}},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" || problems != nil {
		t.Errorf("problems %v, delivery (-want +got):\n%s", problems, diff)
	}
	if name := want.Accounts[2].Environments[0].RoleName("deploy"); name != "m2m-pr-deploy" {
		t.Errorf("the role for pr-* is called %s", name)
	}
}

func TestDeliveryProblems(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ old, new, want string }{
		"unknown key": {
			"existingProviders", "existingProvider",
			`delivery.yaml:3:1: existingProvider: unknown key (did you mean "existingProviders"?)`,
		},
		"no repository": {
			"repository: octo-org@1/octo-repo@2\n", "",
			`delivery.yaml:1:1: repository: is missing (write what gh api repos/OWNER/NAME/actions/oidc/customization/sub --jq .sub_claim_prefix prints, without repo:)`,
		},
		"every repository of an owner": {
			"octo-repo@2", "*",
			`delivery.yaml:1:13: repository: "octo-org@1/*" is not a valid repository (owner/name, or owner@<number>/name@<number>)`,
		},
		"one number of two": {
			"octo-repo@2", "octo-repo",
			`delivery.yaml:1:13: repository: "octo-org@1/octo-repo" is not a valid repository (owner/name, or owner@<number>/name@<number>)`,
		},
		"any GitHub environment": {
			"production}", "'*'}",
			`delivery.yaml:6:76: environments.prod.githubEnvironment: "*" is not a valid GitHub environment (1 to 100 letters, digits and _ . -)`,
		},
		"an account as a number": {
			`"111111111111"}` + "\n  prod", "111111111111}\n  prod",
			`delivery.yaml:5:18: environments.dev.account: want text, got 111111111111 (put it in quotes: "111111111111")`,
		},
		"an environment without a file": {
			"  dev:", "  qa:",
			`delivery.yaml:5:3: environments.qa: unknown environment "qa" (known: dev, prod, pr-*)`,
		},
		"a pattern without a file": {
			"  pr-*:", "  pull-*:",
			`delivery.yaml:7:3: environments["pull-*"]: unknown environment "pull-1" (known: dev, prod, pr-*)`,
		},
		"another account than the environment's": {
			`dev: {account: "111111111111"`, `dev: {account: "333333333333"`,
			`delivery.yaml:5:18: environments.dev.account: is not the account in the environment's own file (there it is 111111111111)`,
		},
		"another Region than the environment's": {
			`dev: {account: "111111111111"`, `dev: {account: "111111111111", region: eu-west-1`,
			`delivery.yaml:5:42: environments.dev.region: eu-west-1 is not the Region in the environment's own file (there it is ap-northeast-1)`,
		},
		"one GitHub environment for two": {
			"production}", "Dev}",
			`delivery.yaml:6:76: environments.prod.githubEnvironment: the GitHub environment "Dev" is one of "dev" too, whose jobs could deploy this (give each one of its own)`,
		},
		"deploying from where drift is looked for": {
			"production}", "dev-drift}",
			`delivery.yaml:6:76: environments.prod.githubEnvironment: the GitHub environment "dev-drift" is one of "dev" too, whose jobs could deploy this (give each one of its own)`,
		},
		"a provider in a strange account": {
			`["222222222222"]`, `["555555555555"]`,
			`delivery.yaml:3:21: existingProviders[0]: no environment is in the account 555555555555 (remove it)`,
		},
		"no environments": {
			validDelivery[strings.Index(validDelivery, "existing"):], "environments: {}\n",
			`delivery.yaml:3:1: environments: has no environments (add one, for example dev: {account: "123456789012"})`,
		},
		"an empty file": {validDelivery, "", `delivery.yaml: is empty (compare with delivery.example.yaml)`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if strings.Count(validDelivery, c.old) != 1 {
				t.Fatalf("%q is in the file %d times", c.old, strings.Count(validDelivery, c.old))
			}
			_, problems := loadDelivery(t, strings.Replace(validDelivery, c.old, c.new, 1))
			if len(problems) == 0 || problems[0] != c.want {
				t.Errorf("got  %q\nwant %q first", problems, c.want)
			}
		})
	}
}

func TestDeliveryWithoutAFile(t *testing.T) {
	t.Parallel()
	_, err := config.LoadDelivery(filepath.Join(t.TempDir(), "delivery.yaml"), config.Options{})
	if err == nil || !strings.HasSuffix(err.Error(), "delivery.yaml: is not there (copy delivery.example.yaml and fill it in)") {
		t.Errorf("got %v", err)
	}
}

// TestDeliveryTellsOfTheEnvironmentFile: what is wrong in an environment file is told at its own
// place.
func TestDeliveryTellsOfTheEnvironmentFile(t *testing.T) {
	t.Parallel()
	root := project(t, map[string]string{"dev.yaml": strings.Replace(valid, "region:", "regoin:", 1)})
	path := filepath.Join(root, "delivery.yaml")
	if err := os.WriteFile(path, []byte("repository: a@1/b@2\nregion: eu-west-1\nenvironments: {dev: {account: \"111111111111\"}}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := config.LoadDelivery(path, config.Options{})
	want := []string{`environments/dev.yaml:2:1: regoin: unknown key (did you mean "region"?)`}
	if diff := cmp.Diff(want, lines(t, root, err)); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

func TestDeliveryWarnings(t *testing.T) {
	t.Parallel()
	got, problems := loadDelivery(t, strings.NewReplacer(
		"octo-org@1/octo-repo@2", "octo-org/octo-repo",
		`prod: {account: "222222222222", region: eu-central-1`, `prod: {account: "111111111111"`,
		`existingProviders: ["222222222222"]`+"\n", "",
		`pr-*: {account: "333333333333"`, `pr-*: {account: "111111111111"`,
	).Replace(validDelivery))
	if problems != nil {
		t.Fatal(problems)
	}
	var warnings []string
	for _, warning := range got.Warnings {
		warning.File = filepath.Base(warning.File)
		warnings = append(warnings, warning.String())
	}
	want := []string{
		"delivery.yaml:1:13: repository: is only a name, which someone else can take once it is given up (turn on immutable subjects in the repository's OIDC settings, then write its numbers too)",
		`delivery.yaml:5:19: environments.prod.account: everyone who may deploy "dev" may deploy this too: they share the roles of cdk bootstrap (give production an account of its own)`,
		`delivery.yaml:5:19: environments.prod.account: everyone who may deploy "pr-*" may deploy this too: they share the roles of cdk bootstrap (give production an account of its own)`,
		`delivery.yaml:6:19: environments["pr-*"].account: everyone who may push a branch may deploy "dev" without its reviewers: they share the roles of cdk bootstrap (give previews an account that holds nothing else)`,
	}
	if diff := cmp.Diff(want, warnings); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
	elsewhere, problems := loadDelivery(t, strings.Replace(validDelivery, `pr-*: {account: "333333333333"`, `pr-*: {account: "222222222222"`, 1))
	if problems != nil || elsewhere.Warnings != nil {
		t.Errorf("in another Region than prod, roles are others: %v, %v", problems, elsewhere.Warnings)
	}
}

// TestDeliveryOfThisProject loads the file that users start from, and their own where there is one,
// beside the project's environments.
func TestDeliveryOfThisProject(t *testing.T) {
	t.Parallel()
	if got, err := config.LoadDelivery("../delivery.example.yaml", config.Options{}); err != nil || got.Warnings != nil {
		t.Errorf("%v, %+v", err, got)
	}
	if _, err := os.Stat("../delivery.yaml"); err != nil {
		return // it is written by whoever deploys from a repository
	}
	if _, err := config.LoadDelivery("../delivery.yaml", config.Options{}); err != nil {
		t.Error(err)
	}
}

// TestRollbackMinutes: no alarm unless the key is there, for at most 20 minutes, also for what a
// pattern stands for.
func TestRollbackMinutes(t *testing.T) {
	t.Parallel()
	with := func(key string) string {
		return strings.Replace(validDelivery, `pr-*: {account: "333333333333"`, `pr-*: {account: "333333333333"`+key, 1)
	}
	for key, want := range map[string]int{"": 0, ", rollbackMinutes: 1": 1, ", rollbackMinutes: 20": 20} {
		got, problems := loadDelivery(t, with(key))
		if problems != nil {
			t.Fatal(problems)
		}
		if env := got.Environment("pr-12"); env == nil || env.RollbackMinutes != want {
			t.Errorf("%q: got %+v, want %d minutes", key, env, want)
		}
		if env := got.Environment("dev"); env == nil || env.RollbackMinutes != 0 {
			t.Errorf("%q: dev has %+v", key, env)
		}
		if env := got.Environment("qa"); env != nil {
			t.Errorf("%q: qa has %+v", key, env)
		}
	}
	_, problems := loadDelivery(t, with(", rollbackMinutes: 21"))
	if want := []string{"delivery.yaml:7:52: environments[\"pr-*\"].rollbackMinutes: 21 is too large, at most 20 is allowed"}; !cmp.Equal(problems, want) {
		t.Errorf("21 minutes: %q, want %q", problems, want)
	}
}
