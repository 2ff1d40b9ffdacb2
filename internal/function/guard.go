package function

import (
	"context"
	"net"
	"net/http"
	"os"
	"sync"
)

// guard lets only the function's process reach next. Without it a web page could, by pointing its
// own name at 127.0.0.1, and so could every other user of this machine: an event has its caller's
// token. The address has no room for a password, being host and port, so the system is asked for
// the owner of the connection's other end, where it can say.
//
// Parity: Runtime API: who is answered
func (a *runtimeAPI) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var refused *refusal
		switch isOwn := r.Context().Value(peerKey{}).(func() bool); {
		case r.Host != a.address:
			refused = misdirected
		case !isOwn() && socketsAreListed(r.Context().Value(http.LocalAddrContextKey).(net.Addr)):
			refused = foreign
		default:
			next.ServeHTTP(w, r)
			return
		}
		a.log.Warn("Runtime API refused a call that is not the function's", "arn", a.arn, "reason", refused.Type)
		refused.write(w)
	})
}

var (
	misdirected = &refusal{
		http.StatusMisdirectedRequest, "MisdirectedRequest", "The Host is not the address in AWS_LAMBDA_RUNTIME_API",
	}

	foreign = &refusal{http.StatusForbidden, "Forbidden", "The Runtime API answers the function's process alone"}
)

// peerKey is where a request's context has whether its connection is of this process's user: a
// func() bool.
type peerKey struct{}

// withPeer looks a connection's other end up once, when the first request asks.
func withPeer(ctx context.Context, conn net.Conn) context.Context {
	return context.WithValue(ctx, peerKey{}, sync.OnceValue(func() bool { return peerUser(conn) == os.Geteuid() }))
}
