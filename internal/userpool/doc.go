// Package userpool has Cognito's rules for user pools that several packages share: where a pool is
// reached and what its issuer is, what secrets and client ids look like, how long access tokens are
// valid, and with which codes tokens are refused.
//
// It does not own the token endpoint or the API of user pools (package cognito), nor the prefix of
// a domain (package domainprefix).
//
// Source: Amazon Cognito Developer Guide, "User pool endpoints"; Cognito API reference,
// UserPoolClientType and IssuerConfigurationType; for partitions, the endpoints of the AWS SDK for
// Go.
package userpool
