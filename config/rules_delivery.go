package config

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// deliveryChecker holds the rules of a delivery.yaml that one value alone can't break.
type deliveryChecker struct {
	*reader
	written      *deliveryFile
	dir          string // of the environment files
	options      Options
	customerKeys map[deliveryName]bool // environments whose secrets have a key of their own
	warnings     Problems
}

func (c *deliveryChecker) check() {
	c.customerKeys = map[deliveryName]bool{}
	for _, name := range slices.Sorted(maps.Keys(c.written.Environments)) {
		c.file(name, c.written.Environments[name])
	}
	c.gitHubEnvironments()
	c.roleNames()
	c.providers()
	c.sharedDeployment()
	if c.written.Repository != "" && !strings.Contains(string(c.written.Repository), "@") {
		c.warn("repository", "is only a name, which someone else can take once it is given up",
			"turn on immutable subjects in the repository's OIDC settings, then write its numbers too")
	}
}

func (c *deliveryChecker) warn(path, message, hint string) {
	c.warnings = append(c.warnings, c.problem(path, message, hint))
}

// file holds an entry against the environment's own file: it must exist, and say no other account or Region.
func (c *deliveryChecker) file(name deliveryName, written deliveryEnvironment) {
	path, asked := keyPath("environments", string(name)), string(name)
	if name.isPattern() {
		asked = string(namePattern(name).example())
	}
	env, err := LoadNamed(c.dir, asked, c.options)
	if problems, ok := errors.AsType[Problems](err); ok {
		for _, problem := range problems {
			if problem.File == c.dir { // no such environment; what is wrong inside a file is told as it is
				c.report(path, problem.Message, problem.Hint)
			} else {
				c.add(problem)
			}
		}
		return
	}
	if env.Account != "" && written.Account != "" && env.Account != string(written.Account) {
		c.report(path+".account", "is not the account in the environment's own file", "there it is "+env.Account)
	}
	if at := cmp.Or(written.Region, c.written.Region); env.Region != "" && at != "" && env.Region != string(at) {
		c.report(path+".region", fmt.Sprintf("%s is not the Region in the environment's own file", at), "there it is "+env.Region)
	}
	c.customerKeys[name] = env.Secrets.CustomerKey
}

// gitHubEnvironments refuses one that stands for two things: its jobs could do both. GitHub does not tell capitals apart.
func (c *deliveryChecker) gitHubEnvironments() {
	taken := map[string]deliveryName{}
	for _, name := range slices.Sorted(maps.Keys(c.written.Environments)) {
		written := c.written.Environments[name]
		for _, of := range []gitHubEnvironment{written.gitHubEnvironment(name), written.driftEnvironment(name)} {
			key := strings.ToLower(string(of))
			if other, ok := taken[key]; ok && of != "" {
				c.report(keyPath("environments", string(name))+".githubEnvironment",
					fmt.Sprintf("the GitHub environment %s is one of %s too, whose jobs could deploy this", quote(string(of)), quote(string(other))),
					"give each one of its own")
				break // the other would be told in the same words
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
			c.report(keyPath("environments", string(name)), "would have roles of the same names as "+quote(string(bare)), "rename one of them")
		}
	}
}

func (c *deliveryChecker) providers() {
	for i, id := range c.written.ExistingProviders {
		used := slices.ContainsFunc(slices.Collect(maps.Values(c.written.Environments)), func(e deliveryEnvironment) bool { return e.Account == id })
		if id != "" && !used {
			c.report(indexPath("existingProviders", i), "no environment is in the account "+string(id), "remove it")
		}
	}
}

// sharedDeployment warns where production can be deployed by everyone who may deploy something else, and where anything can
// by everyone who may push a branch, whose code a pattern's jobs run: the roles of `cdk bootstrap` are one set for an account
// and Region.
func (c *deliveryChecker) sharedDeployment() {
	names := slices.Sorted(maps.Keys(c.written.Environments))
	for _, name := range names {
		path, production := keyPath("environments", string(name))+".account", isProduction(environmentName(name))
		for _, other := range names {
			switch {
			case other == name || !c.sameRoles(name, other):
			case production:
				c.warn(path, fmt.Sprintf("everyone who may deploy %s may deploy this too: they share the roles of cdk bootstrap", quote(string(other))),
					"give production an account of its own")
			case name.isPattern() && !isProduction(environmentName(other)): // or it is told there
				c.warn(path, fmt.Sprintf("everyone who may push a branch may deploy %s without its reviewers: they share the roles of cdk bootstrap", quote(string(other))),
					"give previews an account that holds nothing else")
			}
		}
	}
}

// sameRoles tells whether two environments are deployed with the same bootstrap roles.
func (c *deliveryChecker) sameRoles(a, b deliveryName) bool {
	one, other := c.written.Environments[a], c.written.Environments[b]
	return one.Account == other.Account && cmp.Or(one.Region, c.written.Region) == cmp.Or(other.Region, c.written.Region)
}
