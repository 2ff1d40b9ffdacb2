// Package awserror reads what the AWS SDK returns as an error: which refusal it is, and its one
// sentence. It does not own what a caller does about it.
//
// Source: CloudFormation API reference, DescribeStacks; the common errors of each service's API
// reference.
package awserror

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/smithy-go"
)

// denied are the codes with which services refuse a call for lack of a permission.
var denied = []string{"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}

// Denied says whether a service refused a call for lack of a permission.
func Denied(err error) bool { return IsOneOf(err, denied) }

// IsOneOf says whether a service refused a call with one of these codes.
func IsOneOf(err error, codes []string) bool {
	answer, ok := errors.AsType[smithy.APIError](err)
	return ok && slices.Contains(codes, answer.ErrorCode())
}

// NoStack says whether CloudFormation does not know the stack. It has no code of its own for that.
func NoStack(err error) bool {
	return IsOneOf(err, []string{"ValidationError"}) && strings.Contains(err.Error(), "does not exist")
}

// Sentence is err without the SDK's chain: the message and code of the service that answered, or
// its code alone if there is no message, or else the cause at the end of the chain.
func Sentence(err error) error {
	answer, answered := errors.AsType[smithy.APIError](err)
	switch {
	case answered && answer.ErrorMessage() == "":
		return errors.New(answer.ErrorCode())
	case answered:
		return fmt.Errorf("%s (%s)", strings.TrimSuffix(answer.ErrorMessage(), "."), answer.ErrorCode())
	}
	for cause := err; cause != nil; cause = errors.Unwrap(cause) {
		err = cause
	}
	return err
}

// Parts of an answer are repeated only if they have the form that AWS gives them.
var (
	codeForm      = regexp.MustCompile(`^[A-Z][A-Za-z]{2,63}$`)
	requestIDForm = regexp.MustCompile(`^[0-9a-fA-F-]{8,64}$`)
)

// WithoutContent returns what can be told of a service's refusal where its own words must not be,
// because they may quote what was sent: the code, and the id under which CloudTrail has the call.
// Each is "" if the service did not say it.
func WithoutContent(err error) (code, requestID string) {
	var coded interface{ ErrorCode() string }
	if errors.As(err, &coded) && codeForm.MatchString(coded.ErrorCode()) {
		code = coded.ErrorCode()
	}
	var answered interface{ ServiceRequestID() string }
	if errors.As(err, &answered) && requestIDForm.MatchString(answered.ServiceRequestID()) {
		requestID = answered.ServiceRequestID()
	}
	return code, requestID
}
