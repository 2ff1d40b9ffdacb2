package gateway

import (
	"net/http"
	"slices"
	"strings"
)

// namedByConnection are the headers that a message itself makes its connection's own, in canonical form. Like those that
// always are, they must not pass through the gateway (RFC 9110 section 7.6.1).
func namedByConnection(values []string) (names []string) {
	for _, value := range values {
		for name := range strings.SplitSeq(value, ",") {
			names = append(names, http.CanonicalHeaderKey(strings.Trim(name, " \t")))
		}
	}
	return names
}

// endToEnd is a request's or a response's header without what is about its connection.
func endToEnd(header http.Header) http.Header {
	named := namedByConnection(header["Connection"])
	kept := make(http.Header, len(header))
	for name, values := range header {
		if !isConnectionHeader(name) && !slices.Contains(named, name) {
			kept[name] = values
		}
	}
	return kept
}

// isConnectionHeader tells the headers that are about one connection (RFC 9110 section 7.6.1) and must not pass
// through the gateway, in either direction. The name is in canonical form.
func isConnectionHeader(name string) bool {
	switch name {
	case "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authorization",
		"Te", "Trailer", "Transfer-Encoding", "Upgrade":
		return true
	}
	return false
}

// isForbiddenInHeader holds for what RFC 9110 section 5.5 does not allow in a field value: a line end in one would
// start a header of the function's choosing.
func isForbiddenInHeader(r rune) bool {
	return r < ' ' && r != '\t' || r == 0x7f
}
