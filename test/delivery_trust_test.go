package test

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"
)

const gitHub = "token.actions.githubusercontent.com"

// token is what AWS looks at in a token of a GitHub job.
type token struct{ provider, aud, sub string }

// TestTrust asks every role of the delivery, with an evaluator of its trust policy, who may take
// it.
func TestTrust(t *testing.T) {
	for _, role := range theDelivery(t).roles() {
		t.Run(role.name, func(t *testing.T) {
			for _, finding := range role.wrongTrust() {
				t.Error(finding)
			}
		})
	}
}

// deliveryRole is one role and the one subject that may take it.
type deliveryRole struct {
	name, account, subject string
	resource               map[string]any // nil: there is no such role
}

const repositoryOfExample = "octo-org@123456/octo-repo@456789"

// roles are all that the example's environments should have.
func (d delivery) roles() (roles []deliveryRole) {
	for _, account := range d.Accounts {
		for _, env := range account.Environments {
			jobs := map[string]string{"deploy": env.GitHubEnvironment, "verify": env.GitHubEnvironment, "drift": env.DriftEnvironment}
			if env.Disposable() {
				delete(jobs, "drift")
			}
			for purpose, environment := range jobs {
				role := deliveryRole{name: env.RoleName(purpose), account: account.ID, subject: "repo:" + repositoryOfExample + ":environment:" + environment}
				_, role.resource = d.accounts[account.ID].role(role.name)
				roles = append(roles, role)
			}
		}
	}
	return roles
}

// strangers are subjects of jobs that may take no role: what stands before or after the right one,
// and all that differs from it in one thing.
var strangers = map[string]string{
	"another repository":                    "repo:octo-org@123456/other@456790:environment:%s",
	"a repository whose name begins so":     "repo:octo-org@123456/octo-repo-2@456789:environment:%s",
	"a fork":                                "repo:somebody@777/octo-repo@888:environment:%s",
	"the name, taken over by another owner": "repo:octo-org@999/octo-repo@1000:environment:%s",
	"the name without numbers":              "repo:octo-org/octo-repo:environment:%s",
	"other capitals":                        "repo:Octo-Org@123456/octo-repo@456789:environment:%s",
	"an environment whose name begins so":   "repo:" + repositoryOfExample + ":environment:%s-2",
	"an environment whose name ends so":     "repo:" + repositoryOfExample + ":environment:not-%s",
	"the branch main":                       "repo:" + repositoryOfExample + ":ref:refs/heads/main",
	"a branch called as the environment":    "repo:" + repositoryOfExample + ":ref:refs/heads/environment:%s",
	"a tag":                                 "repo:" + repositoryOfExample + ":ref:refs/tags/%s",
	"a pull request":                        "repo:" + repositoryOfExample + ":pull_request",
	"a subject that holds the right one":    "repo:a@1/b@2:ref:refs/heads/repo:" + repositoryOfExample + ":environment:%s",
	"no environment":                        "repo:" + repositoryOfExample + ":environment:",
	"no subject":                            "",
}

// wrongTrust is whom the role refuses or lets in by mistake.
func (r deliveryRole) wrongTrust() (findings []string) {
	if r.resource == nil {
		return []string{"there is no such role"}
	}
	right := token{provider: "arn:aws:iam::" + r.account + ":oidc-provider/" + gitHub, aud: "sts.amazonaws.com", sub: r.subject}
	if !r.lets(right) {
		findings = append(findings, "refuses "+right.sub)
	}
	environment := r.subject[strings.LastIndex(r.subject, ":")+1:]
	for who, pattern := range strangers {
		stranger := right
		stranger.sub = strings.ReplaceAll(pattern, "%s", environment)
		if r.lets(stranger) {
			findings = append(findings, "lets in "+who+": "+stranger.sub)
		}
	}
	for _, other := range []string{"dev", "dev-drift", "staging", "staging-drift", "prod", "prod-drift", "preview", "preview-drift"} {
		stranger := right
		stranger.sub = "repo:" + repositoryOfExample + ":environment:" + other
		if other != environment && r.lets(stranger) {
			findings = append(findings, "lets in the environment "+other)
		}
	}
	audience, issuer := right, right
	audience.aud = "https://github.com/octo-org"
	issuer.provider = "arn:aws:iam::" + r.account + ":oidc-provider/token.actions.example.com"
	if r.lets(audience) {
		findings = append(findings, "lets in a token that is for somebody else")
	}
	if r.lets(issuer) {
		findings = append(findings, "lets in a token of another issuer")
	}
	return findings
}

// lets evaluates the role's trust policy for sts:AssumeRoleWithWebIdentity with a token.
func (r deliveryRole) lets(who token) bool {
	statements, _ := at(properties(r.resource), "AssumeRolePolicyDocument", "Statement").([]any)
	for _, statement := range statements {
		if at(statement, "Effect") != "Allow" {
			panic("a statement that denies: the evaluator does not know it")
		}
		if r.isProvider(at(statement, "Principal"), who.provider) && conditionsHold(at(statement, "Condition"), who) {
			return true
		}
	}
	return false
}

// isProvider tells whether a principal is the identity provider with an ARN, by its ARN or as the
// one that the template makes. Everybody is, too.
func (r deliveryRole) isProvider(principal any, arn string) bool {
	if principal == "*" || at(principal, "AWS") != nil {
		return true // "*" and accounts: wider than any provider
	}
	federated := at(principal, "Federated")
	made := strings.HasSuffix(arn, "/"+gitHub) && at(federated, "Fn::GetAtt") != nil && strings.Contains(compact(federated), `"Arn"`)
	return federated == arn || made
}

// conditionsHold evaluates the two operators that there are, each with all of its keys and any of a
// key's values. A statement without conditions holds; one with another operator must not be here.
func conditionsHold(conditions any, who token) bool {
	claims := map[string]string{gitHub + ":aud": who.aud, gitHub + ":sub": who.sub}
	operators, _ := conditions.(map[string]any)
	for operator, keys := range operators {
		for key, values := range keys.(map[string]any) {
			claim, known := claims[key]
			holds := func(value string) bool {
				switch operator {
				case "StringEquals":
					return value == claim
				case "StringLike":
					return like(value, claim)
				}
				panic("the operator " + operator + ": the evaluator does not know it")
			}
			if !known || !slices.ContainsFunc(sortedTexts(values), holds) {
				return false
			}
		}
	}
	return true
}

// like is IAM's pattern: * is any characters, also / and :, and ? is one.
func like(pattern, text string) bool {
	plain := strings.NewReplacer("/", "\x00", "[", "\x01", `\`, "\x02") // path.Match has its own use for these
	matched, err := path.Match(plain.Replace(pattern), plain.Replace(text))
	return err == nil && matched
}

func TestLike(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{"repo:a/*", "repo:a/b:pull_request", true},
		{"repo:*", "repo:a/b/c", true},
		{"repo:a/?", "repo:a/b", true},
		{"repo:a/?", "repo:a/bc", false},
		{"repo:a/*:environment:dev", "repo:b/x:environment:dev", false},
		{"repo:[ab]", "repo:a", false},
	} {
		if got := like(c.pattern, c.text); got != c.want {
			t.Errorf("%q like %q: %t", c.text, c.pattern, got)
		}
	}
}

// TestTrustGoesRed shows that the evaluation finds each of the mistakes that trust policies for
// GitHub are known for.
func TestTrustGoesRed(t *testing.T) {
	subject := func(operator string, value any) map[string]any {
		return map[string]any{"StringEquals": map[string]any{gitHub + ":aud": "sts.amazonaws.com"}, operator: map[string]any{gitHub + ":sub": value}}
	}
	exact := "repo:" + repositoryOfExample + ":environment:dev"
	for name, c := range map[string]struct {
		conditions any
		want       string
	}{
		"every environment":         {subject("StringLike", "repo:"+repositoryOfExample+":*"), "lets in a pull request"},
		"every repository":          {subject("StringLike", "repo:octo-org@123456/*:environment:dev"), "lets in another repository"},
		"names that begin so":       {subject("StringLike", "repo:octo-org@123456/octo-repo*:environment:dev"), "lets in a repository whose name begins so"},
		"environments that begin":   {subject("StringLike", exact+"*"), "lets in an environment whose name begins so"},
		"whatever holds it":         {subject("StringLike", "*"+exact), "lets in a subject that holds the right one"},
		"the branch too":            {subject("StringLike", []any{exact, "repo:" + repositoryOfExample + ":ref:refs/heads/main"}), "lets in the branch main"},
		"another environment":       {subject("StringLike", []any{exact, "repo:" + repositoryOfExample + ":environment:prod"}), "lets in the environment prod"},
		"names that can be taken":   {subject("StringLike", []any{exact, "repo:octo-org/octo-repo:environment:dev"}), "lets in the name without numbers"},
		"everybody on GitHub":       {map[string]any{"StringEquals": map[string]any{gitHub + ":aud": "sts.amazonaws.com"}}, "lets in a fork"},
		"everybody":                 {nil, "lets in a token that is for somebody else"},
		"nobody":                    {subject("StringLike", exact+"-2"), "refuses " + exact},
		"a claim that does not say": {map[string]any{"StringEquals": map[string]any{gitHub + ":actor": "octocat"}}, "refuses " + exact},
	} {
		t.Run(name, func(t *testing.T) {
			role := theDelivery(t).named(t, "m2m-dev-deploy")
			at(properties(role.resource), "AssumeRolePolicyDocument", "Statement").([]any)[0].(map[string]any)["Condition"] = c.conditions
			if findings := role.wrongTrust(); !slices.ContainsFunc(findings, func(f string) bool { return strings.HasPrefix(f, c.want) }) {
				t.Errorf("found %q, want %q", findings, c.want)
			}
		})
	}
	for name, principal := range map[string]any{"anybody": "*", "an account": map[string]any{"AWS": "111111111111"}} {
		t.Run(name, func(t *testing.T) {
			role := theDelivery(t).named(t, "m2m-dev-deploy")
			at(properties(role.resource), "AssumeRolePolicyDocument", "Statement").([]any)[0].(map[string]any)["Principal"] = principal
			if findings := role.wrongTrust(); !slices.Contains(findings, "lets in a token of another issuer") {
				t.Errorf("found %q", findings)
			}
		})
	}
}

// named is a copy of a role that a test may change.
func (d delivery) named(t *testing.T, name string) deliveryRole {
	t.Helper()
	for _, role := range d.roles() {
		if role.name == name {
			role.resource = copied(role.resource)
			return role
		}
	}
	t.Fatalf("no role %s among %v", name, slices.Collect(maps.Keys(d.accounts)))
	return deliveryRole{}
}

func (r deliveryRole) String() string { return fmt.Sprintf("%s in %s", r.name, r.account) }
