package config

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"cognito-m2m/internal/strictyaml"
)

// The secrets in Secrets Manager that hold the clients' credentials.
type secrets struct {
	// Encrypt them with a KMS key of this environment. Only such a secret can be read from another account.
	CustomerKey bool `yaml:"customerKey,omitempty" jsonschema:"default=false"`
	// Hours for which a rotation spares a secret after it was replaced, for callers that have not read the new one yet; within them the next rotation fails instead. 0 spares none. Left out, 24 hours or half of the client's everyDays, whichever is less.
	GraceHours *graceHours `yaml:"graceHours,omitempty" jsonschema:"example=72"`
}

// Secrets is what an environment says about the secrets of all its clients.
type Secrets struct {
	CustomerKey bool // they are encrypted with a KMS key of this environment, not with the AWS managed one
	GraceHours  *int // for which a rotation spares a secret that was replaced; nil: 24 or half of EveryDays, whichever is less
}

func (s secrets) checked() Secrets {
	return Secrets{CustomerKey: s.CustomerKey, GraceHours: (*int)(s.GraceHours)}
}

type graceHours int

// Number ends with the longest schedule; see checker.graceHours.
func (graceHours) Number() strictyaml.Number { return strictyaml.Number{Max: 24 * 1000, OrZero: true} }

// graceHours refuses a time in which a schedule would rotate: every rotation would fail.
func (c *checker) graceHours() {
	spared := c.written.Secrets.GraceHours
	if spared == nil {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(c.written.Clients)) {
		days := int(c.written.Clients[name].Rotation.EveryDays)
		if hours := 24 * days; int(*spared) >= hours {
			c.Report("secrets.graceHours", fmt.Sprintf("is %d, and the client %q rotates every %d days: every rotation would fail", *spared, name, days),
				fmt.Sprintf("write less than %d", hours))
			return
		}
	}
}

// Roles of other accounts that may read a client's secret.
type secretReaders []roleARN

// 30 of the longest ARNs fit into the 20,480 characters of PutResourcePolicy.
func (secretReaders) Count() strictyaml.Count {
	return strictyaml.Count{Max: 30, Of: "readers", Why: "Secrets Manager's limit for a resource policy"}
}

// maxReaders is how many roles the policy of the customer managed key can name: each stands there once, beside its
// account, and 48 of the longest ARNs leave room in the 32 KB that a key policy may have (KMS guide, "Resource quotas").
const maxReaders = 48

// maxRoleARN is the length of the longest ARN: arn:aws-us-gov:iam::<account>:role/ with a path of 512 characters and a
// name of 64, which share a "/".
const maxRoleARN = len("arn:aws-us-gov:iam::123456789012:role") + 512 + 64

type roleARN string

func (roleARN) Text() strictyaml.Text { return roleARNText }

// An ARN in a policy stands for itself, so none of the characters of a pattern is in it. The longest has a path of
// 512 characters and a name of 64 (IAM API reference, CreateRole).
var roleARNText = strictyaml.Text{
	Noun:      "role ARN",
	Pattern:   regexp.MustCompile(`^arn:aws(-[a-z]+)*:iam::[0-9]{12}:role/([A-Za-z0-9_+=,.@-]+/)*[A-Za-z0-9_+=,.@-]{1,64}$`),
	MaxLength: maxRoleARN,
	Hint:      "arn:aws:iam::<account>:role/<path and name>",
}

func (a roleARN) account() account {
	return account(strings.Split(string(a), ":")[4])
}

// secretReaders: a secret under the AWS managed key can't be read from another account (Secrets Manager guide, "Access
// from a different account"), and in its own account a role is allowed to read in its own policy.
func (c *checker) secretReaders() {
	readers := map[roleARN]bool{}
	for _, name := range slices.Sorted(maps.Keys(c.written.Clients)) {
		path := strictyaml.KeyPath("clients", string(name)) + ".secretReaders"
		written := c.written.Clients[name].SecretReaders
		if len(written) > 0 && !c.written.Secrets.CustomerKey {
			c.Report(path, "need a customer managed key: the AWS managed key lets no other account read a secret",
				"write secrets: {customerKey: true}")
		}
		for i, reader := range written {
			if reader == "" { // refused, and told so
				continue
			}
			readers[reader] = true
			if reader.account() == c.written.Account {
				c.Report(strictyaml.IndexPath(path, i), "is a role of the environment's own account",
					"allow it secretsmanager:GetSecretValue in a policy of its own")
			}
		}
	}
	if len(readers) > maxReaders {
		c.Report("clients", fmt.Sprintf("name %d secretReaders in all, at most %d are allowed", len(readers), maxReaders),
			"KMS's limit for a key policy")
	}
}
