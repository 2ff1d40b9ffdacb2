package gateway

import "net/http"

// Limits of HTTP APIs, from API Gateway's quotas page, in bytes.
const (
	maxHeaderBytes = 10_240   // request line and all header lines together
	maxBodyBytes   = 10 << 20 // request body
	maxEventBytes  = 6 << 20  // Lambda's own limit for a synchronous invocation, which base64 bodies meet first
	maxLogFormat   = 3 << 10  // access log template
)

// Limits of HTTP APIs in numbers, from the same page: those that no account can have raised.
//
// Parity: Limits: quotas that can be raised
const (
	maxIntegrations   = 300
	maxStageVariables = 100
)

// checkLimits refuses what AWS would not take in. A body of undeclared length is checked when it is read.
func (g *Gateway) checkLimits(x *exchange) *refusal {
	if headerBytes(x.request) > maxHeaderBytes {
		return headersTooLarge()
	}
	if x.request.ContentLength > maxBodyBytes {
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
