package config

import (
	"slices"
	"time"
)

// The forms of issuers that Cognito has (CreateUserPool, IssuerConfiguration).
const (
	issuerOriginal = "ORIGINAL"

	// IssuerUpdated is the Identity.IssuerType whose issuer is the same in every Region of a pool.
	IssuerUpdated = "UPDATED"
)

// CustomDomain is a domain of the account's own, with the certificate for it and the hosted zone that gets its record.
type CustomDomain struct {
	Name           string
	CertificateARN string // us-east-1 for the token endpoint, else the environment's Region
	HostedZoneID   string
	HostedZoneName string // Name, or what it ends with
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

// CORS is what browsers that call from another origin are answered.
type CORS struct {
	AllowOrigins     []string // at least one, sorted: origins, "*", "https://*" or "http://*"
	AllowMethods     []string // sorted, in capitals; all of them unless the file says otherwise
	AllowHeaders     []string // sorted, authorization among them; that and content-type unless the file says otherwise
	ExposeHeaders    []string // sorted
	AllowCredentials bool
	MaxAge           time.Duration // whole minutes up to 24 hours; 0: the browser decides
}

// environment is nil for a domain that is not written.
func (d tokenDomain) environment() *CustomDomain {
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

func (d apiDomain) environment() *APIDomain {
	custom := tokenDomain{tokenDomainName(d.Name), d.CertificateARN, d.HostedZoneID, d.HostedZoneName}.environment()
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

func (w cors) environment() *CORS {
	if len(w.AllowOrigins) == 0 {
		return nil
	}
	allowed := &CORS{
		AllowOrigins:     sortedStrings(w.AllowOrigins),
		AllowMethods:     sortedStrings(w.AllowMethods),
		AllowHeaders:     sortedStrings(w.AllowHeaders),
		ExposeHeaders:    sortedStrings(w.ExposeHeaders),
		AllowCredentials: w.AllowCredentials,
		MaxAge:           duration(w.MaxAge),
	}
	// With credentials a browser takes * for a method of that name (Fetch standard, "CORS-preflight fetch", step 7).
	if len(allowed.AllowMethods) == 0 || allowed.AllowCredentials && slices.Contains(allowed.AllowMethods, anything) {
		allowed.AllowMethods = slices.Clone(httpMethods[1:])
	}
	if len(allowed.AllowHeaders) == 0 {
		allowed.AllowHeaders = []string{"authorization", "content-type"}
	}
	return allowed
}
