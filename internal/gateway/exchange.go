package gateway

import (
	"cmp"
	"net"
	"net/http"
	"time"

	"cognito-m2m/internal/chaos"
	"cognito-m2m/internal/jwtauth"
	"cognito-m2m/internal/lambdaauth"
)

// exchange is all that is known about one request and what became of it. Each step of the pipeline
// fills its part; the access log reads it, and so can anything that explains or counts requests.
type exchange struct {
	api      API
	request  *http.Request
	ids      *requestIDs
	id       string // the request id, as in the apigw-requestid header
	trace    string // the x-amzn-trace-id that all its events have; "" as long as there is no event
	sourceIP string
	received time.Time

	stage     *stage
	path      string // canonical, with the prefix of a named stage: the event's rawPath; as decoded if it has no such form
	routePath string // canonical, without it: what routes are matched against

	route          *route
	pathParameters map[string]string
	claims         jwtauth.Claims     // of a verified token; nil if the route has no JWT authorizer or the token was refused
	answer         *lambdaauth.Answer // of a Lambda authorizer, whatever it says; nil if there is none

	weather    chaos.Decision // what becomes of the call; nothing before it is about to reach its function
	body       []byte
	event      []byte
	invocation invocation

	refusal   *refusal // why the gateway did not pass on a function's response; nil if it did
	reply     *reply
	preflight bool // the reply is the gateway's answer to a CORS preflight
	latency   time.Duration
	logLine   string // in the stage's access log
}

func newExchange(api API, r *http.Request, ids *requestIDs, received time.Time) *exchange {
	sourceIP, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		sourceIP = r.RemoteAddr
	}
	return &exchange{api: api, request: r, ids: ids, id: ids.next(), sourceIP: sourceIP, received: received}
}

// whyRefused is the most precise reason that is known for a refusal.
func (x *exchange) whyRefused() string {
	switch {
	case x.refusal == nil:
		return ""
	case x.refusal.authorizerError != "":
		return x.refusal.authorizerError
	case x.refusal.cause != nil:
		return x.refusal.cause.Error()
	default:
		return cmp.Or(x.refusal.reason, x.refusal.message)
	}
}

// clientID is whom the request is from, as far as the authorizer says it by that name.
func (x *exchange) clientID() string {
	if x.answer != nil {
		return x.answer.Text("client_id")
	}
	return x.claims.Text("client_id")
}
