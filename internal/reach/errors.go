package reach

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/smithy-go"

	"cognito-m2m/internal/awserror"
)

// Problem is a kind of failure that the reader can do something about.
type Problem int

// What can be wrong.
const (
	NotServed          Problem = iota + 1 // the local run is of a version without AWS calls, or without a key for them
	NotAWS                                // the AWS settings lead to this machine
	NoRegion                              // no AWS Region is known
	NoCredentials                         // no AWS credentials were found
	CredentialsRefused                    // AWS does not accept them
	AccessDenied                          // they do not allow what is asked
	NotDeployed                           // there is no such environment in the account and Region
	Unreachable                           // nothing answers
	UnknownClient                         // the environment has no such client
	NotYetRotated                         // the first rotation of the secret has not ended
	Unfinished                            // a rotation has begun and not ended
	Ended                                 // the rotation that was meant is not unfinished any more
	Abandoned                             // a rotation that was watched has lost its version
	NotCurrent                            // the current value of a secret is of no secret that the client has
	Unreadable                            // the current value of a secret is not a client's credentials
)

// Error is a failure as one sentence, without the SDK's chain of causes.
type Error struct {
	Problem Problem
	Subject string   // the client; of NotDeployed the environment, of NotAWS the setting
	Known   []string // of UnknownClient: the clients that exist, if they could be listed
	Err     error    // the cause; not part of the sentence

	text string
}

func (e *Error) Error() string { return e.text }

func (e *Error) Unwrap() error { return e.Err }

// IsProblem says whether err is an *Error of one of these kinds.
func IsProblem(err error, problems ...Problem) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && slices.Contains(problems, e.Problem)
}

// refused are the codes with which the services refuse credentials.
var refused = []string{
	"ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException",
	"InvalidSignatureException", "SignatureDoesNotMatch", "IncompleteSignature", "MissingAuthenticationToken",
}

// failure is err, of a call about subject, as one sentence.
func (t *Target) failure(subject string, err error) error {
	var called *smithy.OperationError
	if errors.Is(err, context.Canceled) {
		return context.Canceled
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return context.DeadlineExceeded
	}
	if !errors.As(err, &called) {
		return err
	}
	action := iamPrefix(called.ServiceID) + ":" + called.OperationName
	if called.ServiceID == apigatewayv2.ServiceID { // whose permissions are HTTP methods
		action = "apigateway:GET"
	}
	answer, answered := errors.AsType[smithy.APIError](err)
	said := awserror.Sentence(err)
	var network net.Error
	switch {
	case awserror.Denied(err):
		if strings.Contains(answer.ErrorMessage(), "KMS") { // "Access to KMS is not allowed"
			action, subject = "kms:Decrypt", "the key of "+subject
		}
		return &Error{Problem: AccessDenied, text: fmt.Sprintf("these AWS credentials do not allow %s on %s", action, subject), Err: err}
	case awserror.IsOneOf(err, refused) && !t.Deployed():
		return &Error{Problem: NotServed, text: fmt.Sprintf("%s does not accept the access key in its own run.json: %v", t, said), Err: err}
	case awserror.IsOneOf(err, refused):
		return &Error{Problem: CredentialsRefused, text: fmt.Sprintf("AWS does not accept these credentials (%s)", answer.ErrorCode()), Err: err}
	case !answered && errors.As(err, &network):
		return &Error{Problem: Unreachable, text: fmt.Sprintf("%s can't be reached: %v", t, said), Err: err}
	}
	return fmt.Errorf("%s on %s: %w", action, subject, said)
}

func iamPrefix(service string) string {
	switch service {
	case "Secrets Manager":
		return "secretsmanager"
	case "Cognito Identity Provider":
		return "cognito-idp"
	}
	return strings.ToLower(service)
}
