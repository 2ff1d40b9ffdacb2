package awsapi

import (
	"cmp"
	"errors"
	"net/http"
	"strings"
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

// failed is the answer to a service's error: the service's own code, or an internal failure whose
// cause is only logged.
func (h *Handler) failed(x *exchange, err error) *wireError {
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
