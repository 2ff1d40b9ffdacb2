package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"cognito-m2m/internal/secretlimits"
	"cognito-m2m/internal/strictyaml"
	"cognito-m2m/internal/userpool"
	"cognito-m2m/naming"
)

// App clients by name. The JWT authorizer accepts at most 50.
type clients map[clientName]client

// maxAPIClients leaves the Api stack room for 50 resources beside its clients.
const maxAPIClients = 150

func (clients) Count() strictyaml.Count {
	return strictyaml.Count{
		Min: 1, Max: maxAPIClients, Of: "clients",
		Why: "50 with the JWT authorizer; api: {authorizer: function} takes 150 here, and more in groups, which are files of environments/<name>/",
	}
}

// One app client: a confidential client that may use the client credentials grant and nothing else.
type client struct {
	// Scopes the client can ask for, as identifier/name; at most 50.
	Scopes clientScopes `yaml:"scopes" hint:"add at least one; Cognito answers invalid_scope to a client without scopes"`
	// How long an access token is valid, in whole minutes from 5m to 24h.
	AccessTokenValidity validity `yaml:"accessTokenValidity,omitempty" jsonschema:"default=60m,example=30m,example=1h,example=1h30m"` // the default is Cognito's own
	// Rotation of the client's secret. A change of it rotates at once.
	Rotation rotation `yaml:"rotation,omitempty"`
	// Roles of other accounts that may read the client's secret, as ARNs; at most 30. They need not exist yet, and need secrets.customerKey.
	SecretReaders secretReaders `yaml:"secretReaders,omitempty"`
}

// Scopes a client can ask for.
type clientScopes []scopeRef

func (clientScopes) Count() strictyaml.Count {
	return strictyaml.Count{Min: 1, Max: 50, Of: "scopes", Why: "Cognito's limit for an app client"}
}

// Rotation of a client's secret.
type rotation struct {
	// Days between two rotations, 1 to 1000.
	EveryDays rotationDays `yaml:"everyDays" jsonschema:"default=30,example=7"`
}

// Client is one app client, which stands for one calling system.
type Client struct {
	Name                string        // unique, also after its hyphens are removed
	Scopes              []string      // at least one, as "identifier/name", sorted
	AccessTokenValidity time.Duration // whole minutes, 5 minutes to 24 hours
	Rotation            Rotation      // of the client's secret
	SecretReaders       []string      // ARNs of roles in other accounts that may read the client's secret, sorted
}

// Rotation is when a client's secret is replaced by a new one.
type Rotation struct {
	EveryDays int // 1 to 1000
}

func (written clients) checked() []Client {
	sorted := make([]Client, 0, len(written))
	for _, name := range slices.Sorted(maps.Keys(written)) {
		w := written[name]
		sorted = append(sorted, Client{
			Name:                string(name),
			Scopes:              sortedStrings(w.Scopes),
			AccessTokenValidity: duration(w.AccessTokenValidity),
			Rotation:            Rotation{EveryDays: int(w.Rotation.EveryDays)},
			SecretReaders:       sortedStrings(w.SecretReaders),
		})
	}
	return sorted
}

type clientName string

func (clientName) Text() strictyaml.Text { return clientNameText }

var clientNameText = strictyaml.Text{
	Noun:    "client name",
	Pattern: strictyaml.Expression("^" + naming.ClientPattern + "$"),
	Hint:    "1 to 31 lower-case letters, digits and hyphens, a letter first",
}

type validity string

func (validity) Text() strictyaml.Text { return validityText }

var validityText = strictyaml.Text{
	Noun:    "token validity",
	Pattern: strictyaml.Expression(`^([1-9][0-9]{0,3}h|([1-9][0-9]{0,3}h)?[1-9][0-9]{0,3}m)$`),
	Hint:    "hours and whole minutes: 30m, 1h, 1h30m",
}

type rotationDays int

// Number is Secrets Manager's range for RotationRules.AutomaticallyAfterDays.
func (rotationDays) Number() strictyaml.Number {
	return strictyaml.Number{Max: secretlimits.MaxRotationDays}
}

// namedClient is a client that was read, and the file that it is in.
type namedClient struct {
	name clientName
	file string
}

// checkClients looks at the clients of one file, and at their names beside those of the files that
// were read before.
func (c *checker) checkClients(written map[clientName]client) {
	for _, name := range slices.Sorted(maps.Keys(written)) {
		path, client := strictyaml.KeyPath("clients", name), written[name]
		c.uniqueName(path, name)
		c.declared(path+".scopes", client.Scopes)
		for _, scope := range client.Scopes {
			c.scopes.granted[scope] = true
		}
		c.validity(path+".accessTokenValidity", client.AccessTokenValidity)
		c.secretReaders(path+".secretReaders", client.SecretReaders)
	}
}

// uniqueName holds names of all files apart: a secret and an output are called after the client.
func (c *checker) uniqueName(path string, name clientName) {
	bare := strings.ReplaceAll(string(name), "-", "")
	earlier, taken := c.names[bare]
	switch {
	case !taken:
		c.names[bare] = namedClient{name, c.Path}
	case earlier.file != c.Path && earlier.name == name:
		c.Report(path, "is already a client in "+earlier.file, "remove one of them")
	case earlier.file != c.Path:
		c.Report(path, fmt.Sprintf("is the same name as %q in %s once hyphens are removed", earlier.name, earlier.file), "too alike to tell apart; rename one")
	default:
		c.Report(path, fmt.Sprintf("is the same name as %q once hyphens are removed", earlier.name),
			"too alike to tell apart in stack outputs; rename one")
	}
}

// usualQuota is how many app clients a user pool may have, unless AWS has raised it (Cognito guide,
// "Quotas").
const usualQuota = 1000

func (c *checker) allClients() {
	if n := len(c.everyone()); n > usualQuota {
		c.Warn("clients", fmt.Sprintf("are %d with those of all groups, and a user pool may have %d app clients", n, usualQuota),
			"ask AWS to raise the quota first; it goes up to 10000")
	}
}

// validity checks Cognito's range for access tokens (Cognito guide, "Understanding the access
// token").
func (c *checker) validity(path string, written validity) {
	if written == "" {
		return
	}
	if d := duration(written); d < userpool.ShortestValidity || d > userpool.LongestValidity {
		c.Report(path, strictyaml.Quote(written)+" is outside 5m to 24h", "Cognito's range for access tokens")
	}
}

// Roles of other accounts that may read a client's secret.
type secretReaders []roleARN

// 30 of the longest ARNs fit into the 20,480 characters of PutResourcePolicy.
func (secretReaders) Count() strictyaml.Count {
	return strictyaml.Count{Max: 30, Of: "readers", Why: "Secrets Manager's limit for a resource policy"}
}

// maxReaders is how many roles the policy of the customer managed key can name: each stands there
// once, beside its account, and 48 of the longest ARNs leave room in the 32 KB that a key policy
// may have (KMS guide, "Resource quotas").
const maxReaders = 48

// maxRoleARN is the length of the longest ARN: arn:aws-us-gov:iam::<account>:role/ with a path of
// 512 characters and a name of 64, which share a "/".
const maxRoleARN = len("arn:aws-us-gov:iam::123456789012:role") + 512 + 64

type roleARN string

func (roleARN) Text() strictyaml.Text { return roleARNText }

// An ARN in a policy stands for itself, so none of the characters of a pattern is in it. The
// longest has a path of 512 characters and a name of 64 (IAM API reference, CreateRole).
var roleARNText = strictyaml.Text{
	Noun:      "role ARN",
	Pattern:   strictyaml.Expression(`^arn:aws(-[a-z]+)*:iam::[0-9]{12}:role/([A-Za-z0-9_+=,.@-]+/)*[A-Za-z0-9_+=,.@-]{1,64}$`),
	MaxLength: maxRoleARN,
	Hint:      "arn:aws:iam::<account>:role/<path and name>",
}

func (a roleARN) account() account {
	return account(strings.Split(string(a), ":")[4])
}

// secretReaders: a secret under the AWS managed key can't be read from another account (Secrets
// Manager guide, "Access from a different account"), and in its own account a role is allowed to
// read in its own policy.
func (c *checker) secretReaders(path string, written secretReaders) {
	if len(written) > 0 && !c.written.Secrets.CustomerKey {
		c.Report(path, "need a customer managed key: the AWS managed key lets no other account read a secret",
			"write secrets: {customerKey: true}")
	}
	for i, reader := range written {
		if reader == "" { // refused, and reported
			continue
		}
		c.readers[reader] = true
		if reader.account() == c.written.Account {
			c.Report(strictyaml.IndexPath(path, i), "is a role of the environment's own account",
				"allow it secretsmanager:GetSecretValue in a policy of its own")
		}
	}
}

func (c *checker) allReaders() {
	if len(c.readers) > maxReaders {
		c.Report("clients", fmt.Sprintf("name %d secretReaders in all, at most %d are allowed", len(c.readers), maxReaders),
			"KMS's limit for a key policy")
	}
}
