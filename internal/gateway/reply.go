package gateway

import (
	"net/http"
	"strconv"
)

const (
	contentTypeJSON = "application/json"
	// contentTypeText is what AWS sends for a function response without a content type.
	contentTypeText = "text/plain; charset=utf-8"
)

// reply is a complete response: the function's, a refusal's or a preflight's. Requests may share
// one, so it never changes.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// write sends the reply, whose headers have been set. An error means that the connection broke
// meanwhile, and then there is nothing left to do.
func (p *reply) write(w http.ResponseWriter) {
	p.writeHeader(w)
	if allowsBody(p.status) {
		_, _ = w.Write(p.body) //nolint:gosec // G705: what a function answers is its own; its content type is never HTML by default
	}
}

func (p *reply) writeHeader(w http.ResponseWriter) {
	if allowsBody(p.status) {
		w.Header()["Content-Length"] = []string{strconv.Itoa(len(p.body))}
	}
	w.WriteHeader(p.status)
}

func allowsBody(status int) bool {
	return status != http.StatusNoContent && status != http.StatusNotModified
}
