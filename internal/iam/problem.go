package iam

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/policy"
)

// place is where a document stands.
type place struct {
	assembly.Resource

	property string
}

func listed(property string, i int) string { return fmt.Sprintf("%s[%d]", property, i) }

// within is a place further in.
func (p place) within(path string) place {
	p.property = strings.Trim(p.property+"."+path, ".")
	return p
}

func (c *compiler) report(kind assembly.ProblemKind, at place, by assembly.Refuser, message string) {
	c.problems = append(c.problems, assembly.Problem{
		Kind: kind, Stack: at.Stack, LogicalID: at.LogicalID, Path: at.Path, Property: at.property, Message: message, RefusedBy: by,
	})
}

// unknown reports what a run may do without.
func (c *compiler) unknown(r assembly.Resource, property, message string) {
	c.report(assembly.Unsupported, place{r, property}, assembly.LocalRuntime, message)
}

// parse reads a document, and reports what of it can't be evaluated; nil then, and if there is
// none.
func (c *compiler) parse(kind policy.Kind, named assembly.NamedPolicy, at place) *policy.Document {
	if named.Document == nil {
		return nil
	}
	parsed, err := policy.Parse(kind, named.Name, named.Document)
	if problems := (*policy.Problems)(nil); errors.As(err, &problems) {
		for _, p := range problems.List {
			c.report(assembly.Unsupported, at.within(p.Path), assembly.LocalRuntime, p.Text)
		}
		return nil
	}
	if err != nil {
		c.report(assembly.Unsupported, at, assembly.LocalRuntime, err.Error())
		return nil
	}
	complete := true
	for _, key := range parsed.Keys() {
		if !supplied(key) {
			c.report(assembly.Unsupported, at, assembly.LocalRuntime, "the condition key "+key+" has no value here, so what depends on it can't be decided")
			complete = false
		}
	}
	if !complete {
		return nil
	}
	return parsed
}

// suppliedKeys are the condition keys that requests have here, or lack for the reason that they
// lack them on AWS. Those of supplied prefixes end with a name.
//
// Parity: Roles: condition keys
var (
	suppliedKeys = strings.Fields(`aws:principalarn aws:principalaccount aws:principaltype aws:principalisawsservice aws:principalservicename
		aws:principalservicenameslist aws:userid aws:username aws:requestedregion aws:resourceaccount aws:securetransport aws:currenttime aws:epochtime
		aws:sourcearn aws:sourceaccount aws:viaawsservice
		secretsmanager:secretid secretsmanager:versionid secretsmanager:versionstage secretsmanager:resource/allowrotationlambdaarn
		kms:viaservice kms:calleraccount kms:encryptioncontextkeys iam:passedtoservice ssm:overwrite ssm:recursive`)
	suppliedPrefixes = []string{"aws:resourcetag/", "secretsmanager:resourcetag/", "kms:encryptioncontext:"}
)

func supplied(key string) bool {
	return slices.Contains(suppliedKeys, key) ||
		slices.ContainsFunc(suppliedPrefixes, func(prefix string) bool { return strings.HasPrefix(key, prefix) })
}

// lastPart is the name at the end of an ARN.
func lastPart(arn string) string { return arn[strings.LastIndex(arn, "/")+1:] }

// lastField is what follows the last colon.
func lastField(arn string) string { return arn[strings.LastIndex(arn, ":")+1:] }
