// Package cognito is the public face of one Cognito user pool: the token endpoint for the
// client-credentials grant (RFC 6749 section 4.4), the discovery document and the JWKS.
//
// It owns what a caller can observe of a pool: app-client authentication, scopes, access tokens,
// signing keys, and the shapes of pool ids, client ids and client secrets. It does not own where
// the pool's definition comes from, what is kept between runs, or the listener; the caller brings
// those.
//
// Source: the Cognito developer guide ("The token issuer endpoint", "Scopes, M2M, and resource
// servers", "Understanding the access token") and public captures, collected in
// docs/aws-behaviour.md.
package cognito
