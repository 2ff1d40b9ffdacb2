package config

import (
	"cmp"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"cognito-m2m/internal/strictyaml"
)

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

// Delivery is a checked delivery.yaml: from which repository, into which accounts, the environments
// are deployed.
type Delivery struct {
	Repository string            // as the subject of its tokens begins: owner/name, or owner@1/name@2
	Accounts   []DeliveryAccount // at least one, sorted by ID
	Warnings   Problems          // what is allowed and probably not meant, sorted by place
}

// DeliveryAccount is one AWS account that environments are deployed to.
type DeliveryAccount struct {
	ID               string // twelve digits
	Region           string // of the stack that holds the roles; roles themselves have none
	ExistingProvider bool   // the account has GitHub's identity provider already
	Environments     []DeliveryEnvironment
}

// deliveryExample is the file that a project's own delivery.yaml starts from.
const deliveryExample = "delivery.example.yaml"

// LoadDelivery reads and checks a delivery.yaml, also against the environment files in the folder
// environments beside it. A non-nil error is always Problems: all that is wrong with the file.
func LoadDelivery(path string, o Options) (*Delivery, error) {
	if !isFile(path) {
		return nil, Problems{{File: path, Message: "is not there", Hint: "copy " + deliveryExample + " and fill it in"}}
	}
	var written deliveryFile
	c := &deliveryChecker{written: &written, dir: filepath.Join(filepath.Dir(path), "environments"), options: o}
	const compare = "compare with " + deliveryExample
	read, problems := strictyaml.Read(path, &written, c.check, strictyaml.Hints{Empty: compare, Several: compare, Syntax: compare})
	if problems != nil {
		return nil, problems
	}
	delivery := written.checked(c)
	delivery.Warnings = read.Warnings()
	return delivery, nil
}

// checked turns a file without problems into a Delivery.
func (f *deliveryFile) checked(c *deliveryChecker) *Delivery {
	accounts := map[account]*DeliveryAccount{}
	for _, name := range slices.Sorted(maps.Keys(f.Environments)) {
		written := f.Environments[name]
		if accounts[written.Account] == nil {
			accounts[written.Account] = &DeliveryAccount{
				ID:               string(written.Account),
				Region:           string(f.Region),
				ExistingProvider: slices.Contains(f.ExistingProviders, written.Account),
			}
		}
		into := accounts[written.Account]
		into.Environments = append(into.Environments, DeliveryEnvironment{
			Name:              string(name),
			Region:            string(cmp.Or(written.Region, f.Region)),
			GitHubEnvironment: string(written.gitHubEnvironment(name)),
			DriftEnvironment:  string(written.driftEnvironment(name)),
			CustomerKey:       c.customerKeys[name],
			RollbackMinutes:   int(written.RollbackMinutes),
		})
	}
	delivery := &Delivery{Repository: string(f.Repository)}
	for _, id := range slices.Sorted(maps.Keys(accounts)) {
		delivery.Accounts = append(delivery.Accounts, *accounts[id])
	}
	return delivery
}

// Environment is the entry for the environment of that name, by name or by the pattern that it
// fits; nil if there is none.
func (d *Delivery) Environment(name string) *DeliveryEnvironment {
	for _, account := range d.Accounts {
		for _, env := range account.Environments {
			if env.Name == name || namePattern(env.Name).fits(name) && env.Disposable() {
				return &env
			}
		}
	}
	return nil
}

type repository string

func (repository) Text() strictyaml.Text { return repositoryText }

// Owner and name are letters of GitHub's choice; the numbers are those of immutable subjects
// (GitHub changelog of 2026-04-23). A pattern's characters are in none of it, though the condition
// would take them literally.
var repositoryText = strictyaml.Text{
	Noun:    "repository",
	Pattern: strictyaml.Expression(`^[A-Za-z0-9][A-Za-z0-9_-]{0,38}(/[A-Za-z0-9._-]{1,100}|@[1-9][0-9]*/[A-Za-z0-9._-]{1,100}@[1-9][0-9]*)$`),
	Hint:    "owner/name, or owner@<number>/name@<number>",
}

// deliveryChecker holds the rules of a delivery.yaml that one value alone can't break.
type deliveryChecker struct {
	*strictyaml.File
	written      *deliveryFile
	dir          string // of the environment files
	options      Options
	customerKeys map[deliveryName]bool // environments whose secrets have a key of their own
}

func (c *deliveryChecker) check(read *strictyaml.File) {
	c.File = read
	c.customerKeys = map[deliveryName]bool{}
	for _, name := range slices.Sorted(maps.Keys(c.written.Environments)) {
		c.file(name, c.written.Environments[name])
	}
	c.gitHubEnvironments()
	c.roleNames()
	c.providers()
	c.sharedDeployment()
	if c.written.Repository != "" && !strings.Contains(string(c.written.Repository), "@") {
		c.Warn("repository", "is only a name, which someone else can take once it is given up",
			"turn on immutable subjects in the repository's OIDC settings, then write its numbers too")
	}
}

func (c *deliveryChecker) providers() {
	for i, id := range c.written.ExistingProviders {
		used := slices.ContainsFunc(slices.Collect(maps.Values(c.written.Environments)), func(e deliveryEnvironment) bool { return e.Account == id })
		if id != "" && !used {
			c.Report(strictyaml.IndexPath("existingProviders", i), "no environment is in the account "+string(id), "remove it")
		}
	}
}
