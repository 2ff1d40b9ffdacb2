package config

import "regexp"

// The types of this file are delivery.yaml as it is written; see file.go for what their comments and tags are for.

// Who deploys what where: the GitHub repository, and for each environment the AWS account and the GitHub environment whose jobs may deploy it.
type deliveryFile struct {
	// The repository as its tokens name it: what `gh api repos/OWNER/NAME/actions/oidc/customization/sub --jq .sub_claim_prefix` prints, without repo:. Repositories made, renamed or moved since July 2026 have numbers in it, which stay theirs for ever.
	Repository repository `yaml:"repository" jsonschema:"example=octo-org@123456/octo-repo@456789,example=octo-org/octo-repo" hint:"write what gh api repos/OWNER/NAME/actions/oidc/customization/sub --jq .sub_claim_prefix prints, without repo:"`
	// AWS Region of the stacks that hold the roles, and of the environments that say no other.
	Region region `yaml:"region" jsonschema:"example=ap-northeast-1" hint:"for example ap-northeast-1"`
	// Accounts that have an identity provider for token.actions.githubusercontent.com already: an account can have only one.
	ExistingProviders accounts `yaml:"existingProviders,omitempty"`
	// The environments, by the names that their files in environments/ have, or by the pattern of a file with match.
	Environments deliveryEnvironments `yaml:"environments" hint:"add one, for example dev: {account: \"123456789012\"}"`
}

// AWS accounts.
type accounts []account

// The environments that are deployed from the repository, by name or pattern.
type deliveryEnvironments map[deliveryName]deliveryEnvironment

// Where one environment is deployed, and from which GitHub environment.
type deliveryEnvironment struct {
	// AWS account, twelve digits in quotes.
	Account account `yaml:"account" jsonschema:"example=123456789012" hint:"twelve digits in quotes"`
	// AWS Region. Left out, the one above.
	Region region `yaml:"region,omitempty" jsonschema:"example=eu-central-1"`
	// GitHub environment whose jobs may deploy and verify it. Left out, the environment's name, and preview for a pattern. Drift is looked for from another, with -drift behind its name.
	GitHubEnvironment gitHubEnvironment `yaml:"githubEnvironment,omitempty" jsonschema:"example=production"`
	// Minutes for which a deployment of the Api stack goes on watching the alarm on server errors, and is rolled back if it is raised; at most 20, for the job's session ends. Left out, no alarm rolls anything back.
	RollbackMinutes rollbackMinutes `yaml:"rollbackMinutes,omitempty" jsonschema:"example=10"`
}

type rollbackMinutes int

// number leaves a job of 55 minutes time to deploy and to verify.
func (rollbackMinutes) number() number { return number{min: 1, max: 20} }

// count is only that there is one: an account has room for 1,000 roles and an environment takes three.
func (deliveryEnvironments) count() count {
	return count{1, 100, "environments", "they take three roles each"}
}

type (
	repository        string
	deliveryName      string
	gitHubEnvironment string
)

var (
	// Owner and name are letters of GitHub's choice; the numbers are those of immutable subjects (GitHub changelog of
	// 2026-04-23). A pattern's characters are in none of it, though the condition would take them literally.
	repositoryText = text{
		noun:    "repository",
		pattern: regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,38}(/[A-Za-z0-9._-]{1,100}|@[1-9][0-9]*/[A-Za-z0-9._-]{1,100}@[1-9][0-9]*)$`),
		hint:    "owner/name, or owner@<number>/name@<number>",
	}

	deliveryNameText = text{
		noun:    "environment name",
		pattern: regexp.MustCompile(`^([a-z][a-z0-9-]{0,18}[a-z0-9]|[a-z][a-z0-9-]{0,12}-\*)$`),
		hint:    "as in environments/, or a pattern such as pr-*",
	}

	// GitHub allows more, but writes some of it in another way into a token's subject.
	gitHubEnvironmentText = text{
		noun:    "GitHub environment",
		pattern: regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$`),
		hint:    "1 to 100 letters, digits and _ . -",
	}
)

func (repository) text() text        { return repositoryText }
func (deliveryName) text() text      { return deliveryNameText }
func (gitHubEnvironment) text() text { return gitHubEnvironmentText }
