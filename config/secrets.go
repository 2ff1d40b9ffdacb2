package config

import (
	"fmt"
	"maps"
	"slices"

	"cognito-m2m/internal/secretlimits"
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
func (graceHours) Number() strictyaml.Number {
	return strictyaml.Number{Max: 24 * secretlimits.MaxRotationDays, OrZero: true}
}

// graceHours refuses a time in which a schedule would rotate: every rotation would fail.
func (c *checker) graceHours() {
	spared := c.written.Secrets.GraceHours
	if spared == nil {
		return
	}
	everyone := c.everyone()
	for _, name := range slices.Sorted(maps.Keys(everyone)) {
		days := int(everyone[name].Rotation.EveryDays)
		if hours := 24 * days; int(*spared) >= hours {
			c.Report("secrets.graceHours", fmt.Sprintf("is %d, and the client %q rotates every %d days: every rotation would fail", *spared, name, days),
				fmt.Sprintf("write less than %d", hours))
			return
		}
	}
}
