// Package access is who may call what in one environment: the routes of its
// HTTP API, what each requires of a token, and the clients there are.
//
// It owns reading that out of a cloud assembly and giving it the ids of a
// deployment. It does not own which route takes a request (package httpapi),
// deciding on a token (package explain) or asking the running environment
// (package verify).
//
// Source: API Gateway developer guide, "Create routes for HTTP APIs" and
// "Control access to HTTP APIs with JWT authorizers".
package access
