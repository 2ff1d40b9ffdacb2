// Package jwtauth decides whether the JWT authorizer of an HTTP API accepts a token.
//
// It owns the checks, in AWS's order, the reasons to refuse as values, and the issuer's keys: how
// they are found, fetched and kept. It does not own where a request carries its token (package
// httpapi), what a refusal looks like on the wire (package gateway), or how a person is told about
// it (package explain).
//
// Source: API Gateway developer guide, "Control access to HTTP APIs with JWT authorizers";
// docs/parity.md lists what AWS leaves open.
package jwtauth
