package gateway

import (
	"net"
	"net/http"
	"time"

	"cognito-m2m/internal/jwtauth"
)

// exchange is all that is known about one request and what became of it. Each step of the pipeline
// fills its part; the access log reads it, and so can anything that explains or counts requests.
type exchange struct {
	api      API
	request  *http.Request
	id       string // the request id, as in the apigw-requestid header
	sourceIP string
	received time.Time

	stage     *stage
	path      string // canonical, with the prefix of a named stage: the event's rawPath; as decoded if it has no such form
	routePath string // canonical, without it: what routes are matched against

	route          *route
	pathParameters map[string]string
	claims         jwtauth.Claims // of a verified token; nil if the route has no authorizer or the token was refused

	body       []byte
	event      []byte
	invocation invocation

	refusal   *refusal // why the gateway did not pass on a function's response; nil if it did
	reply     *reply
	preflight bool // the reply is the gateway's answer to a CORS preflight
	latency   time.Duration
}

func newExchange(api API, r *http.Request, id string, received time.Time) *exchange {
	sourceIP, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		sourceIP = r.RemoteAddr
	}
	return &exchange{api: api, request: r, id: id, sourceIP: sourceIP, received: received}
}
