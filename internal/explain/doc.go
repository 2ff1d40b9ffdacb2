// Package explain says why API Gateway accepts or refuses a token, which a bare 401 or 403 does
// not.
//
// It owns reading a pasted text, the reasons of a JWT authorizer as sentences, and the verdict. It
// does not own the checks (package jwtauth, which the gateway uses too): it makes them one by one,
// so that it can report each. It never prints a token, a signature or what may be a secret; of the
// claims it shows iss, client_id, aud, scope, token_use and the times.
//
// Source: API Gateway developer guide, "Control access to HTTP APIs with JWT authorizers"; Amazon
// Cognito developer guide, "Understanding the access token".
package explain
