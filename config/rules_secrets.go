package config

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// maxReaders is how many roles the policy of the customer managed key can name: each stands there once, beside its
// account, and 48 of the longest ARNs leave room in the 32 KB that a key policy may have (KMS guide, "Resource quotas").
const maxReaders = 48

// maxRoleARN is the length of the longest ARN: arn:aws-us-gov:iam::<account>:role/ with a path of 512 characters and a
// name of 64, which share a "/".
const maxRoleARN = len("arn:aws-us-gov:iam::123456789012:role") + 512 + 64

// secretReaders: a secret under the AWS managed key can't be read from another account (Secrets Manager guide, "Access
// from a different account"), and in its own account a role is allowed to read in its own policy.
func (c *checker) secretReaders() {
	readers := map[roleARN]bool{}
	for _, name := range slices.Sorted(maps.Keys(c.written.Clients)) {
		path := keyPath("clients", string(name)) + ".secretReaders"
		written := c.written.Clients[name].SecretReaders
		if len(written) > 0 && !c.written.Secrets.CustomerKey {
			c.report(path, "need a customer managed key: the AWS managed key lets no other account read a secret",
				"write secrets: {customerKey: true}")
		}
		for i, reader := range written {
			if reader == "" { // refused, and told so
				continue
			}
			readers[reader] = true
			if reader.account() == c.written.Account {
				c.report(indexPath(path, i), "is a role of the environment's own account",
					"allow it secretsmanager:GetSecretValue in a policy of its own")
			}
		}
	}
	if len(readers) > maxReaders {
		c.report("clients", fmt.Sprintf("name %d secretReaders in all, at most %d are allowed", len(readers), maxReaders),
			"KMS's limit for a key policy")
	}
}

// graceHours refuses a time in which a schedule would rotate: every rotation would fail.
func (c *checker) graceHours() {
	spared := c.written.Secrets.GraceHours
	if spared == nil {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(c.written.Clients)) {
		days := cmp.Or(int(c.written.Clients[name].Rotation.EveryDays), defaultRotationDays)
		if hours := 24 * days; int(*spared) >= hours {
			c.report("secrets.graceHours", fmt.Sprintf("is %d, and the client %q rotates every %d days: every rotation would fail", *spared, name, days),
				fmt.Sprintf("write less than %d", hours))
			return
		}
	}
}

func (a roleARN) account() account {
	return account(strings.Split(string(a), ":")[4])
}
