package function

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"time"

	"cognito-m2m/internal/lambdaenv"
)

var (
	// ErrClosed is returned by Invoke after Close was called, and for an invocation that Close had
	// to cut short because its context ended.
	ErrClosed = errors.New("function is closed")
	// ErrThrottled is returned by Invoke when Config.Concurrency invocations are under way. Lambda
	// answers its invoker 429 TooManyRequestsException then.
	ErrThrottled error = &serviceError{http.StatusTooManyRequests, "function is throttled: every execution environment is busy"}
	// ErrRequestTooLarge is returned by Invoke for a payload over lambdaenv.MaxEventBytes.
	ErrRequestTooLarge error = &serviceError{
		http.StatusRequestEntityTooLarge, fmt.Sprintf("request is too large: Lambda takes at most %d bytes", lambdaenv.MaxEventBytes),
	}
)

// serviceError is an invocation that the Lambda service refuses before it reaches the function.
type serviceError struct {
	status int
	text   string
}

// Error says why.
func (e *serviceError) Error() string { return e.text }

// LambdaStatus is the HTTP status of Lambda's Invoke: 429 TooManyRequestsException or 413
// RequestTooLargeException.
func (e *serviceError) LambdaStatus() int { return e.status }

// Names of the errors that Lambda itself reports on behalf of a function, as its runtime interface
// emulator spells them.
const (
	typeExit              = "Runtime.ExitError"
	typeInvalidEntrypoint = "Runtime.InvalidEntrypoint"
	typeTruncated         = "Runtime.TruncatedResponse"
	typeInvalidMode       = "Runtime.InvalidResponseModeHeader"
	typeUnknown           = "Runtime.Unknown"
	typeTooLarge          = "Function.ResponseSizeTooLarge"
	typeTimedOut          = "Sandbox.Timedout"
)

// Error is a function error: the invocation reached the function, and the function failed. It never
// contains the event or the response.
type Error struct {
	// Type is the errorType that the function reported, such as "errorString", or one of Lambda's
	// own, such as "Runtime.ExitError" and "Sandbox.Timedout".
	Type string
	// Message is the errorMessage that the function reported, or Lambda's own text.
	Message string
}

// Error returns the type and the message. A type of Go's own, which a Go function reports unless
// its errors have types with names, tells a person nothing.
func (e *Error) Error() string {
	if slices.Contains(goTypes, e.Type) {
		return e.Message
	}
	return e.Type + ": " + e.Message
}

// goTypes are those of errors.New, errors.Join and fmt.Errorf, as aws-lambda-go names them.
var goTypes = []string{"errorString", "joinError", "wrapError", "wrapErrors"}

// exitError says how a process ended that owed an answer.
//
// Parity: Function error: text after a crash
func exitError(requestID string, state *os.ProcessState) *Error {
	reason := "Runtime exited without providing a reason"
	if !state.Success() {
		reason = "Runtime exited with error: " + state.String()
	}
	return &Error{Type: typeExit, Message: fmt.Sprintf("RequestId: %s Error: %s", requestID, reason)}
}

// timeoutError says that an invocation, or the initialization before it, took longer than limit.
//
// Parity: Function error: text after a timeout
func timeoutError(requestID string, limit time.Duration) *Error {
	return &Error{
		Type:    typeTimedOut,
		Message: fmt.Sprintf("RequestId: %s Error: Task timed out after %.2f seconds", requestID, limit.Seconds()),
	}
}

// entrypointError says that the bootstrap could not be started at all.
//
// Parity: Function error: text when the bootstrap does not start
func entrypointError(requestID string, cause error) *Error {
	return &Error{Type: typeInvalidEntrypoint, Message: fmt.Sprintf("RequestId: %s Error: %v", requestID, cause)}
}

func tooLargeError() *Error {
	return &Error{
		Type:    typeTooLarge,
		Message: fmt.Sprintf("Response payload size exceeded maximum allowed payload size (%d bytes).", maxResponseSize),
	}
}
