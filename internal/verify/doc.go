// Package verify checks whether a running environment refuses and accepts what its cloud assembly
// says: the smoke test after a deployment.
//
// It owns which requests that takes, and comparing each answer with what is wanted. It does not own
// what the assembly says (package access), where the environment is, or how to get a token (package
// client).
//
// Every route gets the requests that it must refuse, without a body and with made-up path
// parameters. API Gateway refuses before it calls the function, so such a request changes nothing,
// unless the route is open by mistake: then the first request that gets through is the last one to
// that route, except where requests only read. Requests that a route must accept are sent to GET
// routes without path parameters, and to those in Config.Try.
package verify
