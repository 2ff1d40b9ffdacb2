package cloudformation

import "fmt"

// Error is a refusal that the API answers with.
type Error struct {
	code    string
	message string
}

// Code returns the error's name in the API, such as ValidationError.
func (e *Error) Code() string { return e.code }

// Error returns the message that the caller reads.
func (e *Error) Error() string { return e.message }

func unknownStack(name string) *Error {
	return &Error{code: "ValidationError", message: fmt.Sprintf("Stack with id %s does not exist", name)}
}

// Parity: CloudFormation: an unknown operation
func unknownOperation(name string) *Error {
	return &Error{code: "InvalidAction", message: fmt.Sprintf("Operation %q is not simulated; there are DescribeStacks, ListExports and ListStacks.", name)}
}
