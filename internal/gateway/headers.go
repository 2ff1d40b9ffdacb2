package gateway

import (
	"net/http"
	"slices"
	"strings"
)

// namedByConnection are the headers that a message's Connection header names, in canonical form.
// Like those that always belong to the connection, they must not pass through the gateway (RFC 9110
// section 7.6.1).
func namedByConnection(values []string) (names []string) {
	for _, value := range values {
		for name := range strings.SplitSeq(value, ",") {
			names = append(names, http.CanonicalHeaderKey(strings.Trim(name, " \t")))
		}
	}
	return names
}

// endToEnd is a request's header without what is about its connection.
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

// isConnectionHeader reports whether a header is about one connection (RFC 9110 section 7.6.1).
// Such a header must not pass through the gateway, in either direction. The name is in canonical
// form.
func isConnectionHeader(name string) bool {
	switch name {
	case "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authorization",
		"Te", "Trailer", "Transfer-Encoding", "Upgrade":
		return true
	}
	return false
}

// isForbiddenInHeader holds for what RFC 9110 section 5.5 does not allow in a field value: a line
// end in one would start a header of the function's choosing.
func isForbiddenInHeader(r rune) bool {
	return r < ' ' && r != '\t' || r == 0x7f
}

// headerBytes is the size of the request line and headers as they came over the wire, line ends
// included. Host is not among net/http's headers and is counted apart; a Transfer-Encoding header
// is not counted.
func headerBytes(r *http.Request) int {
	const lineEnd = len("\r\n")
	size := len(r.Method) + len(" ") + len(r.RequestURI) + len(" ") + len(r.Proto) + lineEnd
	size += len("Host: ") + len(r.Host) + lineEnd
	for name, values := range r.Header {
		for _, value := range values {
			size += len(name) + len(": ") + len(value) + lineEnd
		}
	}
	return size
}
