// Package httpapi knows what AWS's HTTP APIs are like: which route takes a request, which methods
// and paths there are, where a request carries its token, what the names of stages and of log
// variables are, and how much of each there can be.
//
// It owns these rules for whoever serves an API, checks its template or tells about it. It does no
// I/O and imports nothing of this module. It does not own what becomes of a request (package
// gateway), or the template (package assembly).
//
// Source: API Gateway developer guide, "HTTP APIs", and its page of quotas; docs/parity.md lists
// what AWS leaves open.
package httpapi
