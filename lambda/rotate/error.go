package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"

	"cognito-m2m/internal/awserror"
)

const (
	codeLimitExceeded = "LimitExceededException"
	codeAccessDenied  = "AccessDeniedException"
	codeNotFound      = "ResourceNotFoundException"
)

// errUnreadable says that AWS reported success, but left out what was requested.
var errUnreadable = errors.New("AWS's answer is incomplete; resume the rotation")

// callError is a call to AWS that failed, in this program's words. AWS's own message is left out,
// since it may quote the request: a value that failed a check, for instance. CloudTrail has the
// call under its request id.
type callError struct{ operation, code, cause, requestID string }

func (e *callError) Error() string {
	text := "calling " + e.operation + ": " + e.cause
	if e.requestID != "" {
		text += ", request " + e.requestID
	}
	return text + "; the current secret stays valid: fix the cause, then resume the rotation"
}

// ErrorCode returns AWS's name of the error, "" if there was no answer.
func (e *callError) ErrorCode() string { return e.code }

// withoutContent turns an SDK error into one that names the call and its failure and quotes nothing
// of what was sent or received.
func withoutContent(err error) error {
	e := &callError{operation: "AWS", code: codeOf(err)}
	code, requestID := awserror.WithoutContent(err)
	e.requestID = requestID
	if operation, ok := errors.AsType[*smithy.OperationError](err); ok {
		e.operation = operation.Operation()
	}
	response, answered := errors.AsType[*awshttp.ResponseError](err)
	switch {
	case code != "":
		e.cause = code
	case answered && response.HTTPStatusCode() != 0:
		e.cause = fmt.Sprintf("status %d", response.HTTPStatusCode())
	default:
		e.cause = connectionProblem(err)
	}
	return e
}

// codeOf returns AWS's name of an error, "" if it has none.
func codeOf(err error) string {
	var coded interface{ ErrorCode() string }
	if !errors.As(err, &coded) {
		return ""
	}
	return coded.ErrorCode()
}

// connectionProblem says why there was no answer that could be read. The texts of net/http are not
// repeated, because they quote an answer that is not HTTP.
func connectionProblem(err error) string {
	host, unresolved := errors.AsType[*net.DNSError](err)
	connection, failed := errors.AsType[*net.OpError](err)
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return "no answer in time"
	case unresolved:
		return "the name " + strings.TrimSuffix(host.Name, ".") + " does not resolve"
	case failed && connection.Op == "dial":
		return "no connection"
	default:
		return "no readable answer"
	}
}
