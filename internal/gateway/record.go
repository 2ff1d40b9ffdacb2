package gateway

import (
	"cmp"
	"net/http"
)

// record is what Config.Observe learns of an exchange. Every text in it may stand in a log.
func (x *exchange) record() Request {
	return Request{
		Received: x.received,
		Duration: x.latency,
		Method:   loggable(x.request.Method),
		Path:     loggable(cmp.Or(x.path, x.request.URL.Path)),
		ClientID: loggable(x.claims.Text("client_id")),
		Status:   x.reply.status,
		Refused:  loggable(x.whyRefused()),
	}
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
	case x.refusal.status == http.StatusUnauthorized:
		return "no token"
	case x.refusal.status == http.StatusNotFound:
		return "no route"
	default:
		return x.refusal.message
	}
}
