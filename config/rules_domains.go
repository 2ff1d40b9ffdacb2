package config

import (
	"slices"
	"strings"

	"cognito-m2m/internal/httpapi"
)

// cloudFrontRegion is where the certificate of everything lies that CloudFront serves, a user pool's domain among it.
const cloudFrontRegion region = "us-east-1"

func (c *checker) tokenDomain() {
	const path = "identity.domain.customDomain"
	domain := c.written.Identity.Domain.CustomDomain
	c.inZone(path, domainName(domain.Name), domain.HostedZoneName)
	if c.has(path) && strings.HasPrefix(string(c.written.Region), "us-gov-") { // GovCloud guide, "Amazon Cognito"
		c.report(path, "user pools have no custom domains in "+string(c.written.Region), "remove it, and use the Cognito domain")
	}
	if domain.CertificateARN == "" { // not written, or refused
		return
	}
	if got := domain.CertificateARN.region(); got != cloudFrontRegion {
		c.report(path+".certificateArn", "the certificate is in "+string(got)+", a user pool's domain needs one in us-east-1",
			"request it in Certificate Manager in us-east-1, whatever the environment's Region")
	}
	c.ownCertificate(path, domain.CertificateARN)
}

func (c *checker) apiDomain() {
	const path = "api.customDomain"
	domain, tokens := c.written.API.CustomDomain, c.written.Identity.Domain.CustomDomain
	c.inZone(path, domain.Name, domain.HostedZoneName)
	if domain.Name != "" && string(domain.Name) == string(tokens.Name) {
		c.report(path+".name", quote(string(domain.Name))+" is already the token endpoint's domain", "give each a name of its own")
	}
	if domain.MutualTLS.TruststoreURI != "" && domain.KeepDefaultEndpoint {
		c.report(path+".keepDefaultEndpoint", "lets callers past mutualTls", "the default address asks for no certificate; remove one of the two")
	}
	if domain.CertificateARN == "" {
		return
	}
	switch got := domain.CertificateARN.region(); {
	case !c.has("region"):
		c.report(path+".certificateArn", "needs a region for the environment", "write region: "+string(got)+", the certificate's")
	case c.written.Region != "" && got != c.written.Region:
		c.report(path+".certificateArn", "the certificate is in "+string(got)+", the environment in "+string(c.written.Region),
			"request one in the environment's Region")
	}
	c.ownCertificate(path, domain.CertificateARN)
}

// inZone holds a domain against the hosted zone that gets its record.
func (c *checker) inZone(path string, name, zone domainName) {
	if name == "" || zone == "" || name == zone || strings.HasSuffix(string(name), "."+string(zone)) {
		return
	}
	c.report(path+".hostedZoneName", quote(string(name))+" is not in the zone "+quote(string(zone)), "name the zone that the domain ends with")
}

func (c *checker) ownCertificate(path string, certificate certificateARN) {
	if own := c.written.Account; own != "" && certificate.account() != own {
		c.report(path+".certificateArn", "the certificate is in account "+string(certificate.account())+", the environment in "+string(own),
			"a domain takes certificates of its own account")
	}
}

// corsHeaders holds lists of headers against what a browser makes of * in them (Fetch standard, "CORS-preflight fetch",
// "CORS non-wildcard request-header name", and "CORS check" of exposed headers).
func (c *checker) corsHeaders(written cors) {
	const allowed, exposed = "api.cors.allowHeaders", "api.cors.exposeHeaders"
	const literally = "with allowCredentials, browsers take * for a header of that name"
	token := slices.ContainsFunc(written.AllowHeaders, func(h corsHeader) bool { return strings.EqualFold(string(h), "authorization") })
	switch all := slices.Contains(written.AllowHeaders, anything); {
	case all && written.AllowCredentials:
		c.report(allowed, literally, "name the headers, authorization among them")
	case all && !token:
		c.report(allowed, "* does not cover authorization, which carries the token", "name it beside *")
	case len(written.AllowHeaders) > 0 && !token:
		c.warn(allowed, "lacks authorization, which carries the token, so no browser can call the API", "add authorization")
	}
	if written.AllowCredentials && slices.Contains(written.ExposeHeaders, anything) {
		c.report(exposed, literally, "name the headers")
	}
}

// cors holds what browsers are answered against the routes: a preflight request brings no token, so a route that takes
// it refuses it (API Gateway guide, "Configuring CORS" on $default; anomalyco/sst #5493 on ANY).
func (c *checker) cors() {
	written := c.written.API.CORS
	if len(written.AllowOrigins) == 0 {
		return
	}
	if written.AllowCredentials && slices.Contains(written.AllowOrigins, anything) {
		c.report("api.cors.allowCredentials", "can't be combined with the origin *", "name the origins, or write https://*")
	}
	c.corsHeaders(written)
	if age := duration(written.MaxAge); age > longestMaxAge {
		c.report("api.cors.maxAge", quote(string(written.MaxAge))+" is longer than 24h", "API Gateway's limit")
	}
	for i, route := range c.written.API.Routes {
		preflighted := func(m method) bool { return m == httpapi.AnyMethod || m == "OPTIONS" }
		if route.Path == httpapi.DefaultRoute || slices.ContainsFunc(route.Methods, preflighted) {
			c.warn(indexPath("api.routes", i), "takes browsers' preflight requests, which carry no token, and refuses them",
				"write its path and methods out, without OPTIONS, if browsers call it")
		}
	}
}
