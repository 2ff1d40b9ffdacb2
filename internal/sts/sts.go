package sts

import (
	"context"
	"fmt"
	"net/url"
)

// Identity is the identity of every caller.
type Identity struct {
	// AccountID is the account of the run.
	AccountID string
	// ARN and UserID are those of an IAM user.
	ARN, UserID string
}

// Error is a refusal that the API answers with.
type Error struct{ code, message string }

// Code returns the error's name in the API.
func (e *Error) Code() string { return e.code }

// Error returns the message that the caller reads.
func (e *Error) Error() string { return e.message }

type getCallerIdentityResult struct {
	ARN     string `xml:"Arn"`
	UserID  string `xml:"UserId"`
	Account string
}

// Call runs an operation of the STS API. Output marshals to the XML of the operation's result. The
// error is an *Error.
//
// Parity: STS: who asks
func (i Identity) Call(_ context.Context, operation string, _ url.Values) (output any, err error) {
	if operation != "GetCallerIdentity" {
		return nil, &Error{"InvalidAction", fmt.Sprintf("Operation %q is not simulated; there is GetCallerIdentity.", operation)}
	}
	return getCallerIdentityResult{ARN: i.ARN, UserID: i.UserID, Account: i.AccountID}, nil
}
