// Package chaos decides which calls and token requests of a run meet bad weather, and of which
// kind: a late answer, 429, 500 or 503, a cut connection, new signing keys, a new client secret.
//
// It owns the rules that a user writes, the decisions that follow from them and a seed, and the
// account of what they caused. It does not own what a kind looks like on the wire: the service that
// asks for a decision answers in its own form.
//
// A decision depends on the seed, the rules, and which request of its stream a request is, and on
// nothing else. A stream are the calls of one client to one route, or the token requests of one
// client. So the same seed makes the same decisions again, however the requests of other streams
// come in between.
package chaos
