package gateway

import (
	"cmp"
	"net/http"
	"time"
)

// Request is what became of one request, as Config.Observe receives it. No value of it holds a token, or a character
// that could end a line or a quoted field; see redact.go.
type Request struct {
	// Received is when the request arrived, Duration how long its answer took.
	Received time.Time
	Duration time.Duration
	Method   string
	// Path is decoded, and has no query. It can have blanks.
	Path string
	// ClientID is the client_id of a verified token, "" without one.
	ClientID string
	// Status is the HTTP status of the answer.
	Status int
	// Refused says in a few words why the gateway answered instead of the function: the authorizer's error, or the
	// integration's. It is "" if the function answered.
	Refused string
}

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
