package gateway

import "strings"

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

// isHeaderName is the token of RFC 9110 section 5.6.2.
func isHeaderName(name string) bool {
	const punctuation = "!#$%&'*+-.^_`|~"
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		isLetter := 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
		isDigit := '0' <= r && r <= '9'
		return !isLetter && !isDigit && !strings.ContainsRune(punctuation, r)
	})
}

// isForbiddenInHeader holds for what RFC 9110 section 5.5 does not allow in a field value: a line end in one would
// start a header of the function's choosing.
func isForbiddenInHeader(r rune) bool {
	return r < ' ' && r != '\t' || r == 0x7f
}
