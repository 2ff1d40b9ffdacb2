package config

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"cognito-m2m/internal/strictyaml"
)

// One environment of the system, deployed as two stacks, m2m-dev-Identity and m2m-dev-Api for the environment dev, and one more for each group of clients.
type file struct {
	// Name of the environment. Equal to the file's name without .yaml.
	Name environmentName `yaml:"name" jsonschema:"example=dev" hint:"write the file's name without .yaml" unless:"match"`
	// Instead of name: the file describes every environment whose name matches. Each is a disposable copy that is made on request (-c env=pr-123) and is not part of a synth of all environments. A file with the exact name takes precedence.
	Match namePattern `yaml:"match,omitempty" jsonschema:"example=pr-*"`
	// AWS Region. Left out, the stacks deploy to whatever Region the caller uses.
	Region region `yaml:"region,omitempty" jsonschema:"example=ap-northeast-1"`
	// AWS account, twelve digits in quotes. Left out, the stacks deploy to whatever account the caller uses.
	Account account `yaml:"account,omitempty" jsonschema:"example=123456789012"`
	// Tags of all its stacks, which CloudFormation puts on everything in them that can have tags. At most 48.
	Tags tags `yaml:"tags,omitempty"`
	// The user pool and its domain.
	Identity identity `yaml:"identity,omitempty"`
	// The APIs that clients get scopes for.
	ResourceServers resourceServers `yaml:"resourceServers" hint:"add one, for example {identifier: orders, scopes: {read: Read orders}}"`
	// App clients by name, one per calling system. Renaming one makes a new client with a new id and a new secret.
	Clients clients `yaml:"clients" hint:"add one, for example reader: {scopes: [orders/read]}"`
	// The secrets in Secrets Manager that hold the clients' credentials.
	Secrets secrets `yaml:"secrets,omitempty"`
	// The function that rotates the secrets of all clients.
	Rotation rotationFunction `yaml:"rotation,omitempty"`
	// The HTTP API in front of the functions.
	API api `yaml:"api" hint:"add it with at least one route"`
	// Settings of the functions behind the API, by name. A function without any has the defaults.
	Functions functions `yaml:"functions,omitempty"`
	// The log groups of the API and of all functions.
	Logs logs `yaml:"logs,omitempty"`
	// Who is notified of an alarm, and what raises one.
	Alarms alarms `yaml:"alarms,omitempty"`
	// A CloudWatch dashboard m2m-<name>: calls, errors and latency by route and by client, refused calls, functions, rotation. What it costs is in docs/costs.md.
	Dashboard bool `yaml:"dashboard,omitempty" jsonschema:"default=false"`
	// Trace a sample of the invocations of all functions with X-Ray. HTTP APIs themselves can't be traced.
	Tracing bool `yaml:"tracing,omitempty" jsonschema:"default=false"`
}

// Environment is one checked environment file with its defaults filled in. Its slices are sorted,
// so the order of keys and lists in the file never reaches a template.
type Environment struct {
	Name            string           // 2 to 20 lower-case letters, digits and hyphens; equal to the file's name
	Region          string           // AWS Region; empty: stacks are environment-agnostic
	Account         string           // twelve digits; empty: stacks are environment-agnostic
	Identity        Identity         // the user pool
	ResourceServers []ResourceServer // at least one, sorted by Identifier
	Clients         []Client         // those of the Api stack, at least one, sorted by Name
	Groups          []Group          // clients with a stack of their own, sorted by Name
	Secrets         Secrets          // the secrets that hold the clients' credentials
	Rotation        RotationFunction // the function that rotates the secrets
	API             API              // the HTTP API
	Functions       []Function       // those that routes name, sorted by Name
	Logs            Logs             // the log groups
	Alarms          Alarms           // who hears of an alarm, and what raises one
	Dashboard       bool             // there is a dashboard
	Tracing         bool             // X-Ray traces a sample of all functions' invocations
	Tags            []Tag            // of all stacks, sorted by Key
	Disposable      bool             // made from a file with match: a copy that is made and removed again
	Expires         string           // the day, as 2026-12-31, after which a disposable environment may be removed; empty: not said
	Warnings        Problems         // what is allowed and probably not meant, sorted by place
}

// checked turns a file without problems into an Environment: everything sorted, and in Go's own
// types.
func (f *file) checked() *Environment {
	return &Environment{
		Name:            string(f.Name),
		Region:          string(f.Region),
		Account:         string(f.Account),
		Identity:        f.Identity.checked(),
		ResourceServers: f.ResourceServers.checked(),
		Clients:         f.Clients.checked(),
		Secrets:         f.Secrets.checked(),
		Rotation:        f.Rotation.checked(),
		API:             f.API.checked(),
		Functions:       f.Functions.checked(f.API.Routes.functions()),
		Logs:            f.Logs.checked(),
		Alarms:          f.Alarms.checked(),
		Dashboard:       f.Dashboard,
		Tracing:         f.Tracing,
		Tags:            f.Tags.checked(),
		Disposable:      f.Match != "",
	}
}

// checker holds the rules that one value alone can't break. It looks at what was read of a file.
// Values that were refused are zero or have their default, and every rule passes over those.
type checker struct {
	*strictyaml.File
	written   *file
	lambdaDir string
	scopes    scopes
	names     map[string]namedClient // by name without hyphens
	readers   map[roleARN]bool

	groups        []group
	inGroups      Problems // of the groups' files
	groupWarnings Problems
}

func newChecker(read *strictyaml.File, written *file, lambdaDir string) *checker {
	return &checker{
		File: read, written: written, lambdaDir: lambdaDir, scopes: written.scopes(read.Partly),
		names: map[string]namedClient{}, readers: map[roleARN]bool{},
	}
}

func (c *checker) check() {
	c.name()
	c.disposable()
	c.production()
	c.derivedDomain()
	c.issuer()
	c.resourceServers()
	c.checkClients(c.written.Clients)
	c.readGroups()
	c.allReaders()
	c.allClients()
	c.authorizer()
	c.apiResources()
	c.graceHours()
	c.tokenDomain()
	c.apiDomain()
	c.cors()
	c.routes()
	c.functions()
	c.tags()
	c.alarms()
}

// environmentNameForm: at least two characters, because a CDK stage name has them; at most 20 keeps
// the derived domain prefix short.
const environmentNameForm = `[a-z][a-z0-9-]{0,18}[a-z0-9]`

type environmentName string

func (environmentName) Text() strictyaml.Text { return environmentNameText }

var environmentNameText = strictyaml.Text{
	Noun:    "environment name",
	Pattern: strictyaml.Expression(`^` + environmentNameForm + `$`),
	Hint:    "2 to 20 lower-case letters, digits and hyphens, a letter first, no hyphen last",
}

// regionForm is the form of a Region's name, in ARNs too.
const regionForm = `[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}`

type region string

func (region) Text() strictyaml.Text { return regionText }

var regionText = strictyaml.Text{
	Noun:    "Region",
	Pattern: strictyaml.Expression(`^` + regionForm + `$`),
	Hint:    "for example ap-northeast-1",
}

type account string

func (account) Text() strictyaml.Text { return accountText }

var accountText = strictyaml.Text{
	Noun:    "account",
	Pattern: strictyaml.Expression(`^[0-9]{12}$`),
	Hint:    "twelve digits",
}

// name holds file name and name together, because commands find an environment by either.
func (c *checker) name() {
	name := string(c.written.Name)
	stem := strings.TrimSuffix(filepath.Base(c.Path), filepath.Ext(c.Path))
	if name != "" && name != stem && c.written.Match == "" {
		c.Report("name", fmt.Sprintf("%s is not the file's name %s", strictyaml.Quote(name), strictyaml.Quote(stem)), "rename one of them")
	}
}

// duration is a time as it is written, and 0 for an empty one.
func duration[T ~string](written T) time.Duration {
	d, err := time.ParseDuration(string(written))
	if err != nil {
		return 0 // the reader lets nothing else through
	}
	return d
}

// sortedStrings leaves out what the reader refused.
func sortedStrings[S ~[]E, E ~string](values S) []string {
	var sorted []string
	for _, value := range values {
		if value != "" {
			sorted = append(sorted, string(value))
		}
	}
	slices.Sort(sorted)
	return sorted
}
