// Package gateway serves one AWS API Gateway HTTP API for real, on the local machine.
//
// It owns what happens between a request and its response: stages, routes, the JWT authorizer, CORS, throttling,
// the invoke permission, payload format 2.0, the function's response and the access log.
// It does not own the API's description (Config is filled from a synthesized template), the functions (an Invoker
// runs them) or the issuer's keys (they are fetched over HTTP, as AWS does).
//
// The files read one way: gateway.go is the way of a request, step by step. What the steps use stands in a file for each
// idea, and they know the exchange of one request (exchange.go) or not even that. At the bottom are the configuration
// and the resources of the template (config.go, resources.go). What may stand in a log is decided in redact.go alone.
//
// Source: API Gateway developer guide, "HTTP APIs"; docs/parity.md lists where this differs.
package gateway
