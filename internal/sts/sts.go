package sts

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"cognito-m2m/internal/redacted"
	"cognito-m2m/internal/requester"
)

// Config is what the service needs from outside.
type Config struct {
	// Secret is the secret access key of the run. Temporary credentials follow from it, so they
	// work as long as it does, across restarts too. Required.
	Secret redacted.Text
	// Now is the clock of expirations. Default time.Now.
	Now func() time.Time
}

// Service answers for STS. It keeps nothing, and is safe for concurrent use.
type Service struct {
	secret redacted.Text
	now    func() time.Time
}

// New returns the service. Its error is a missing secret.
func New(config Config) (*Service, error) {
	if config.Secret == "" {
		return nil, errors.New("STS needs a secret access key")
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	return &Service{secret: config.Secret, now: config.Now}, nil
}

// Error is a refusal that the API answers with.
type Error struct {
	code    string
	message string
	status  int
}

// Code returns the error's name in the API.
func (e *Error) Code() string { return e.code }

// Error returns the message that the caller reads.
func (e *Error) Error() string { return e.message }

// Status returns the status of the answer, 0 for that of any refusal.
func (e *Error) Status() int { return e.status }

type getCallerIdentityResult struct {
	ARN     string `xml:"Arn"`
	UserID  string `xml:"UserId"`
	Account string
}

// Call runs an operation of the STS API for the requester in ctx. Output marshals to the XML of the
// operation's result. The error is an *Error, or a *requester.DeniedError. GetCallerIdentity needs
// no permission, AssumeRole that of its name on the role.
//
// Source: STS API reference, GetCallerIdentity; Service Authorization Reference, "Actions,
// resources, and condition keys for AWS Security Token Service".
func (s *Service) Call(ctx context.Context, operation string, parameters url.Values) (output any, err error) {
	who := requester.From(ctx)
	switch operation {
	case "GetCallerIdentity":
		return getCallerIdentityResult{ARN: who.ARN, UserID: who.UserID, Account: who.AccountID}, nil
	case "AssumeRole":
		return s.assumeRole(ctx, parameters)
	}
	return nil, &Error{code: "InvalidAction", message: fmt.Sprintf("Operation %q is not simulated; there are AssumeRole and GetCallerIdentity.", operation)}
}
