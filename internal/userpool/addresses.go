package userpool

import (
	"strings"

	"cognito-m2m/internal/partition"
)

// TokenPath is where a domain's token endpoint is.
const TokenPath = "/oauth2/token" //nolint:gosec // a path, not a credential

// The types of an issuer.
const (
	IssuerOriginal = "ORIGINAL" // of a pool that names none
	IssuerUpdated  = "UPDATED"  // the same in every Region of the pool
)

const (
	originalHost = "https://cognito-idp."
	updatedHost  = "https://issuer-cognito-idp."
)

// Issuer is the "iss" claim of a pool's tokens. Every type but IssuerUpdated means the original
// one.
//
// It is where the discovery document is, so it has the URL suffix of the Region:
// cognito-idp.cn-north-1.amazonaws.com.cn in the SDK's endpoints.
func Issuer(issuerType, region, poolID string) string {
	host := originalHost
	if issuerType == IssuerUpdated {
		host = updatedHost
	}
	return host + region + "." + partition.URLSuffix(region) + "/" + poolID
}

// IssuerType is the type of an issuer, "" if it is not one of Cognito's.
func IssuerType(issuer string) string {
	switch {
	case strings.HasPrefix(issuer, originalHost):
		return IssuerOriginal
	case strings.HasPrefix(issuer, updatedHost):
		return IssuerUpdated
	}
	return ""
}

// JWKSURL is where an issuer has its keys.
func JWKSURL(issuer string) string { return issuer + "/.well-known/jwks.json" }

// Auth is the second label of prefix domains in a partition. GovCloud has FIPS endpoints alone.
//
// Source: GovCloud User Guide, "Amazon Cognito".
func Auth(partitionName string) string {
	if partitionName == partition.GovCloud {
		return "auth-fips"
	}
	return "auth"
}

// PrefixDomain is the host of a prefix domain: "m2m.auth.eu-west-1.amazoncognito.com". auth is what
// Auth returns.
func PrefixDomain(prefix, auth, region string) string {
	return prefix + "." + auth + "." + region + ".amazoncognito.com"
}
