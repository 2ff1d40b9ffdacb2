package ssm

import "fmt"

// Error is a refusal that the API answers with.
type Error struct{ code, message string }

// Code returns the error's name in the API.
func (e *Error) Code() string { return e.code }

// Error returns the message that the caller reads.
func (e *Error) Error() string { return e.message }

func invalid(format string, args ...any) error {
	return &Error{"ValidationException", fmt.Sprintf(format, args...)}
}

// missing refuses a request without a required member, as AWS's services do for their models.
func missing(member string) error {
	return invalid("1 validation error detected: Value at '%s' failed to satisfy constraint: Member must not be null", member)
}

// outside refuses a number or a length outside of the model's bounds, such as seen from this API:
// remind101/ssm-env #10.
func outside(value any, member, constraint string) error {
	return invalid("1 validation error detected: Value '%v' at '%s' failed to satisfy constraint: Member must have %s", value, member, constraint)
}

var (
	// errExists was seen: aws-ia/terraform-aws-control_tower_account_factory #166.
	errExists = &Error{"ParameterAlreadyExists", "The parameter already exists. To overwrite this value, set the overwrite option in the request to true."}
	// errNotFound has no message: seen from GetParameter and DeleteParameter.
	errNotFound = &Error{"ParameterNotFound", ""}
	// These are the model's own words.
	errToken   = &Error{"InvalidNextToken", "The specified token isn't valid."}
	errTooMany = &Error{"ParameterLimitExceeded", "You have exceeded the number of parameters for this Amazon Web Services account. Delete one or more parameters and try again."}
	errLevels  = &Error{"HierarchyLevelLimitExceededException", "A hierarchy can have a maximum of 15 levels."}
	errNotKept = &Error{"InternalServerError", "An error occurred on the server side."}
)
