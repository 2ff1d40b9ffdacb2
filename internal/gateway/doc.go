// Package gateway serves one AWS API Gateway HTTP API for real, on the local machine.
//
// It owns what happens between a request and its response: stages, routes, authorizers, CORS,
// throttling, the invoke permission, payload format 2.0, the function's response and the access
// log. It does not own the API's description (Config is filled from a synthesized template),
// the functions (an Invoker runs them) or the issuer's keys (they are fetched over HTTP, as AWS
// does).
//
// The way of a request, step by step, is the pipeline in gateway.go, the last file; what may stand
// in a log is decided in redact.go alone. Each file uses only those before it: resources, headers,
// query, config, reply, refusal, response, integration, authorizer, route, throttle, permission,
// stage, cors, requestid, redact, exchange, event, authorizerevent, weather, logvariables,
// authorization, accesslog, gateway.
//
// Source: API Gateway developer guide, "HTTP APIs"; docs/parity.md lists where this differs.
package gateway
