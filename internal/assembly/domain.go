package assembly

import (
	"regexp"
	"strings"

	"cognito-m2m/internal/assembly/template"
	"cognito-m2m/internal/domainprefix"
)

var userPoolDomain = template.Type{
	Properties: template.Properties{
		"UserPoolId": template.Text().Must(),
		"Domain":     template.Text().Must(),
		"CustomDomainConfig": template.Object(template.Properties{
			"CertificateArn": template.Text().NeededBy(template.Cognito),
			"SecurityPolicy": template.NoEffect(),
		}),
		"ManagedLoginVersion": template.NoEffect(),
		"Routing":             template.NoEffect(),
	},
	Ref: template.ValueOf("Domain"),
	Attributes: map[string]template.Attribute{
		// Parity: Assembly: addresses of AWS's own
		"CloudFrontDistribution": template.Formed("%.cloudfront.net", template.Lowered(template.GeneratedID)),
	},
}

func readUserPoolDomain(b *builder, r *template.Resource, v template.Values) {
	b.model.UserPoolDomains = append(b.model.UserPoolDomains, UserPoolDomain{
		Resource:       r.Source(),
		UserPoolID:     v.Text("UserPoolId"),
		Domain:         v.Text("Domain"),
		CertificateARN: v.Object("CustomDomainConfig").Text("CertificateArn"),
	})
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

// checkCertificate: Cognito puts a custom domain behind CloudFront, which takes certificates of one
// Region only.
//
// Source: Cognito API reference, CustomDomainConfigType.
func (b *builder) checkCertificate(domain UserPoolDomain) {
	const region = "us-east-1"
	parts := strings.SplitN(domain.CertificateARN, ":", 6) // arn:partition:acm:region:account:certificate/id
	if len(parts) == 6 && parts[2] == "acm" && parts[3] != region {
		b.fail(domain.Resource, "CustomDomainConfig.CertificateArn", "the certificate is in %s, and Cognito takes one in %s", parts[3], region)
	}
}

// checkDomainsOfPools: a pool has at most one prefix and one custom domain, and no two have the
// same.
//
// Source: [O] aws-cdk-examples #402.
func (b *builder) checkDomainsOfPools() {
	prefixes, customs, domains := owners{}, owners{}, owners{}
	for _, domain := range b.model.UserPoolDomains {
		form, pools := "prefix", prefixes
		if domain.Custom() {
			form, pools = "custom", customs
		}
		if other, taken := pools.claim(domain.UserPoolID, domain.Resource); taken {
			b.fail(domain.Resource, "UserPoolId", "the user pool already has a %s domain, %s: take one of them out", form, other)
		} else if _, taken := domains.claim(domain.Domain, domain.Resource); taken {
			b.fail(domain.Resource, "Domain", "Domain already associated with another user pool.")
		}
	}
}
