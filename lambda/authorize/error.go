package main

import (
	"cmp"
	"context"
	"errors"

	"cognito-m2m/internal/awserror"
)

// withoutContent is for an error of GetParametersByPath. AWS's own message is left out, because one
// about a signature quotes the request with its session token.
func withoutContent(err error) error {
	code, requestID := awserror.WithoutContent(err)
	text := "calling GetParametersByPath: " + cmp.Or(code, "no readable answer")
	if errors.Is(err, context.DeadlineExceeded) {
		text = "calling GetParametersByPath: no answer in time"
	}
	if requestID != "" {
		text += ", request " + requestID
	}
	return errors.New(text)
}
