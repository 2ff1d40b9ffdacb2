package config

import (
	"cmp"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"cognito-m2m/naming"
)

// deliveryExample is the file that a project's own delivery.yaml starts from.
const deliveryExample = "delivery.example.yaml"

// Delivery is a checked delivery.yaml: from which repository, into which accounts, the environments are deployed.
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

// DeliveryEnvironment is one environment, or all disposable ones that a pattern stands for.
type DeliveryEnvironment struct {
	Name              string // "dev", or the pattern "pr-*"
	Region            string // AWS Region
	GitHubEnvironment string // its jobs may deploy and verify
	DriftEnvironment  string // its jobs may look for drift; empty for disposable environments
	CustomerKey       bool   // the secrets have a key of their own
	RollbackMinutes   int    // a deployment watches an alarm for so long; 0: none
}

// LoadDelivery reads and checks a delivery.yaml, also against the environment files in the folder environments beside
// it. A non-nil error is always Problems: all that is wrong with the file.
func LoadDelivery(path string, o Options) (*Delivery, error) {
	if !isFile(path) {
		return nil, Problems{{File: path, Message: "is not there", Hint: "copy " + deliveryExample + " and fill it in"}}
	}
	root, problem := parseFile(path)
	if problem != nil {
		problem.Hint = "compare with " + deliveryExample
		return nil, Problems{*problem}
	}
	r := newReader(path, root)
	var written deliveryFile
	r.value("", root, reflect.ValueOf(&written).Elem(), "")
	c := &deliveryChecker{reader: r, written: &written, dir: filepath.Join(filepath.Dir(path), "environments"), options: o}
	if !r.exhausted() {
		c.check()
	}
	if len(r.problems) > 0 {
		return nil, r.counted().sorted()
	}
	delivery := written.delivery(c.customerKeys)
	delivery.Warnings = c.warnings.sorted()
	return delivery, nil
}

// delivery turns a file without problems into a Delivery.
func (f *deliveryFile) delivery(customerKeys map[deliveryName]bool) *Delivery {
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
			CustomerKey:       customerKeys[name],
			RollbackMinutes:   int(written.RollbackMinutes),
		})
	}
	delivery := &Delivery{Repository: string(f.Repository)}
	for _, id := range slices.Sorted(maps.Keys(accounts)) {
		delivery.Accounts = append(delivery.Accounts, *accounts[id])
	}
	return delivery
}

// Environment is the entry for the environment of that name, by name or by the pattern that it fits; nil if there is none.
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

// gitHubEnvironment is the one that is written, else the environment's own name, which a pattern can't be.
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

func (n deliveryName) isPattern() bool { return strings.HasSuffix(string(n), anything) }

// Disposable tells whether the name is the pattern of disposable environments.
func (e DeliveryEnvironment) Disposable() bool { return deliveryName(e.Name).isPattern() }

// RoleName is the name of a role for the environment: "m2m-dev-deploy", and "m2m-pr-deploy" for the pattern pr-*.
func (e DeliveryEnvironment) RoleName(purpose string) string {
	return naming.Environment(strings.TrimSuffix(e.Name, "-"+anything)) + "-" + purpose
}
