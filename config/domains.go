package config

import (
	"strings"

	"cognito-m2m/internal/partition"
	"cognito-m2m/internal/strictyaml"
)

// A domain of your own for the token endpoint.
type tokenDomain struct {
	// The domain, lower-case; at most 63 characters. An account can have four such domains in a Region; AWS does not raise this quota. The domain above it must have an A record in DNS before the first deployment.
	Name tokenDomainName `yaml:"name" jsonschema:"example=auth.example.com"`
	// Certificate for the domain in Certificate Manager, in us-east-1 whatever the environment's Region: CloudFront serves it.
	CertificateARN certificateARN `yaml:"certificateArn" jsonschema:"example=arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555" hint:"request one in Certificate Manager and write its ARN"`
	// Hosted zone in Route 53 that gets the domain's record.
	HostedZoneID hostedZoneID `yaml:"hostedZoneId" jsonschema:"example=Z0123456789ABCDEFGHIJ" hint:"the zone in Route 53 that the domain belongs to"`
	// Name of that hosted zone.
	HostedZoneName domainName `yaml:"hostedZoneName" jsonschema:"example=example.com" hint:"the name of that zone, which the domain ends with"`
}

// CustomDomain is a domain of the account's own, with the certificate for it and the hosted zone
// that gets its record.
type CustomDomain struct {
	Name           string
	CertificateARN string // us-east-1 for the token endpoint, else the environment's Region
	HostedZoneID   string
	HostedZoneName string // Name, or what it ends with
}

// checked is nil for a domain that is not written.
func (d tokenDomain) checked() *CustomDomain {
	if d.Name == "" {
		return nil
	}
	return &CustomDomain{
		Name:           string(d.Name),
		CertificateARN: string(d.CertificateARN),
		HostedZoneID:   string(d.HostedZoneID),
		HostedZoneName: string(d.HostedZoneName),
	}
}

const hostname = `([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])`

type domainName string

func (domainName) Text() strictyaml.Text { return domainNameText }

var domainNameText = strictyaml.Text{
	Noun:      "domain name",
	Pattern:   strictyaml.Expression(`^` + hostname + `$`),
	MaxLength: 253,
	Hint:      "lower-case letters, digits, hyphens and dots, for example api.example.com",
}

type tokenDomainName string

func (tokenDomainName) Text() strictyaml.Text { return tokenDomainNameText }

// 63 characters are the limit of CreateUserPoolDomain, for a domain of one's own too.
var tokenDomainNameText = strictyaml.Text{
	Noun:      "domain name",
	Pattern:   domainNameText.Pattern,
	MaxLength: 63,
	Hint:      "at most 63 lower-case letters, digits, hyphens and dots, for example auth.example.com",
}

type certificateARN string

func (certificateARN) Text() strictyaml.Text { return certificateARNText }

var certificateARNText = strictyaml.Text{
	Noun:    "certificate ARN",
	Pattern: strictyaml.Expression(`^arn:aws(-[a-z]+)*:acm:` + regionForm + `:[0-9]{12}:certificate/[A-Za-z0-9-]{1,64}$`),
	Hint:    "arn:aws:acm:<region>:<account>:certificate/<id>",
}

// region is the Region that the certificate is in.
func (a certificateARN) region() region { return region(strings.Split(string(a), ":")[3]) }

// account is the account that has the certificate.
func (a certificateARN) account() account { return account(strings.Split(string(a), ":")[4]) }

type hostedZoneID string

func (hostedZoneID) Text() strictyaml.Text { return hostedZoneIDText }

var hostedZoneIDText = strictyaml.Text{
	Noun:    "hosted zone id",
	Pattern: strictyaml.Expression(`^Z[A-Z0-9]{1,31}$`),
	Hint:    "a Z with capitals and digits, without /hostedzone/",
}

// cloudFrontRegion is where the certificate of everything lies that CloudFront serves, a user
// pool's domain among it.
const cloudFrontRegion region = "us-east-1"

func (c *checker) tokenDomain() {
	const path = "identity.domain.customDomain"
	domain := c.written.Identity.Domain.CustomDomain
	c.inZone(path, domainName(domain.Name), domain.HostedZoneName)
	if c.Has(path) && partition.Of(string(c.written.Region)) == partition.GovCloud { // GovCloud guide, "Amazon Cognito"
		c.Report(path, "user pools have no custom domains in "+string(c.written.Region), "remove it, and use the Cognito domain")
	}
	if domain.CertificateARN == "" { // not written, or refused
		return
	}
	if got := domain.CertificateARN.region(); got != cloudFrontRegion {
		c.Report(path+".certificateArn", "the certificate is in "+string(got)+", a user pool's domain needs one in us-east-1",
			"request it in Certificate Manager in us-east-1, whatever the environment's Region")
	}
	c.ownCertificate(path, domain.CertificateARN)
}

// A domain of your own for the API.
type apiDomain struct {
	// The domain, lower-case.
	Name domainName `yaml:"name" jsonschema:"example=api.example.com"`
	// Certificate for the domain in Certificate Manager, in the environment's Region, which must be written then.
	CertificateARN certificateARN `yaml:"certificateArn" jsonschema:"example=arn:aws:acm:ap-northeast-1:123456789012:certificate/11111111-2222-3333-4444-555555555555" hint:"request one in Certificate Manager and write its ARN"`
	// Hosted zone in Route 53 that gets the domain's record.
	HostedZoneID hostedZoneID `yaml:"hostedZoneId" jsonschema:"example=Z0123456789ABCDEFGHIJ" hint:"the zone in Route 53 that the domain belongs to"`
	// Name of that hosted zone.
	HostedZoneName domainName `yaml:"hostedZoneName" jsonschema:"example=example.com" hint:"the name of that zone, which the domain ends with"`
	// Keep the API's default address open beside the domain, for as long as callers move.
	KeepDefaultEndpoint bool `yaml:"keepDefaultEndpoint,omitempty" jsonschema:"default=false"`
	// Callers have to show a certificate, besides their token.
	MutualTLS mutualTLS `yaml:"mutualTls,omitempty"`
}

// Callers have to show a certificate, besides their token.
type mutualTLS struct {
	// The certificates of the authorities that are trusted, a PEM file in S3 in the environment's Region.
	TruststoreURI truststoreURI `yaml:"truststoreUri" jsonschema:"example=s3://acme-truststore/callers.pem" hint:"write s3://<bucket>/<key> of a PEM file"`
	// Version of that object. Without it a new file counts only once something else of the domain changes.
	TruststoreVersion objectVersion `yaml:"truststoreVersion,omitempty"`
}

// APIDomain is a custom domain of an HTTP API.
type APIDomain struct {
	CustomDomain
	KeepDefaultEndpoint bool       // the API's default address stays open beside it
	MutualTLS           *MutualTLS // nil: callers show no certificate
}

// MutualTLS says whose certificates callers may show.
type MutualTLS struct {
	TruststoreURI     string // s3://bucket/key of a PEM file
	TruststoreVersion string // of that object; empty: the one that is current at a deployment
}

func (d apiDomain) checked() *APIDomain {
	custom := tokenDomain{tokenDomainName(d.Name), d.CertificateARN, d.HostedZoneID, d.HostedZoneName}.checked()
	if custom == nil {
		return nil
	}
	domain := &APIDomain{CustomDomain: *custom, KeepDefaultEndpoint: d.KeepDefaultEndpoint}
	if d.MutualTLS.TruststoreURI != "" {
		domain.MutualTLS = &MutualTLS{
			TruststoreURI:     string(d.MutualTLS.TruststoreURI),
			TruststoreVersion: string(d.MutualTLS.TruststoreVersion),
		}
	}
	return domain
}

type truststoreURI string

func (truststoreURI) Text() strictyaml.Text { return truststoreURIText }

var truststoreURIText = strictyaml.Text{
	Noun:      "truststore URI",
	Pattern:   strictyaml.Expression(`^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/\S+$`),
	MaxLength: 2048,
	Hint:      "s3://<bucket>/<key>",
}

type objectVersion string

func (objectVersion) Text() strictyaml.Text { return objectVersionText }

var objectVersionText = strictyaml.Text{
	Noun:      "object version",
	Pattern:   strictyaml.Expression(`^\S+$`),
	MaxLength: 64,
	Hint:      "the version id of the object in S3",
}

func (c *checker) apiDomain() {
	const path = "api.customDomain"
	domain, tokens := c.written.API.CustomDomain, c.written.Identity.Domain.CustomDomain
	c.inZone(path, domain.Name, domain.HostedZoneName)
	if domain.Name != "" && string(domain.Name) == string(tokens.Name) {
		c.Report(path+".name", strictyaml.Quote(domain.Name)+" is already the token endpoint's domain", "give each a name of its own")
	}
	if domain.MutualTLS.TruststoreURI != "" && domain.KeepDefaultEndpoint {
		c.Report(path+".keepDefaultEndpoint", "lets callers past mutualTls", "the default address asks for no certificate; remove one of the two")
	}
	if domain.CertificateARN == "" {
		return
	}
	switch got := domain.CertificateARN.region(); {
	case !c.Has("region"):
		c.Report(path+".certificateArn", "needs a region for the environment", "write region: "+string(got)+", the certificate's")
	case c.written.Region != "" && got != c.written.Region:
		c.Report(path+".certificateArn", "the certificate is in "+string(got)+", the environment in "+string(c.written.Region),
			"request one in the environment's Region")
	}
	c.ownCertificate(path, domain.CertificateARN)
}

// inZone holds a domain against the hosted zone that gets its record.
func (c *checker) inZone(path string, name, zone domainName) {
	if name == "" || zone == "" || name == zone || strings.HasSuffix(string(name), "."+string(zone)) {
		return
	}
	c.Report(path+".hostedZoneName", strictyaml.Quote(name)+" is not in the zone "+strictyaml.Quote(zone), "name the zone that the domain ends with")
}

func (c *checker) ownCertificate(path string, certificate certificateARN) {
	if own := c.written.Account; own != "" && certificate.account() != own {
		c.Report(path+".certificateArn", "the certificate is in account "+string(certificate.account())+", the environment in "+string(own),
			"a domain takes certificates of its own account")
	}
}
