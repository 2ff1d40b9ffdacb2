package awsapi

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"time"
)

// restProtocol is REST, in the form of one service.
type restProtocol struct {
	*Handler

	service RESTService
}

// restService is the service that a request says it is signed for, if that speaks REST.
func (h *Handler) restService(r *http.Request) (RESTService, bool) {
	auth, _ := parseAuthorization(r.Header.Get("Authorization"))
	service, ok := h.rest[auth.service]
	return service, ok
}

// serve has the service answer, and answers itself if that refuses. It returns what was answered.
func (p restProtocol) serve(w http.ResponseWriter, x *exchange) answer {
	x.sent = x.request.Body
	_ = http.NewResponseController(w).EnableFullDuplex() // a refusal goes out before the body is read
	x.operation = p.service.SigningName + "." + loggedName(x.request.Method)
	if p.service.Form == S3 {
		w.Header().Set("X-Amz-Request-Id", x.requestID)
	}
	if refused := p.open(w, x); refused != nil {
		return p.refuse(w, x, refused)
	}
	recorder := &statusRecorder{ResponseWriter: w, status: http.StatusOK}
	if err := p.service.Caller.ServeREST(recorder, x.request); err != nil {
		return p.refuse(w, x, p.failed(x, err, p.denial()))
	}
	return answer{status: recorder.status}
}

// What is read of a body that was refused, and for how long: more than a part of a multipart upload
// usually has.
const (
	mostDrained = 32 << 20
	drainTime   = 5 * time.Second
)

// drain reads what a caller is still sending after the answer. Otherwise it could see a connection
// that is reset, and not why. It is not told to continue: one that waits for that sends nothing.
func (x *exchange) drain(w http.ResponseWriter) {
	if x.request.ContentLength == 0 {
		return
	}
	connection := http.NewResponseController(w)
	// If there is no connection to read from, there is nothing to drain.
	if connection.Flush() != nil || connection.SetReadDeadline(time.Now().Add(drainTime)) != nil {
		return
	}
	_, _ = io.CopyN(io.Discard, x.sent, mostDrained) // the answer is the same if that fails
}

// open checks the signature and prepares the body.
func (p restProtocol) open(w http.ResponseWriter, x *exchange) *wireError {
	if p.service.Form == S3 {
		return p.openPayload(x)
	}
	if refused := x.readBody(w); refused != nil {
		return refused
	}
	if _, fault := p.checkSignature(x, x.signed(p.service.SigningName)); fault != nil {
		return &wireError{status: http.StatusForbidden, code: jsonSignatureCodes[fault.problem], message: fault.message}
	}
	x.request.Body = bodyOf(x.body)
	return nil
}

// refuse writes an error in the form of the service, and lets the caller read it.
func (p restProtocol) refuse(w http.ResponseWriter, x *exchange, refused *wireError) answer {
	a := restJSONRefusal(refused)
	if p.service.Form == S3 {
		a = s3Refusal(x, refused)
	} else {
		w.Header().Set("X-Amzn-Errortype", refused.code)
	}
	if x.request.Method == http.MethodHead {
		a.body = nil
	}
	a.write(w)
	x.drain(w)
	return a
}

func (p restProtocol) denial() denial {
	if p.service.Form == S3 {
		return deniedByS3
	}
	return deniedByREST
}

// restJSONRefusal has Type and Message, as Lambda's errors have, and message, as those have that
// come before an operation.
func restJSONRefusal(refused *wireError) answer {
	kind := "User"
	if refused.status >= http.StatusInternalServerError {
		kind = "Service"
	}
	body, _ := json.Marshal(struct { // strings always encode
		Type    string
		Message string
		Lower   string `json:"message"`
	}{kind, refused.message, refused.message})
	return answer{status: refused.status, contentType: "application/json", body: body, code: refused.code}
}

// s3Refusal is an error of S3, which names the resource by its path.
func s3Refusal(x *exchange, refused *wireError) answer {
	body, _ := xml.Marshal(struct { // strings always encode
		XMLName   xml.Name `xml:"Error"`
		Code      string
		Message   string
		Resource  string
		RequestID string `xml:"RequestId"`
	}{Code: refused.code, Message: refused.message, Resource: x.request.URL.Path, RequestID: x.requestID})
	return answer{status: refused.status, contentType: "application/xml", body: append([]byte(xml.Header), body...), code: refused.code}
}

// statusRecorder keeps the status for the log.
type statusRecorder struct {
	http.ResponseWriter

	status int
}

// WriteHeader notes the status.
func (r *statusRecorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

// Unwrap gives http.ResponseController the writer of the server.
func (r *statusRecorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// statusOf is the status that an error asks for, 0 if none.
func statusOf(err error) int {
	if asked := interface {
		error
		Status() int
	}(nil); errors.As(err, &asked) {
		return asked.Status()
	}
	return 0
}
