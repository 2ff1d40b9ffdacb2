package awserror_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/aws/smithy-go"

	"cognito-m2m/internal/awserror"
)

// called is an error as the SDK returns it.
func called(code, message string) error {
	return &smithy.OperationError{ServiceID: "X", OperationName: "Y", Err: fmt.Errorf("https response error: %w", &smithy.GenericAPIError{Code: code, Message: message})}
}

func TestKinds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err             error
		denied, noStack bool
	}{
		{err: called("AccessDenied", ""), denied: true},
		{err: called("AccessDeniedException", ""), denied: true},
		{err: called("UnauthorizedOperation", ""), denied: true},
		{err: called("ExpiredToken", "AccessDenied")},
		{err: called("ValidationError", "Stack with id m2m-dev-Api does not exist"), noStack: true},
		{err: called("ValidationError", "no name")},
		{err: called("OtherError", "it does not exist")},
		{err: errors.New("ValidationError: does not exist")},
		{},
	} {
		if got := awserror.Denied(c.err); got != c.denied {
			t.Errorf("%v: denied: %t", c.err, got)
		}
		if got := awserror.NoStack(c.err); got != c.noStack {
			t.Errorf("%v: no stack: %t", c.err, got)
		}
	}
}

func TestSentence(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err  error
		want string
	}{
		{called("Throttling", "Rate exceeded."), "Rate exceeded (Throttling)"},
		{called("Throttling", ""), "Throttling"},
		{fmt.Errorf("a: %w", fmt.Errorf("b: %w", io.EOF)), "EOF"},
		{io.EOF, "EOF"},
	} {
		if got := awserror.Sentence(c.err).Error(); got != c.want {
			t.Errorf("%v: got %q, want %q", c.err, got, c.want)
		}
	}
}

// answered is an error with a request id, as the SDK has it.
type answered struct {
	error

	id string
}

func (a answered) ServiceRequestID() string { return a.id }
func (a answered) Unwrap() error            { return a.error }

func TestWithoutContent(t *testing.T) {
	t.Parallel()
	const id = "8476a536-e9f4-11e8-9739-2dfe598c3fcd"
	for _, c := range []struct {
		err             error
		code, requestID string
	}{
		{answered{called("AccessDeniedException", "secret"), id}, "AccessDeniedException", id},
		{called("ThrottlingException", "secret"), "ThrottlingException", ""},
		{answered{called("a secret", ""), "a secret"}, "", ""},
		{answered{called("Secret\nx", ""), id + "\n"}, "", ""},
		{answered{io.EOF, id}, "", id},
		{io.EOF, "", ""},
	} {
		if code, requestID := awserror.WithoutContent(c.err); code != c.code || requestID != c.requestID {
			t.Errorf("%v: got %q and %q, want %q and %q", c.err, code, requestID, c.code, c.requestID)
		}
	}
}
