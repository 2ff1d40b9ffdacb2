package policy

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// principal is one value of Principal or NotPrincipal.
type principal struct {
	form  principalForm
	value string
}

type principalForm int

const (
	everyone     principalForm = iota // *
	wholeAccount                      // an account; the value is its id
	identity                          // a user, a role or a session; the value is its ARN
	service                           // such as secretsmanager.amazonaws.com
	federated                         // an identity provider
)

func (d *reader) principalsOf(path string, elements map[string]any, s *statement) {
	name := d.either(path, "Principal", elements)
	s.notPrincipal = name == "NotPrincipal"
	switch {
	case name == "" && d.document.kind == ResourcePolicy:
		d.problem(path, "it has no Principal: a resource-based policy says for whom it is")
	case name != "" && d.document.kind != ResourcePolicy:
		d.problem(path+"."+name, "only a resource-based policy has one")
	case name != "":
		s.principals = d.principals(path+"."+name, elements[name])
		if s.notPrincipal {
			d.notPrincipal(path, s)
		}
	}
}

func (d *reader) principals(path string, value any) (list []principal) {
	if value == "*" {
		return []principal{{form: everyone}}
	}
	types, ok := value.(map[string]any)
	if !ok || len(types) == 0 {
		d.problem(path, `it is "*" or an object with AWS, Service or Federated`)
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(types)) {
		read, known := map[string]func(string) (principal, bool){
			"AWS": awsPrincipal, "Service": servicePrincipal, "Federated": federatedPrincipal,
		}[name]
		if !known {
			d.problem(path+"."+name, "principals of this type are not known: AWS, Service and Federated are")
			continue
		}
		for _, text := range d.texts(path+"."+name, types[name]) {
			p, ok := read(text)
			if !ok {
				d.problem(path+"."+name, "%q is not such a principal; a wildcard can't be part of one", text)
			}
			list = append(list, p)
		}
	}
	return list
}

var (
	accountForm  = regexp.MustCompile(`^(?:arn:[a-z0-9-]+:iam::)?(\d{12})(:root)?$`)
	identityForm = regexp.MustCompile(`^arn:[a-z0-9-]+:(iam::\d{12}:(user|role)/[^*?\s]+|sts::\d{12}:assumed-role/[^/*?\s]+/[^/*?\s]+)$`)
	serviceForm  = regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)+$`)
	providerForm = regexp.MustCompile(`^(arn:[a-z0-9-]+:iam::\d{12}:(oidc-provider|saml-provider)/[^*?\s]+|[a-z0-9-]+(\.[a-z0-9-]+)+)$`)
)

func awsPrincipal(text string) (principal, bool) {
	if text == "*" {
		return principal{form: everyone}, true
	}
	if m := accountForm.FindStringSubmatch(text); m != nil && strings.HasPrefix(text, "arn:") == (m[2] != "") {
		return principal{wholeAccount, m[1]}, true
	}
	return principal{identity, text}, identityForm.MatchString(text)
}

func servicePrincipal(text string) (principal, bool) {
	return principal{service, text}, serviceForm.MatchString(text)
}

func federatedPrincipal(text string) (principal, bool) {
	return principal{federated, text}, providerForm.MatchString(text)
}

// Parity: Policies: who stands in NotPrincipal

// notPrincipal refuses what AWS does not support, and what it does not say clearly: a session is
// exempt only beside its role and account, a role or user only beside its account (IAM user guide,
// "AWS JSON policy elements: NotPrincipal").
func (d *reader) notPrincipal(path string, s *statement) {
	if !s.deny {
		d.problem(path+".NotPrincipal", "AWS supports it with Deny alone")
	}
	for _, p := range s.principals {
		if p.form == everyone {
			d.problem(path+".NotPrincipal", "with * in it, the statement is for nobody")
		}
		if p.form != identity {
			continue
		}
		if account := accountOf(p.value); !slices.Contains(s.principals, principal{wholeAccount, account}) {
			d.problem(path+".NotPrincipal", "AWS may deny %s unless its account %s stands beside it", p.value, account)
		}
		name, isSession := strings.CutPrefix(nameOf(p.value), "assumed-role/")
		if role, _, _ := strings.Cut(name, "/"); isSession && !slices.ContainsFunc(s.principals, func(other principal) bool {
			return other.isRole(accountOf(p.value), role)
		}) {
			d.problem(path+".NotPrincipal", "AWS may deny %s unless its role stands beside it", p.value)
		}
	}
}

// isRole says whether it is the role of that account and name, whatever its path.
func (p principal) isRole(account, name string) bool {
	path, ok := strings.CutPrefix(nameOf(p.value), "role/")
	return p.form == identity && ok && accountOf(p.value) == account && path[strings.LastIndex(path, "/")+1:] == name
}
