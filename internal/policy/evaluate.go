package policy

import (
	"slices"
	"strings"
)

// Policies are those that apply to a request.
type Policies struct {
	// Identity are the policies of the user or role; Resource is those of the resource.
	Identity, Resource []*Document
	// Boundary and Session limit what Identity allows. If one is nil, there is none; if it is
	// empty, it allows nothing.
	Boundary, Session []*Document
}

// Decision is what policies come to for a request.
type Decision struct {
	Allowed bool
	// Explicit is set if a Deny has decided. A request that is neither allowed nor explicitly
	// denied lacks an Allow.
	Explicit bool
	// Kind is of the policies that decided: those with the Deny, or those that lack an Allow. If
	// the request is allowed, it is the kind of the first of By.
	Kind Kind
	// By is every Allow that counted, or every Deny of Kind that applies; it is empty if an Allow
	// is lacking.
	By []Grant
}

// Parity: Policies: what else decides

// Evaluate decides. A Deny anywhere decides before every Allow. Within one account it is enough
// that the identity's policies or the resource's allow a request; across accounts, and of an IAM
// role and a KMS key in every account, the resource's have to.
func Evaluate(r Request, p Policies) Decision {
	e := evaluation{request: r, policies: p, action: strings.ToLower(r.Action), keys: r.context()}
	if e.action == "sts:getcalleridentity" {
		return Decision{Allowed: true} // without permission, and even against a Deny (STS API reference)
	}
	for _, kind := range kinds {
		e.find(kind)
	}
	for _, kind := range kinds {
		if found := e.denies[kind]; len(found) > 0 {
			return Decision{Explicit: true, Kind: kind, By: e.grants(found)}
		}
	}
	lacking, ok := e.lacking()
	if !ok {
		return Decision{Kind: lacking}
	}
	d := Decision{Allowed: true, By: e.grants(slices.Concat(e.allows[IdentityPolicy], e.allows[ResourcePolicy]))}
	if len(d.By) > 0 {
		d.Kind = d.By[0].Kind
	}
	return d
}

// evaluation is one request beside its policies.
type evaluation struct {
	request  Request
	policies Policies
	action   string // in lower case
	keys     context
	// allows and denies are what applies to the request, by kinds.
	allows, denies [len(kinds)][]hit
}

// hit is a statement that applies to the request.
type hit struct {
	document  *Document
	index     int
	admission admission
}

func (e *evaluation) documents(kind Kind) []*Document {
	return [...][]*Document{e.policies.Identity, e.policies.Resource, e.policies.Boundary, e.policies.Session}[kind]
}

// find finds the statements of one kind that apply to the request.
func (e *evaluation) find(kind Kind) {
	for _, d := range e.documents(kind) {
		for i := range d.statements {
			s := &d.statements[i]
			if !s.covers(e.action, e.request.Resource, e.keys) {
				continue
			}
			how := asDirect
			if kind == ResourcePolicy {
				how = e.admits(s)
			}
			if how == notAtAll || !s.holds(e.keys) {
				continue
			}
			found := &e.allows[kind]
			if s.deny {
				found = &e.denies[kind]
			}
			*found = append(*found, hit{d, i, how})
		}
	}
}

// Parity: Policies: which kind a denial names

// lacking is the kind of policies that lack an Allow.
func (e *evaluation) lacking() (kind Kind, ok bool) {
	admitted := notAtAll
	for _, h := range e.allows[ResourcePolicy] {
		admitted = max(admitted, h.admission)
	}
	account := e.request.Principal.account()
	switch {
	case account == "": // a service, a provider or nobody has no policies of its own
		return ResourcePolicy, admitted != notAtAll
	case account != e.request.account():
		if kind, ok := e.lackingInAccount(false); !ok {
			return kind, false
		}
		return ResourcePolicy, admitted != notAtAll
	case admitted == asDirect:
		return 0, true
	case admitted == asRole:
		return e.lackingInAccount(true)
	case admitted == notAtAll && e.resourceMustAllow():
		return ResourcePolicy, false
	}
	return e.lackingInAccount(false)
}

// lackingInAccount looks at what the principal's own account allows it. What is granted to its role
// needs no Allow of the identity's policies.
func (e *evaluation) lackingInAccount(granted bool) (kind Kind, ok bool) {
	granted = granted || e.request.Principal.isRoot()
	if !granted && len(e.allows[IdentityPolicy]) == 0 {
		return IdentityPolicy, false
	}
	for _, kind := range []Kind{PermissionsBoundary, SessionPolicy} {
		if e.documents(kind) != nil && len(e.allows[kind]) == 0 {
			return kind, false
		}
	}
	return 0, true
}

// resourceMustAllow holds for KMS keys and IAM roles: their policies allow a principal or delegate
// to its account, or nobody may use them.
func (e *evaluation) resourceMustAllow() bool {
	return strings.HasPrefix(e.action, "kms:") && strings.HasPrefix(nameOf(e.request.Resource), "key/") ||
		e.request.asksForRole()
}

// asksForRole says whether the resource's policy is a role's trust policy.
func (r Request) asksForRole() bool {
	return strings.HasPrefix(strings.ToLower(r.Action), "sts:") && strings.HasPrefix(nameOf(r.Resource), "role/")
}

// admission is how a resource's policy names the principal of a request.
type admission int

const (
	notAtAll  admission = iota
	asAccount           // the account decides further
	asRole              // boundary and session policies of the role limit it
	asDirect            // no lack of an Allow elsewhere in the account limits it
)

func (e *evaluation) admits(s *statement) (how admission) {
	if s.notPrincipal {
		return e.excepts(s)
	}
	for _, p := range s.principals {
		how = max(how, p.admits(e.request.Principal))
	}
	return how
}

// excepts is asDirect unless NotPrincipal names the principal itself; Parse wants its role and
// account beside it. With a permissions boundary nothing exempts it (IAM user guide, "Permissions
// boundaries for IAM entities").
func (e *evaluation) excepts(s *statement) admission {
	named := func(wanted principal) bool { return slices.Contains(s.principals, wanted) }
	p, exempt := e.request.Principal, false
	switch {
	case p.Service != "":
		exempt = named(principal{service, p.Service})
	case p.Federated != "":
		exempt = named(principal{federated, p.Federated})
	case p.isRoot():
		exempt = named(principal{wholeAccount, p.account()})
	case p.ARN != "":
		exempt = e.policies.Boundary == nil && named(principal{identity, p.ARN})
	}
	if exempt {
		return notAtAll
	}
	return asDirect
}

func (p principal) admits(who Principal) admission {
	switch p.form {
	case everyone:
		return asDirect
	case service:
		return when(p.value == who.Service, asDirect)
	case federated:
		return when(p.value == who.Federated, asDirect)
	case wholeAccount:
		return when(p.value == who.account(), asAccount)
	case identity:
		if p.value == who.role() {
			return asRole
		}
	}
	return when(p.value == who.ARN, asDirect)
}

func when(matches bool, how admission) admission {
	if matches {
		return how
	}
	return notAtAll
}
