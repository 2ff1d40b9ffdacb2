package assembly

import (
	"regexp"
	"slices"
	"strings"

	"cognito-m2m/internal/domainprefix"
)

// check finds what a deployment would fail on and what only shows when resources are seen together. References that
// could not be resolved are empty by now and were reported, so the checks pass over them.
func (b *builder) check() {
	b.checkDomains()
	b.checkClients()
	b.checkFunctions()
	b.checkSecrets()
	b.checkRotations()
	for i := range b.model.APIs {
		b.checkAPI(&b.model.APIs[i])
	}
}

func (b *builder) fail(r Resource, property, format string, args ...any) {
	b.evaluation.report(r.problem(property, format, args...))
}

// owners are the logical ids of the resources that were first to have a name.
type owners map[string]string

// claim gives a name to a resource, and returns who has it already. Nobody has the empty name: that one could not be
// read, which has been reported.
func (o owners) claim(name string, r Resource) (other string, taken bool) {
	if other, taken = o[name]; !taken && name != "" {
		o[name] = r.LogicalID
	}
	return other, taken
}

// checkPool reports a resource of a user pool that the stage does not have.
func (b *builder) checkPool(r Resource, id string) {
	isPool := func(p UserPool) bool { return p.ID == id }
	if id != "" && !slices.ContainsFunc(b.model.UserPools, isPool) {
		b.fail(r, "UserPoolId", "the stage has no user pool with the id %q", id)
	}
}

var domainPrefix = regexp.MustCompile("^" + domainprefix.Pattern + "$")

func (b *builder) checkDomains() {
	b.checkDomainsOfPools()
	for _, domain := range b.model.UserPoolDomains {
		b.checkPool(domain.Resource, domain.UserPoolID)
		if domain.Custom() || domain.Domain == "" {
			b.checkCertificate(domain)
			continue
		}
		if !domainPrefix.MatchString(domain.Domain) {
			b.fail(domain.Resource, "Domain", "the prefix %q is not 1 to 63 of a-z, 0-9 and hyphens inside", domain.Domain)
		}
		if word := domainprefix.ReservedWord(domain.Domain); word != "" {
			b.fail(domain.Resource, "Domain", "Domain cannot contain reserved word: %s", word)
		}
	}
}

// checkCertificate: Cognito puts a custom domain behind CloudFront, which takes certificates of one Region only.
//
// Source: Cognito API reference, CustomDomainConfigType.
func (b *builder) checkCertificate(domain UserPoolDomain) {
	const region = "us-east-1"
	parts := strings.SplitN(domain.CertificateARN, ":", 6) // arn:partition:acm:region:account:certificate/id
	if len(parts) == 6 && parts[2] == "acm" && parts[3] != region {
		b.fail(domain.Resource, "CustomDomainConfig.CertificateArn", "the certificate is in %s, and Cognito takes one in %s", parts[3], region)
	}
}

// checkDomainsOfPools: a pool has at most one prefix and one custom domain.
func (b *builder) checkDomainsOfPools() {
	prefixes, customs := owners{}, owners{}
	for _, domain := range b.model.UserPoolDomains {
		kind, pools := "prefix", prefixes
		if domain.Custom() {
			kind, pools = "custom", customs
		}
		if other, taken := pools.claim(domain.UserPoolID, domain.Resource); taken {
			b.fail(domain.Resource, "UserPoolId", "the user pool already has a %s domain, %s: take one of them out", kind, other)
		}
	}
}
