package iam

import (
	"maps"
	"strings"
	"time"

	"cognito-m2m/internal/policy"
	"cognito-m2m/internal/requester"
)

// Permissions are all policies of a model. They do not change, and are safe for concurrent use.
type Permissions struct {
	roles     map[string]rolePolicies       // by ARN
	resources map[string][]*policy.Document // of secrets, keys and functions, by ARN
	aliases   map[string]string             // ARNs of keys, by the aliases' ARNs
	now       func() time.Time
	used      func(Use)
}

// rolePolicies are those that a role's sessions are held to.
type rolePolicies struct{ identity, boundary []*policy.Document }

// Use is something that a role's session was allowed.
type Use struct {
	RoleARN string
	Access  requester.Access
	// By are the actions and resources of statements that allowed it, as the policies write them.
	By []policy.Grant
}

// Authorize implements requester.Authorizer. A requester without a role is an administrator: only a
// Deny of a resource's policy holds for one, in every account.
//
// Parity: Roles: administrators
func (p *Permissions) Authorize(who requester.Requester, wants requester.Access) error {
	if arn, ok := p.aliases[wants.Resource]; ok {
		wants.Resource = arn
	}
	request := policy.Request{
		Principal: policy.Principal{ARN: who.ARN, Role: who.RoleARN, UserID: who.UserID},
		Action:    wants.Action, Resource: wants.Resource, Time: p.now(),
		Keys: map[string][]string{"aws:requestedregion": {who.Region}, "aws:securetransport": {"true"}},
	}
	maps.Copy(request.Keys, wants.Keys)
	policies := policy.Policies{Resource: p.of(wants)}
	if who.RoleARN != "" {
		policies.Identity, policies.Boundary = p.roles[who.RoleARN].identity, p.roles[who.RoleARN].boundary
	}
	decision := policy.Evaluate(request, policies)
	switch {
	case who.RoleARN == "" && !decision.Explicit:
		return nil
	case decision.Allowed:
		if p.used != nil {
			p.used(Use{RoleARN: who.RoleARN, Access: wants, By: decision.By})
		}
		return nil
	}
	return &requester.DeniedError{Principal: who.ARN, Access: wants, Because: decision.Because(request), Remedy: decision.Remedy(request)}
}

// Grants are all that the policies of a function's role allow, an action and a resource each.
func (p *Permissions) Grants(roleARN string) (grants []policy.Grant) {
	for _, d := range p.roles[roleARN].identity {
		grants = append(grants, d.Grants()...)
	}
	return grants
}

// Has reports whether the model has a role that a function runs with.
func (p *Permissions) Has(roleARN string) bool {
	_, ok := p.roles[roleARN]
	return ok
}

// of are the policies of the resource. A key that the model does not have, and every role, leave
// the decision to their accounts.
//
// Parity: Roles: keys and roles of elsewhere
func (p *Permissions) of(wants requester.Access) []*policy.Document {
	if documents, ok := p.resources[wants.Resource]; ok {
		return documents
	}
	if service, _, _ := strings.Cut(wants.Action, ":"); service != "kms" && service != "sts" {
		return nil
	}
	return delegating(wants.Resource)
}

// delegating is the policy by which a resource leaves the decision to the policies of its account,
// as that of a key does which was made without one.
//
// Source: KMS developer guide, "Default key policy".
func delegating(arn string) []*policy.Document {
	const count = 6 // arn:aws:kms:us-east-1:123456789012:key/...
	parts := strings.SplitN(arn, ":", count)
	if len(parts) < count {
		return nil
	}
	root := "arn:" + parts[1] + ":iam::" + parts[4] + ":root"
	made, err := policy.Parse(policy.ResourcePolicy, "default policy", document([]any{
		map[string]any{"Effect": "Allow", "Principal": map[string]any{"AWS": root}, "Action": "*", "Resource": "*"},
	}))
	if err != nil {
		return nil // it isn't an ARN
	}
	return []*policy.Document{made}
}

// version is that of the policy language.
const version = "2012-10-17"
