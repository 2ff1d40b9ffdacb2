package config

import (
	"fmt"
	"slices"
	"strings"

	"cognito-m2m/internal/domainprefix"
	"cognito-m2m/internal/strictyaml"
	"cognito-m2m/internal/userpool"
)

// The user pool and its domain.
type identity struct {
	// The domain that the token endpoint is served on.
	Domain domain `yaml:"domain,omitempty"`
	// Cognito's feature plan, which is priced by users. Client credentials need none in particular. Left out, Cognito chooses; left out again, the plan stays.
	FeaturePlan featurePlan `yaml:"featurePlan,omitempty" jsonschema:"example=LITE"`
	// Form of the tokens' issuer: ORIGINAL is https://cognito-idp.<region>.amazonaws.com/<pool>, UPDATED the one on issuer-cognito-idp that is the same in every Region of the pool. Another form ends the tokens that are in use.
	IssuerType issuerType `yaml:"issuerType,omitempty" jsonschema:"default=ORIGINAL"`
	// Refuse to delete the user pool and all stacks. Must be true in production, unless removing says otherwise.
	DeletionProtection bool `yaml:"deletionProtection,omitempty" jsonschema:"default=false"`
	// The environment is about to be removed: lets deletionProtection be false in production.
	Removing bool `yaml:"removing,omitempty" jsonschema:"default=false"`
}

// The domain that the token endpoint is served on.
type domain struct {
	// Prefix of the Cognito domain, unique per Region across all AWS accounts. Empty: derived from the environment's name and the stack's id.
	Prefix domainPrefix `yaml:"prefix,omitempty" jsonschema:"default=,example=acme-orders"`
	// A domain of your own for the token endpoint. The Cognito domain stays beside it, so callers can move in their own time.
	CustomDomain tokenDomain `yaml:"customDomain,omitempty"`
}

// Identity is what an environment says about its user pool.
type Identity struct {
	DomainPrefix       string        // prefix of the pool's Cognito domain; empty: derived from the environment's name and the stack id
	CustomDomain       *CustomDomain // of the token endpoint, beside the Cognito domain; nil: none
	FeaturePlan        string        // LITE, ESSENTIALS or PLUS; empty: Cognito chooses
	IssuerType         string        // ORIGINAL or UPDATED
	DeletionProtection bool          // the pool can't be deleted; always true for production
}

func (i identity) checked() Identity {
	return Identity{
		DomainPrefix:       string(i.Domain.Prefix),
		CustomDomain:       i.Domain.CustomDomain.checked(),
		FeaturePlan:        string(i.FeaturePlan),
		IssuerType:         string(i.IssuerType),
		DeletionProtection: i.DeletionProtection,
	}
}

type domainPrefix string

func (domainPrefix) Text() strictyaml.Text { return domainPrefixText }

var domainPrefixText = strictyaml.Text{
	Noun:    "domain prefix",
	Pattern: strictyaml.Expression("^(" + domainprefix.Pattern + ")?$"),
	Refuse:  refuseReserved,
	Hint:    "1 to 63 lower-case letters, digits and hyphens, no hyphen first or last; empty to derive it",
}

func refuseReserved(prefix string) (message, hint string) {
	if word := domainprefix.ReservedWord(prefix); word != "" {
		return fmt.Sprintf("%s contains the reserved word %q", strictyaml.Quote(prefix), word), "Cognito refuses it in a domain"
	}
	return "", ""
}

// derivedDomain checks the name as part of the domain that is derived from it.
func (c *checker) derivedDomain() {
	word := domainprefix.ReservedWord(string(c.written.Name))
	if word != "" && c.written.Identity.Domain.Prefix == "" {
		c.Report(c.nameKey(), fmt.Sprintf("the domain derived from %s contains the reserved word %q", strictyaml.Quote(c.written.Name), word),
			"rename the environment, or set identity.domain.prefix")
	}
}

// planLite is the cheapest feature plan.
const planLite = "LITE"

type featurePlan string

func (featurePlan) Text() strictyaml.Text { return featurePlanText }

var featurePlanText = strictyaml.Text{Noun: "feature plan", Words: []string{"ESSENTIALS", planLite, "PLUS"}}

type issuerType string

func (issuerType) Text() strictyaml.Text { return issuerTypeText }

var issuerTypeText = strictyaml.Text{Noun: "issuer type", Words: []string{userpool.IssuerOriginal, userpool.IssuerUpdated}}

// issuer warns of a combination that AWS's pages disagree about.
func (c *checker) issuer() {
	if identity := c.written.Identity; identity.IssuerType == userpool.IssuerUpdated && identity.FeaturePlan == planLite {
		c.Warn("identity.issuerType", "UPDATED may need the feature plan ESSENTIALS or PLUS", "write one of them, or deploy to an environment that may fail first")
	}
}

// production refuses a production environment whose user pool, and with it every client's id and
// secret, one command could delete, unless that is what is meant.
func (c *checker) production() {
	const path = "identity.deletionProtection"
	written := c.written.Identity
	switch {
	case written.Removing && written.DeletionProtection:
		c.Report("identity.removing", "can't be true beside deletionProtection: true", "a protected environment can't be removed; change one of them")
	case written.Removing && !c.Has(path):
		c.Report("identity.removing", "needs deletionProtection: false beside it", "write both")
	case isProduction(c.written.Name) && c.written.Match != "":
		c.Report(path, "must be true in production", "ask for a name without it: a disposable environment is never protected")
	case isProduction(c.written.Name) && !written.DeletionProtection && !written.Removing:
		c.Report(path, "must be true in production", "write deletionProtection: true; or removing: true beside it, if the environment is to be removed")
	}
}

func isProduction(name environmentName) bool {
	words := strings.Split(string(name), "-")
	if words[0] == "pre" || words[0] == "non" {
		return false
	}
	return slices.Contains(words, "prod") || slices.Contains(words, "production")
}
