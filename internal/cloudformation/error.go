package cloudformation

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"cognito-m2m/internal/cloudformation/engine"
)

// Error is a refusal that the API answers with.
type Error struct {
	code    string
	message string
	status  int // of HTTP; 0 is 400
}

// Status is that of the answer.
func (e *Error) Status() int { return cmp.Or(e.status, http.StatusBadRequest) }

// Code returns the error's name in the API, such as ValidationError.
func (e *Error) Code() string { return e.code }

// Error returns the message that the caller reads.
func (e *Error) Error() string { return e.message }

func unknownStack(name string) *Error {
	return &Error{code: "ValidationError", message: fmt.Sprintf("Stack with id %s does not exist", name)}
}

// Parity: CloudFormation: an unknown operation
func unknownOperation(name string, known []string) *Error {
	list := strings.Join(known[:len(known)-1], ", ") + " and " + known[len(known)-1]
	return &Error{code: "InvalidAction", message: fmt.Sprintf("Operation %q is not simulated; there are %s.", name, list)}
}

func invalid(format string, args ...any) *Error {
	return &Error{code: "ValidationError", message: fmt.Sprintf(format, args...)}
}

// noStack and noChangeSet are the words of all operations but DescribeStacks and GetTemplate.
func noStack(name string) *Error { return invalid("Stack [%s] does not exist", name) }

func noChangeSet(name string) *Error {
	return &Error{code: "ChangeSetNotFound", message: "ChangeSet [" + name + "] does not exist", status: http.StatusNotFound}
}

// refusal is an error of the engine as an answer. Others, and nil, stay what they are.
func refusal(err error, stack, changeSet string) error {
	switch refused, ok := errors.AsType[*engine.Refusal](err); {
	case ok:
		return &Error{code: refused.Code, message: refused.Message}
	case errors.Is(err, engine.ErrNoStack):
		return noStack(stack)
	case errors.Is(err, engine.ErrNoChangeSet):
		return noChangeSet(changeSet)
	}
	return err
}
