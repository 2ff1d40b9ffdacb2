package config

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"cognito-m2m/internal/strictyaml"
	"cognito-m2m/naming"
)

// The environments that are deployed from the repository, by name or pattern.
type deliveryEnvironments map[deliveryName]deliveryEnvironment

// Count is only that there is one: an account has room for 1,000 roles and an environment takes
// three.
func (deliveryEnvironments) Count() strictyaml.Count {
	return strictyaml.Count{Min: 1, Max: 100, Of: "environments", Why: "they take three roles each"}
}

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

// DeliveryEnvironment is one environment, or all disposable ones that a pattern stands for.
type DeliveryEnvironment struct {
	Name              string // "dev", or the pattern "pr-*"
	Region            string // AWS Region
	GitHubEnvironment string // its jobs may deploy and verify
	DriftEnvironment  string // its jobs may look for drift; empty for disposable environments
	CustomerKey       bool   // the secrets have a key of their own
	RollbackMinutes   int    // a deployment watches an alarm for so long; 0: none
}

// Disposable says whether the name is the pattern of disposable environments.
func (e DeliveryEnvironment) Disposable() bool { return deliveryName(e.Name).isPattern() }

// RoleName is the name of a role for the environment: "m2m-dev-deploy", and "m2m-pr-deploy" for the
// pattern pr-*.
func (e DeliveryEnvironment) RoleName(purpose string) string {
	return naming.Environment(strings.TrimSuffix(e.Name, "-"+anything)) + "-" + purpose
}

type deliveryName string

func (deliveryName) Text() strictyaml.Text { return deliveryNameText }

var deliveryNameText = strictyaml.Text{
	Noun:    "environment name",
	Pattern: strictyaml.Expression(`^(` + environmentNameForm + `|` + namePatternForm + `)$`),
	Hint:    "as in environments/, or a pattern such as pr-*",
}

func (n deliveryName) isPattern() bool { return strings.HasSuffix(string(n), anything) }

type gitHubEnvironment string

func (gitHubEnvironment) Text() strictyaml.Text { return gitHubEnvironmentText }

// GitHub allows more, but writes some of it in another way into a token's subject.
var gitHubEnvironmentText = strictyaml.Text{
	Noun:    "GitHub environment",
	Pattern: strictyaml.Expression(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$`),
	Hint:    "1 to 100 letters, digits and _ . -",
}

// gitHubEnvironment is the one that is written, else the environment's own name, which a pattern
// can't be.
func (e deliveryEnvironment) gitHubEnvironment(name deliveryName) gitHubEnvironment {
	if e.GitHubEnvironment == "" && name.isPattern() {
		return "preview"
	}
	return cmp.Or(e.GitHubEnvironment, gitHubEnvironment(name))
}

// driftEnvironment has a name of its own because no one approves a job at night.
func (e deliveryEnvironment) driftEnvironment(name deliveryName) gitHubEnvironment {
	if name.isPattern() {
		return ""
	}
	return e.gitHubEnvironment(name) + "-drift"
}

type rollbackMinutes int

// Number leaves a job of 55 minutes time to deploy and to verify.
func (rollbackMinutes) Number() strictyaml.Number { return strictyaml.Number{Min: 1, Max: 20} }

// file holds an entry against the environment's own file: it must exist, and say no other account
// or Region.
func (c *deliveryChecker) file(name deliveryName, written deliveryEnvironment) {
	path, asked := strictyaml.KeyPath("environments", name), string(name)
	if name.isPattern() {
		asked = string(namePattern(name).example())
	}
	env, err := LoadNamed(c.dir, asked, c.options)
	if problems, ok := errors.AsType[Problems](err); ok {
		for _, problem := range problems {
			if problem.File == c.dir { // no such environment; what is wrong inside a file is reported as it is
				c.Report(path, problem.Message, problem.Hint)
			} else {
				c.Add(problem)
			}
		}
		return
	}
	if env.Account != "" && written.Account != "" && env.Account != string(written.Account) {
		c.Report(path+".account", "is not the account in the environment's own file", "there it is "+env.Account)
	}
	if at := cmp.Or(written.Region, c.written.Region); env.Region != "" && at != "" && env.Region != string(at) {
		c.Report(path+".region", fmt.Sprintf("%s is not the Region in the environment's own file", at), "there it is "+env.Region)
	}
	c.customerKeys[name] = env.Secrets.CustomerKey
}

// gitHubEnvironments refuses one that stands for two things: its jobs could do both. GitHub takes
// capitals and small letters for the same.
func (c *deliveryChecker) gitHubEnvironments() {
	taken := map[string]deliveryName{}
	for _, name := range slices.Sorted(maps.Keys(c.written.Environments)) {
		written := c.written.Environments[name]
		for _, of := range []gitHubEnvironment{written.gitHubEnvironment(name), written.driftEnvironment(name)} {
			key := strings.ToLower(string(of))
			if other, ok := taken[key]; ok && of != "" {
				c.Report(strictyaml.KeyPath("environments", name)+".githubEnvironment",
					fmt.Sprintf("the GitHub environment %s is one of %s too, whose jobs could deploy this", strictyaml.Quote(of), strictyaml.Quote(other)),
					"give each one of its own")
				break // the other problem would have the same words
			}
			taken[key] = name
		}
	}
}

// roleNames refuses a name and a pattern whose roles would be called alike: pr and pr-*.
func (c *deliveryChecker) roleNames() {
	for name := range c.written.Environments {
		bare := deliveryName(strings.TrimSuffix(string(name), "-"+anything))
		if _, ok := c.written.Environments[bare]; ok && bare != name {
			c.Report(strictyaml.KeyPath("environments", name), "would have roles of the same names as "+strictyaml.Quote(bare), "rename one of them")
		}
	}
}

// sharedDeployment warns where production can be deployed by everyone who may deploy something
// else, and where anything can by everyone who may push a branch, whose code a pattern's jobs run:
// the roles of `cdk bootstrap` are one set for an account and Region.
func (c *deliveryChecker) sharedDeployment() {
	names := slices.Sorted(maps.Keys(c.written.Environments))
	for _, name := range names {
		path, production := strictyaml.KeyPath("environments", name)+".account", isProduction(environmentName(name))
		for _, other := range names {
			switch {
			case other == name || !c.sameRoles(name, other):
			case production:
				c.Warn(path, fmt.Sprintf("everyone who may deploy %s may deploy this too: they share the roles of cdk bootstrap", strictyaml.Quote(other)),
					"give production an account of its own")
			case name.isPattern() && !isProduction(environmentName(other)): // or it is reported there
				c.Warn(path, fmt.Sprintf("everyone who may push a branch may deploy %s without its reviewers: they share the roles of cdk bootstrap", strictyaml.Quote(other)),
					"give previews an account that holds nothing else")
			}
		}
	}
}

// sameRoles says whether two environments are deployed with the same bootstrap roles.
func (c *deliveryChecker) sameRoles(a, b deliveryName) bool {
	one, other := c.written.Environments[a], c.written.Environments[b]
	return one.Account == other.Account && cmp.Or(one.Region, c.written.Region) == cmp.Or(other.Region, c.written.Region)
}
