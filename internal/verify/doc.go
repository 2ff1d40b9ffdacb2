// Package verify asks a running environment whether it refuses and lets in what
// its cloud assembly says: the smoke test after a deployment.
//
// It owns which requests that takes, and holding each answer against what is
// wanted. It does not own what the assembly says (package access), where the
// environment is, or how to get a token (package client).
//
// Every route is asked for what it must refuse, without a body and with made-up
// path parameters. API Gateway refuses before it calls the function, so such a
// request changes nothing, unless the route is open although it should not be:
// then the first request that gets through is the last one to that route, except
// where requests only read. What a route must let in is tried on GET routes
// without path parameters, and where Config.Try says so.
package verify
