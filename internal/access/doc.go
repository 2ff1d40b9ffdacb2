// Package access is who may call what in one environment: the routes of its HTTP API, what each
// requires of a token, and the clients.
//
// It owns reading that from a cloud assembly and adding the ids of a deployment. It does not own
// which route matches a request (package httpapi), judging a token (package explain) or testing the
// running environment (package verify).
//
// Source: API Gateway developer guide, "Create routes for HTTP APIs" and "Control access to HTTP
// APIs with JWT authorizers".
package access
