package function

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"

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

// routes are all of the Runtime API. The Extensions and Telemetry APIs, which share its address,
// are not found; aws-lambda-go's lambda.WithEnableSIGTERM warns of that, and works.
//
// Parity: Runtime API: no Extensions API
func (a *runtimeAPI) routes() http.Handler {
	const runtime = "/2018-06-01/runtime"
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+runtime+"/invocation/next", a.serveNext)
	mux.HandleFunc("POST "+runtime+"/invocation/{id}/response", accept(a.receiveResponse))
	mux.HandleFunc("POST "+runtime+"/invocation/{id}/error", accept(a.receiveError))
	mux.HandleFunc("POST "+runtime+"/init/error", accept(a.receiveInitError))
	return mux
}

// serveNext waits for an event for as long as the runtime does, and hands it over.
func (a *runtimeAPI) serveNext(w http.ResponseWriter, r *http.Request) {
	arrived, ok := a.ask()
	if !ok {
		outOfOrder("InitError", "Ready").write(w)
		return
	}
	select {
	case <-arrived:
	case <-a.closed:
		return
	case <-r.Context().Done():
	}
	if r.Context().Err() != nil {
		return // the event, if there is one, waits for the runtime to ask again
	}
	inv := a.take()
	if inv == nil {
		outOfOrder("Running", "Ready").write(w)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set(headerRequestID, inv.id)
	// Without a length net/http would cut an event of usual size into chunks, which cost both sides
	// time.
	header.Set("Content-Length", strconv.Itoa(len(inv.payload)))
	header.Set(headerDeadline, strconv.FormatInt(inv.deadline.UnixMilli(), 10))
	header.Set(headerTraceID, inv.traceID)
	if a.arn != "" {
		header.Set(headerARN, a.arn)
	}
	_, _ = w.Write(inv.payload) // a runtime that has gone is noticed by its process
}

// receiveResponse takes the function's response. A streamed one is collected like any other: an
// HTTP API can't stream.
//
// Parity: Runtime API: streamed responses are collected
func (a *runtimeAPI) receiveResponse(r *http.Request) *refusal {
	id := r.PathValue("id")
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
func (a *runtimeAPI) receiveError(r *http.Request) *refusal {
	id := r.PathValue("id")
	if !a.owes(id) {
		return invalidRequestID
	}
	if !a.answer(id, answer{err: reportedError(r)}) {
		return invalidRequestID
	}
	return nil
}

// receiveInitError takes the reason why the runtime can't run the function; it should exit then.
func (a *runtimeAPI) receiveInitError(r *http.Request) *refusal {
	if !a.failInit(reportedError(r)) {
		return outOfOrder("Running", "InitError")
	}
	return nil
}

// readBody reads a response to its end, also one that is too large: a client that is still writing
// would see a broken connection instead of the refusal.
func readBody(r *http.Request) ([]byte, *refusal) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxResponseSize+1))
	if err != nil {
		return nil, truncatedRequest
	}
	if len(body) > maxResponseSize {
		_, _ = io.Copy(io.Discard, r.Body)
		return nil, responseTooLarge
	}
	return body, nil
}

// reportedError reads the body of an error call: {"errorMessage", "errorType", "stackTrace"}.
func reportedError(r *http.Request) *Error {
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

func outOfOrder(from, to string) *refusal {
	return &refusal{
		http.StatusForbidden, "InvalidStateTransition",
		fmt.Sprintf("State transition from %s to %s failed for runtime. Error: State transition is not allowed", from, to),
	}
}

// write sends the refusal; it is the only place that does.
func (f *refusal) write(w http.ResponseWriter) {
	writeJSON(w, f.status, f)
}

// accepted is the body of every 202.
var accepted = json.RawMessage(`{"status":"OK"}`)

// accept answers 202 to a call that receive does not refuse.
func accept(receive func(*http.Request) *refusal) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if refused := receive(r); refused != nil {
			refused.write(w)
			return
		}
		writeJSON(w, http.StatusAccepted, accepted)
	}
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
