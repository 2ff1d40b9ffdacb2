package gateway

import (
	"net/http"

	"cognito-m2m/internal/httpapi"
)

// maxEventBytes is Lambda's own limit for a synchronous invocation, which base64 bodies meet first.
const maxEventBytes = 6 << 20

// checkLimits refuses what AWS would not take in. A body of undeclared length is checked when it is read.
func (g *Gateway) checkLimits(x *exchange) *refusal {
	if headerBytes(x.request) > httpapi.MaxHeaderBytes {
		return headersTooLarge()
	}
	if x.request.ContentLength > httpapi.MaxBodyBytes {
		return bodyTooLarge()
	}
	return nil
}

// headerBytes is the size of the request line and headers as they came over the wire, line ends included.
// Host is not among net/http's headers and is counted apart; a Transfer-Encoding header is not counted.
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
