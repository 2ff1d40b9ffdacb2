package awsapi

import (
	"cmp"
	"errors"
	"net/http"
	"strings"

	"cognito-m2m/internal/requester"
)

// wireError is a refusal that no protocol has formed yet.
type wireError struct {
	status  int
	code    string
	message string
}

func unknownOperation(message string) *wireError {
	return &wireError{status: http.StatusBadRequest, code: "UnknownOperationException", message: message}
}

func malformed(message string) *wireError {
	return &wireError{status: http.StatusBadRequest, code: "SerializationException", message: message}
}

// denial is how a protocol refuses what the requester may not do.
type denial struct {
	status int
	code   string
	mark   string // around the resource
}

var (
	deniedByJSON  = denial{status: http.StatusBadRequest, code: "AccessDeniedException"}
	deniedByQuery = denial{status: http.StatusForbidden, code: "AccessDenied"}
	deniedByREST  = denial{status: http.StatusForbidden, code: "AccessDeniedException"}
	// Source: aws-ia/terraform-aws-bedrock #41.
	deniedByS3 = denial{status: http.StatusForbidden, code: "AccessDenied", mark: `"`}
)

// failed is the answer to a service's error: the service's own code, that of the protocol for what
// the requester may not do, or an internal failure whose cause is only logged.
func (h *Handler) failed(x *exchange, err error, denied denial) *wireError {
	if refused := (*requester.DeniedError)(nil); errors.As(err, &refused) {
		return &wireError{status: denied.status, code: denied.code, message: refused.Sentence(denied.mark)}
	}
	var known APIError
	if !errors.As(err, &known) {
		h.log.Error("AWS API failure", "operation", x.operation, "requestId", x.requestID, "error", err)
		return &wireError{status: http.StatusInternalServerError, code: "InternalFailure", message: "The request could not be processed because of an internal failure; the log has its cause."}
	}
	status := cmp.Or(statusOf(err), http.StatusBadRequest)
	if strings.HasPrefix(known.Code(), "Internal") {
		status = http.StatusInternalServerError
	}
	return &wireError{status: status, code: known.Code(), message: known.Error()}
}
