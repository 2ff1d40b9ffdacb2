package policy

import (
	"strconv"
	"strings"
	"time"
)

// Request is what a policy is asked about.
type Request struct {
	Principal Principal
	// Action is such as secretsmanager:GetSecretValue.
	Action string
	// Resource is an ARN, or * for an action that has no resource.
	Resource string
	// ResourceAccount owns the resource. If it is "", the ARN says so, or else it is the
	// principal's.
	ResourceAccount string
	// Keys are condition keys and their values; the case of their names is all the same. Those that
	// the other fields give are added, unless they are here: see Keys of the principal and
	// aws:ResourceAccount, aws:CurrentTime and aws:EpochTime. A key that is not there is missing
	// for every policy. A key that has several values matches no operator but a set operator.
	Keys map[string][]string
	// Time is when the request is made; without it, policies know no time.
	Time time.Time
}

// Principal is who makes a request: a user, a role's session or an account's root user by its ARN,
// or else a service or an identity provider. The zero Principal is anonymous.
type Principal struct {
	// ARN is such as arn:aws:sts::123456789012:assumed-role/name/session. The root user's ends with
	// :root.
	ARN string
	// Role is the ARN of a session's role, which may have a path. If it is "", the role has none.
	Role string
	// UserID is what aws:userid is.
	UserID string
	// Service is such as secretsmanager.amazonaws.com.
	Service string
	// Federated is the provider whose token a request brings, such as
	// arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com.
	Federated string
}

// account is "" for services, providers and anonymous requests.
func (p Principal) account() string { return accountOf(p.ARN) }

func (p Principal) isRoot() bool { return nameOf(p.ARN) == "root" }

// role is the ARN of the role that the principal is a session of, or is; "" if there is none.
func (p Principal) role() string {
	name := nameOf(p.ARN)
	if strings.HasPrefix(name, "role/") {
		return p.ARN
	}
	session, ok := strings.CutPrefix(name, "assumed-role/")
	if !ok || p.Role != "" {
		return p.Role
	}
	role, _, _ := strings.Cut(session, "/")
	parts := strings.SplitN(p.ARN, ":", arnParts)
	return "arn:" + parts[1] + ":iam::" + p.account() + ":role/" + role
}

// context is the condition keys of a request by their names in lower case.
type context map[string][]string

func (r Request) context() context {
	c := r.Principal.keys()
	if account := r.account(); account != "" {
		c["aws:resourceaccount"] = []string{account}
	}
	if !r.Time.IsZero() {
		c["aws:currenttime"] = []string{r.Time.UTC().Format(time.RFC3339)}
		c["aws:epochtime"] = []string{strconv.FormatInt(r.Time.Unix(), 10)}
	}
	for name, values := range r.Keys {
		c[strings.ToLower(name)] = values
	}
	return c
}

// account owns the resource.
func (r Request) account() string {
	if r.ResourceAccount != "" {
		return r.ResourceAccount
	}
	if account := accountOf(r.Resource); account != "" {
		return account
	}
	return r.Principal.account()
}

// keys are those that every request of a principal has (IAM user guide, "AWS global condition
// context keys"). Of a role's session, aws:PrincipalArn is the role.
func (p Principal) keys() context {
	c := context{"aws:principalisawsservice": {strconv.FormatBool(p.Service != "")}}
	if p.Service != "" {
		c["aws:principalservicename"] = []string{p.Service}
		c["aws:principalservicenameslist"] = []string{p.Service}
	}
	if p.UserID != "" {
		c["aws:userid"] = []string{p.UserID}
	}
	account := p.account()
	if account == "" {
		return c
	}
	c["aws:principalaccount"] = []string{account}
	c["aws:principalarn"] = []string{p.ARN}
	kind, name, _ := strings.Cut(nameOf(p.ARN), "/")
	switch kind {
	case "root":
		c["aws:principaltype"] = []string{"Account"}
	case "user":
		c["aws:principaltype"] = []string{"User"}
		c["aws:username"] = []string{name[strings.LastIndex(name, "/")+1:]}
	case "assumed-role":
		c["aws:principaltype"] = []string{"AssumedRole"}
		c["aws:principalarn"] = []string{p.role()}
	}
	return c
}
