// Package gateway serves one AWS API Gateway HTTP API for real, on the local machine.
//
// It owns what happens between a request and its response: stages, routes, the JWT authorizer, CORS, throttling,
// the invoke permission, payload format 2.0, the function's response and the access log.
// It does not own the API's description (Config is filled from a synthesized template), the functions (an Invoker
// runs them) or the issuer's keys (they are fetched over HTTP, as AWS does).
//
// Source: API Gateway developer guide, "HTTP APIs"; docs/parity.md lists where this differs.
package gateway
