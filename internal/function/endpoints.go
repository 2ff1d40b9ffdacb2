package function

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"cognito-m2m/internal/lambdaenv"
)

// maxResponseSize is the largest response in bytes: as large as an event, and some room for the
// envelope.
//
// Source: AWS's runtime interface emulator, interop.MaxPayloadSize.
const maxResponseSize = lambdaenv.MaxEventBytes + 100

const (
	headerRequestID    = "Lambda-Runtime-Aws-Request-Id"
	headerDeadline     = "Lambda-Runtime-Deadline-Ms"
	headerARN          = "Lambda-Runtime-Invoked-Function-Arn"
	headerTraceID      = "Lambda-Runtime-Trace-Id"
	headerErrorType    = "Lambda-Runtime-Function-Error-Type" // also a trailer of a response
	headerErrorBody    = "Lambda-Runtime-Function-Error-Body" // only a trailer
	headerResponseMode = "Lambda-Runtime-Function-Response-Mode"
)

// serve answers the requests of one connection.
func (a *runtimeAPI) serve(c *connection) {
	defer a.forget(c)
	c.requests(func(r *request) bool {
		if refused := a.guard(c, r); refused != nil {
			return c.reply(r, refused.status, refused.body())
		}
		c.askForBody(r)
		if r.URL.Path == pathNext && r.Method == http.MethodGet {
			return a.serveNext(c, r)
		}
		if refused := a.receive(r); refused != nil {
			return c.reply(r, refused.status, refused.body())
		}
		return c.reply(r, http.StatusAccepted, accepted)
	})
}

const (
	pathInvocations = "/2018-06-01/runtime/invocation/"
	pathNext        = pathInvocations + "next"
	pathInitError   = "/2018-06-01/runtime/init/error"
)

// receive takes what a runtime posts. The Extensions and Telemetry APIs, which share the address,
// are not found; aws-lambda-go's lambda.WithEnableSIGTERM warns of that, and works.
//
// Parity: Runtime API: no Extensions API
func (a *runtimeAPI) receive(r *request) *refusal {
	rest, isInvocation := strings.CutPrefix(r.URL.Path, pathInvocations)
	id, what, _ := strings.Cut(rest, "/")
	var receive func(id string, r *request) *refusal
	switch {
	case r.Method != http.MethodPost:
		return noSuchCall
	case r.URL.Path == pathInitError:
		receive = a.receiveInitError
	case isInvocation && what == "response":
		receive = a.receiveResponse
	case isInvocation && what == "error":
		receive = a.receiveError
	default:
		return noSuchCall
	}
	return receive(id, r)
}

// serveNext hands over an event. If there is none, the request waits for one for as long as the
// runtime does.
func (a *runtimeAPI) serveNext(c *connection, r *request) (goOn bool) {
	if !c.skipBody(r) {
		return c.reply(r, malformed.status, malformed.body())
	}
	c.later = r
	inv, waits, refused := a.next(c)
	if waits {
		return true
	}
	c.later = nil
	switch {
	case refused != nil:
		return c.reply(r, refused.status, refused.body())
	case inv == nil:
		return false
	}
	return c.finish(r, a.eventHead(c, inv), inv.payload)
}

// handOver gives an event to a connection that has waited for it.
func (a *runtimeAPI) handOver(c *connection, inv *invocation) {
	c.finishLater(a.eventHead(c, inv), inv.payload)
}

func (a *runtimeAPI) eventHead(c *connection, inv *invocation) []byte {
	head := fmt.Appendf(c.head(http.StatusOK, len(inv.payload)), headerRequestID+": %s\r\n"+headerDeadline+": %d\r\n"+headerTraceID+": %s\r\n",
		inv.id, inv.deadline.UnixMilli(), inv.traceID)
	if a.arn != "" {
		head = fmt.Appendf(head, headerARN+": %s\r\n", a.arn)
	}
	return head
}

// receiveResponse takes the function's response. A streamed one is collected like any other: an
// HTTP API can't stream.
//
// Parity: Runtime API: streamed responses are collected
func (a *runtimeAPI) receiveResponse(id string, r *request) *refusal {
	if !a.owes(id) {
		return invalidRequestID
	}
	if mode := r.Header.Get(headerResponseMode); mode != "" && mode != "streaming" {
		a.answer(id, answer{err: &Error{Type: typeInvalidMode, Message: "response mode is not streaming"}})
		return invalidResponseMode
	}
	body, refused := readBody(r)
	result := answer{response: body}
	switch {
	case refused == responseTooLarge:
		result = answer{err: tooLargeError()}
	case refused != nil:
		result = answer{err: &Error{Type: typeTruncated, Message: "response ended before its announced length"}}
	case r.Trailer.Get(headerErrorType) != "":
		result = answer{err: trailerError(r.Trailer)}
	}
	if !a.answer(id, result) {
		return invalidRequestID
	}
	return refused
}

// receiveError takes the function's own error. The answer is 202 whatever its body looks like.
func (a *runtimeAPI) receiveError(id string, r *request) *refusal {
	if !a.owes(id) {
		return invalidRequestID
	}
	if !a.answer(id, answer{err: reportedError(r)}) {
		return invalidRequestID
	}
	return nil
}

// receiveInitError takes the reason why the runtime can't run the function; it should exit then.
func (a *runtimeAPI) receiveInitError(_ string, r *request) *refusal {
	if !a.failInit(reportedError(r)) {
		return outOfOrder("Running", "InitError")
	}
	return nil
}

// readBody reads a response to its end, also one that is too large: a client that is still writing
// would see a broken connection instead of the refusal.
func readBody(r *request) ([]byte, *refusal) {
	var body bytes.Buffer
	body.Grow(r.here + bytes.MinRead) // mostly it is here as a whole
	if _, err := body.ReadFrom(io.LimitReader(r.Body, maxResponseSize+1)); err != nil {
		return nil, truncatedRequest
	}
	if body.Len() > maxResponseSize {
		_, _ = io.Copy(io.Discard, r.Body)
		return nil, responseTooLarge
	}
	return body.Bytes(), nil
}

// reportedError reads the body of an error call: {"errorMessage", "errorType", "stackTrace"}.
func reportedError(r *request) *Error {
	body, refused := readBody(r)
	if refused != nil {
		body = nil
	}
	return parseError(body, r.Header.Get(headerErrorType))
}

// trailerError reads the error of a response that broke off after it had begun.
func trailerError(trailer http.Header) *Error {
	body, err := base64.StdEncoding.DecodeString(trailer.Get(headerErrorBody))
	if err != nil {
		body = nil
	}
	return parseError(body, trailer.Get(headerErrorType))
}

// parseError reads an error object. What is not one is left out of the message: it can be anything,
// the event included.
func parseError(body []byte, typeInHeader string) *Error {
	var reported struct {
		ErrorType    string `json:"errorType"`
		ErrorMessage string `json:"errorMessage"`
	}
	if json.Unmarshal(body, &reported) != nil {
		reported.ErrorMessage = "function reported an error that is not a JSON object"
	}
	return &Error{
		Type:    cmp.Or(reported.ErrorType, typeInHeader, typeUnknown),
		Message: reported.ErrorMessage,
	}
}

// refusal is a call that the Runtime API turns down.
type refusal struct {
	status int
	Type   string `json:"errorType"`
	// Message is as in AWS's runtime interface emulator.
	Message string `json:"errorMessage"`
}

// Refusals that are the same every time. An id is checked before anything else, as in AWS's
// emulator.
//
// Parity: Runtime API: answering twice before asking for the next event
var (
	invalidRequestID = &refusal{http.StatusBadRequest, "InvalidRequestID", "Invalid request ID"}

	invalidResponseMode = &refusal{
		http.StatusBadRequest, "InvalidFunctionResponseMode", "Invalid function response mode",
	}

	truncatedRequest = &refusal{
		http.StatusBadRequest, "TruncatedHTTPRequest", "HTTP request detected as truncated",
	}

	responseTooLarge = &refusal{
		http.StatusRequestEntityTooLarge, "RequestEntityTooLarge",
		fmt.Sprintf("Exceeded maximum allowed payload size (%d bytes).", maxResponseSize),
	}
)

// Refusals of what is not a call of this API.
var (
	malformed = &refusal{http.StatusBadRequest, "MalformedRequest", "Malformed HTTP request"}

	headTooLarge = &refusal{http.StatusRequestHeaderFieldsTooLarge, "HeadersTooLarge", "HTTP headers are too large"}

	otherVersion = &refusal{http.StatusHTTPVersionNotSupported, "UnsupportedVersion", "HTTP version is not 1"}

	noSuchCall = &refusal{http.StatusNotFound, "NotFound", "No such call"}
)

func outOfOrder(from, to string) *refusal {
	return &refusal{
		http.StatusForbidden, "InvalidStateTransition",
		fmt.Sprintf("State transition from %s to %s failed for runtime. Error: State transition is not allowed", from, to),
	}
}

// body is the refusal as the runtime gets it.
func (f *refusal) body() []byte {
	body, _ := json.Marshal(f) // two texts
	return append(body, '\n')
}

// accepted is the body of every 202.
var accepted = []byte(`{"status":"OK"}` + "\n")
