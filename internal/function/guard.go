package function

import "net/http"

// guard refuses a request that is not of the function's process. Without it a web page could call,
// by pointing its own name at 127.0.0.1, and so could every other user of this machine: an event
// has its caller's token. The address has no room for a password, being host and port, so the
// system is asked for the owner of the connection's other end, where it can say.
//
// Parity: Runtime API: who is answered
func (a *runtimeAPI) guard(c *connection, r *request) (refused *refusal) {
	switch {
	case r.Host != a.address:
		refused = misdirected
	case !c.isOwn() && socketsAreListed(c.conn.LocalAddr()):
		refused = foreign
	default:
		return nil
	}
	a.cfg.Log.Warn("Runtime API refused a call that is not the function's", "arn", a.arn, "reason", refused.Type)
	return refused
}

var (
	misdirected = &refusal{
		http.StatusMisdirectedRequest, "MisdirectedRequest", "The Host is not the address in AWS_LAMBDA_RUNTIME_API",
	}

	foreign = &refusal{http.StatusForbidden, "Forbidden", "The Runtime API answers the function's process alone"}
)
