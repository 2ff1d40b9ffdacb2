package secretsmanager

import (
	"errors"
	"fmt"
)

// Codes of the Secrets Manager API.
const (
	codeAccessDenied      = "AccessDeniedException"
	codeInternal          = "InternalServiceError"
	codeInvalidNextToken  = "InvalidNextTokenException"
	codeInvalidParameter  = "InvalidParameterException"
	codeInvalidRequest    = "InvalidRequestException"
	codeLimitExceeded     = "LimitExceededException"
	codeResourceExists    = "ResourceExistsException"
	codeResourceNotFound  = "ResourceNotFoundException"
	codeSerialization     = "SerializationException"
	codeUnknownOperation  = "UnknownOperationException"
	messageNotFound       = "Secrets Manager can't find the specified secret."
	messageUnfinished     = "A previous rotation isn't complete. That rotation will be reattempted."
	messageNoFunction     = "No Lambda rotation function ARN is associated with this secret."
	messageNoToken        = "You must provide a ClientRequestToken value. We recommend a UUID-type value."
	messageCurrentRemoved = "You can only move staging label AWSCURRENT to a different secret version. It can't be completely removed."
)

// ErrNotInvocable refuses a rotation by a function that Secrets Manager may not invoke. It is
// recorded from AWS: localstack/localstack 8b9a79f0, tests/aws/services/secretsmanager,
// test_rotate_secret_invalid_lambda_arn (15 March 2024).
var ErrNotInvocable = refuse(codeAccessDenied, "Secrets Manager cannot invoke the specified Lambda function. "+
	"Ensure that the function policy grants access to the principal secretsmanager.amazonaws.com.")

// ErrNotCurrent is in the error of a rotation whose four steps succeeded without the new version
// becoming AWSCURRENT.
var ErrNotCurrent = errors.New("the function has succeeded, but AWSCURRENT is not on the new version")

// ErrClosed says of a rotation that the store was closed before it had its turn. The next Settle
// takes it up.
var ErrClosed = errors.New("the rotation has not had its turn")

// Error is a refusal that the API answers with. No message contains a value.
//
// Parity: Secrets Manager: words of errors
type Error struct {
	code    string
	message string
}

// Code returns the error's name in the API, such as ResourceNotFoundException.
func (e *Error) Code() string { return e.code }

// Error returns the message that the caller reads.
func (e *Error) Error() string { return e.message }

func refuse(code, format string, args ...any) *Error {
	return &Error{code: code, message: fmt.Sprintf(format, args...)}
}

// RotationError says which secret's rotation failed, and where.
type RotationError struct {
	// Secret is the secret's name.
	Secret string
	// Step is the step that failed, such as createSecret; empty if the rotation could not begin.
	Step string
	// Err is the function's error, ErrNotCurrent, or why the rotation could not begin.
	Err error
}

// Error names the secret and the step.
func (e *RotationError) Error() string {
	if e.Step == "" {
		return fmt.Sprintf("rotating secret %s: %v", e.Secret, e.Err)
	}
	return fmt.Sprintf("rotating secret %s: step %s: %v", e.Secret, e.Step, e.Err)
}

// Unwrap returns Err.
func (e *RotationError) Unwrap() error { return e.Err }
