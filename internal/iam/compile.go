package iam

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/policy"
)

// Options are what a run says of its permissions.
type Options struct {
	// Functions are those of the model that run. The roles of others are not looked at.
	Functions []assembly.Function
	// Accepted says whether the run does without a managed policy or a role that the model does not
	// have; it allows nothing then. Default: it does without none.
	Accepted func(arn string) bool
	// Used hears of what sessions of roles were allowed, from any goroutine. Default: not told.
	Used func(Use)
	// Now is the clock of conditions. Default time.Now.
	Now func() time.Time
}

// Compile makes the permissions of a model. The problems are what is wrong with the functions'
// roles, and what can't be evaluated of the policies that count, which then allow nothing. They are
// in the order of stack, logical id and property.
func Compile(model *assembly.Model, options Options) (*Permissions, []assembly.Problem) {
	if options.Accepted == nil {
		options.Accepted = func(string) bool { return false }
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	c := &compiler{model: model, accepted: options.Accepted, made: &Permissions{
		roles: map[string]rolePolicies{}, resources: map[string][]*policy.Document{}, aliases: map[string]string{},
		now: options.Now, used: options.Used,
	}}
	for _, f := range options.Functions {
		c.addRoleOf(f)
	}
	c.addSecrets()
	c.addKeys()
	c.addFunctions()
	slices.SortStableFunc(c.problems, func(a, b assembly.Problem) int {
		return cmp.Or(strings.Compare(a.Stack, b.Stack), strings.Compare(a.LogicalID, b.LogicalID),
			strings.Compare(a.Property, b.Property), strings.Compare(a.Message, b.Message))
	})
	return c.made, slices.Compact(c.problems)
}

// compiler makes the permissions of one model.
type compiler struct {
	model    *assembly.Model
	accepted func(arn string) bool
	made     *Permissions
	problems []assembly.Problem
}

// addRoleOf adds the role of a function.
func (c *compiler) addRoleOf(f assembly.Function) {
	if _, known := c.made.roles[f.RoleARN]; known {
		return
	}
	i := slices.IndexFunc(c.model.Roles, func(r assembly.Role) bool { return r.ARN == f.RoleARN })
	if i < 0 {
		if !c.accepted(f.RoleARN) {
			c.unknown(f.Resource, "Role", "the role "+f.RoleARN+" is not in the assembly, so nothing is known of its policies")
		}
		return
	}
	role := c.model.Roles[i]
	c.checkTrust(f, role)
	var policies rolePolicies
	for i, inline := range role.Policies {
		policies.add(c.parse(policy.IdentityPolicy, inline, place{role.Resource, listed("Policies", i) + ".PolicyDocument"}))
	}
	for _, attached := range c.model.RolePolicies {
		if slices.Contains(attached.Roles, role.Name) {
			policies.add(c.attached(policy.IdentityPolicy, attached))
		}
	}
	for i, arn := range role.ManagedPolicyARNs {
		policies.add(c.managed(policy.IdentityPolicy, arn, place{role.Resource, listed("ManagedPolicyArns", i)}))
	}
	if role.Boundary != "" {
		policies.boundary = []*policy.Document{} // there is one, even if it can't be read
		if d := c.managed(policy.PermissionsBoundary, role.Boundary, place{role.Resource, "PermissionsBoundary"}); d != nil {
			policies.boundary = append(policies.boundary, d)
		}
	}
	c.made.roles[role.ARN] = policies
}

// add leaves out a document that can't be decided. Unless the user does without it, it has been
// reported.
//
// Parity: Roles: policies that can't be decided
func (p *rolePolicies) add(d *policy.Document) {
	if d != nil {
		p.identity = append(p.identity, d)
	}
}

// checkTrust wants the role to let Lambda have it.
//
// Source: Lambda's refusal was seen, such as in hashicorp/terraform-provider-aws #8009.
func (c *compiler) checkTrust(f assembly.Function, role assembly.Role) {
	trust := c.parse(policy.ResourcePolicy, assembly.NamedPolicy{Name: role.Name, Document: role.Trust}, place{role.Resource, "AssumeRolePolicyDocument"})
	if trust == nil {
		return // it has been reported
	}
	decision := policy.Evaluate(policy.Request{
		Principal: policy.Principal{Service: "lambda.amazonaws.com"}, Action: "sts:AssumeRole", Resource: role.ARN,
		Keys: map[string][]string{"aws:sourceaccount": {c.model.AccountID}, "aws:sourcearn": {f.ARN}},
	}, policy.Policies{Resource: documents(trust)})
	if !decision.Allowed {
		c.report(assembly.Invalid, place{f.Resource, "Role"}, assembly.Lambda, "The role defined for the function cannot be assumed by Lambda.")
	}
}

// managed is the document of a managed policy, of the model or of AWS's own; nil if there is none.
func (c *compiler) managed(kind policy.Kind, arn string, at place) *policy.Document {
	i := slices.IndexFunc(c.model.RolePolicies, func(p assembly.RolePolicy) bool { return p.ARN != "" && p.ARN == arn })
	if i >= 0 {
		return c.attached(kind, c.model.RolePolicies[i])
	}
	if statements, ok := managedStatements(arn); ok {
		return c.parse(kind, assembly.NamedPolicy{Name: lastPart(arn), Document: document(statements)}, at)
	}
	if !c.accepted(arn) {
		c.unknown(at.Resource, at.property, "the managed policy "+arn+" is not in the assembly and not known here, so it would allow nothing")
	}
	return nil
}

// attached is the document of a policy that stands on its own, called by its logical id if it has
// no name.
func (c *compiler) attached(kind policy.Kind, p assembly.RolePolicy) *policy.Document {
	named := assembly.NamedPolicy{Name: cmp.Or(p.Name, p.LogicalID), Document: p.Document}
	return c.parse(kind, named, place{p.Resource, "PolicyDocument"})
}

// addSecrets adds the policies of secrets.
func (c *compiler) addSecrets() {
	for _, p := range c.model.SecretPolicies {
		c.addResource(p.SecretARN, c.parse(policy.ResourcePolicy, assembly.NamedPolicy{Name: p.LogicalID, Document: p.Document}, place{p.Resource, "ResourcePolicy"}))
	}
}

// addKeys adds the policies of the keys that secrets have. A key without one has KMS's default.
func (c *compiler) addKeys() {
	for _, key := range c.model.KMSKeys {
		if !slices.ContainsFunc(c.model.Secrets, func(s assembly.Secret) bool { return c.isKeyOf(key, s) }) {
			continue
		}
		if key.Policy == nil {
			c.made.resources[key.ARN] = delegating(key.ARN)
			continue
		}
		c.addResource(key.ARN, c.parse(policy.ResourcePolicy, assembly.NamedPolicy{Name: key.LogicalID, Document: key.Policy}, place{key.Resource, "KeyPolicy"}))
	}
	for _, alias := range c.model.KeyAliases {
		for _, key := range c.model.KMSKeys {
			if alias.Target == key.ID || alias.Target == key.ARN {
				c.made.aliases[alias.ARN] = key.ARN
			}
		}
	}
}

func (c *compiler) isKeyOf(key assembly.KMSKey, s assembly.Secret) bool {
	if s.KMSKeyID == key.ID || s.KMSKeyID == key.ARN {
		return true
	}
	return slices.ContainsFunc(c.model.KeyAliases, func(a assembly.KeyAlias) bool {
		return (a.Target == key.ID || a.Target == key.ARN) && s.KMSKeyID != "" && strings.HasSuffix(a.ARN, ":"+lastField(s.KMSKeyID))
	})
}

// addFunctions adds the statements of functions' policies.
func (c *compiler) addFunctions() {
	for _, p := range c.model.Permissions {
		arn := p.FunctionARN
		if p.Qualifier != "" {
			arn += ":" + p.Qualifier
		}
		made := map[string]any{"Effect": "Allow", "Principal": principalOf(p.Principal), "Action": p.Action, "Resource": arn}
		conditions := map[string]any{}
		if p.SourceARN != "" {
			conditions["ArnLike"] = map[string]any{"aws:SourceArn": p.SourceARN}
		}
		if p.SourceAccount != "" {
			conditions["StringEquals"] = map[string]any{"aws:SourceAccount": p.SourceAccount}
		}
		if len(conditions) > 0 {
			made["Condition"] = conditions
		}
		c.addResource(arn, c.parse(policy.ResourcePolicy, assembly.NamedPolicy{Name: p.LogicalID, Document: document([]any{made})}, place{p.Resource, ""}))
	}
}

// principalOf is the Principal of a function's permission in a document.
func principalOf(named string) any {
	switch {
	case named == "*":
		return named
	case strings.Contains(named, ".") && !strings.HasPrefix(named, "arn:"):
		return map[string]any{"Service": named}
	}
	return map[string]any{"AWS": named}
}

func (c *compiler) addResource(arn string, d *policy.Document) {
	// A policy that can't be read leaves the entry: it allows nothing.
	c.made.resources[arn] = append(c.made.resources[arn], documents(d)...)
}

func documents(d *policy.Document) []*policy.Document {
	if d == nil {
		return nil
	}
	return []*policy.Document{d}
}
