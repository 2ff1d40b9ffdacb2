package userpool

import "slices"

// Codes with which a token endpoint refuses a request (RFC 6749 section 5.2).
const (
	InvalidClient = "invalid_client"
	InvalidGrant  = "invalid_grant"
	InvalidScope  = "invalid_scope"
)

// ClientCredentials is the grant type of a request without a user, and the OAuth flow that allows
// it to an app client.
const ClientCredentials = "client_credentials"

// IsRefusal says whether a text is one of the codes of RFC 6749 section 5.2.
func IsRefusal(code string) bool {
	return slices.Contains([]string{
		InvalidClient, InvalidGrant, InvalidScope, "invalid_request", "unauthorized_client", "unsupported_grant_type",
	}, code)
}
