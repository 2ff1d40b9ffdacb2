package gateway

import (
	"maps"
	"net/http"
	"strconv"
)

const (
	contentTypeJSON = "application/json"
	// contentTypeText is what AWS sends for a function response without a content type.
	contentTypeText = "text/plain; charset=utf-8"
)

// reply is a complete response: the function's, a refusal's or a preflight's.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// write sends the reply. An error means that the connection broke meanwhile, and then there is
// nothing left to do.
func (p *reply) write(w http.ResponseWriter) {
	p.writeHeader(w)
	if allowsBody(p.status) {
		_, _ = w.Write(p.body) //nolint:gosec // G705: what a function answers is its own; its content type is never HTML by default
	}
}

func (p *reply) writeHeader(w http.ResponseWriter) {
	header := w.Header()
	maps.Copy(header, p.header)
	if allowsBody(p.status) {
		header.Set("Content-Length", strconv.Itoa(len(p.body)))
	}
	w.WriteHeader(p.status)
}

func allowsBody(status int) bool {
	return status != http.StatusNoContent && status != http.StatusNotModified
}
