package config

import (
	"regexp"
	"strings"
)

// The kinds of string in what an environment file says about domains of one's own and about browsers.
type (
	domainName      string
	tokenDomainName string
	certificateARN  string
	hostedZoneID    string
	truststoreURI   string
	objectVersion   string
	corsOrigin      string
	corsMethod      string
	corsHeader      string
	corsMaxAge      string
)

const (
	hostname = `([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])`
	anything = "*" // in a list of cors
)

var (
	domainNameText = text{
		noun:      "domain name",
		pattern:   regexp.MustCompile(`^` + hostname + `$`),
		maxLength: 253,
		hint:      "lower-case letters, digits, hyphens and dots, for example api.example.com",
	}

	// 63 characters are the limit of CreateUserPoolDomain, for a domain of one's own too.
	tokenDomainNameText = text{
		noun:      "domain name",
		pattern:   domainNameText.pattern,
		maxLength: 63,
		hint:      "at most 63 lower-case letters, digits, hyphens and dots, for example auth.example.com",
	}

	certificateARNText = text{
		noun:    "certificate ARN",
		pattern: regexp.MustCompile(`^arn:aws(-[a-z]+)*:acm:[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}:[0-9]{12}:certificate/[A-Za-z0-9-]{1,64}$`),
		hint:    "arn:aws:acm:<region>:<account>:certificate/<id>",
	}

	hostedZoneIDText = text{
		noun:    "hosted zone id",
		pattern: regexp.MustCompile(`^Z[A-Z0-9]{1,31}$`),
		hint:    "a Z with capitals and digits, without /hostedzone/",
	}

	truststoreURIText = text{
		noun:      "truststore URI",
		pattern:   regexp.MustCompile(`^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/\S+$`),
		maxLength: 2048,
		hint:      "s3://<bucket>/<key>",
	}

	objectVersionText = text{
		noun:      "object version",
		pattern:   regexp.MustCompile(`^\S+$`),
		maxLength: 64,
		hint:      "the version id of the object in S3",
	}

	corsOriginText = text{
		noun:    "origin",
		pattern: regexp.MustCompile(`^(\*|https?://(\*|[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?))$`),
		hint:    "scheme and host as a browser sends them, no / at the end: https://app.example.com; or *, https://*, http://*",
	}

	corsMethodText = text{noun: "HTTP method", words: append([]string{anything}, httpMethods[1:]...)}

	corsHeaderText = text{
		noun:    "header name",
		pattern: regexp.MustCompile(`^(\*|[A-Za-z0-9!#$%&'+.^_|~-]+)$`),
		hint:    "one header, for example content-type",
	}

	corsMaxAgeText = text{noun: "age", pattern: validityText.pattern, hint: validityText.hint}
)

func (domainName) text() text      { return domainNameText }
func (tokenDomainName) text() text { return tokenDomainNameText }
func (certificateARN) text() text  { return certificateARNText }
func (hostedZoneID) text() text    { return hostedZoneIDText }
func (truststoreURI) text() text   { return truststoreURIText }
func (objectVersion) text() text   { return objectVersionText }
func (corsOrigin) text() text      { return corsOriginText }
func (corsMethod) text() text      { return corsMethodText }
func (corsHeader) text() text      { return corsHeaderText }
func (corsMaxAge) text() text      { return corsMaxAgeText }

// region is the Region that the certificate is in.
func (a certificateARN) region() region { return region(strings.Split(string(a), ":")[3]) }

// account is the account that has the certificate.
func (a certificateARN) account() account { return account(strings.Split(string(a), ":")[4]) }
