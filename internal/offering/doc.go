// Package offering is what an environment offers its callers: where it is, which scopes there are
// and what they allow, which routes they open, how many requests a route takes, and for each client
// how long a token lives and when its secret is replaced.
//
// It owns how all of this is read from the templates of a cloud assembly, and what stands in place
// of addresses that only a deployment has. It does not own how it is written down: see packages
// openapi and handbook. Which client may call which route is package access's.
package offering
