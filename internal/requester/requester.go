// Package requester says who signed a request to AWS's own APIs, by which services find what
// belongs to it, and lets them ask whether that principal may do what the request is for.
//
// It does not own how either is known: package awsapi checks signatures, package sts makes
// temporary credentials, and an Authorizer knows the policies.
package requester

import (
	"context"
	"time"

	"cognito-m2m/internal/redacted"
)

// Requester is who signed a request.
type Requester struct {
	// AccountID has twelve digits. It is that of the role for temporary credentials.
	AccountID string
	// Region is the one that the request was signed for.
	Region string
	// ARN and UserID are what GetCallerIdentity answers: those of a user, or of a role's session.
	ARN, UserID string
	// RoleARN is the role whose policies the requester is held to; "" for an administrator.
	RoleARN string
}

// Session is what temporary credentials come to.
type Session struct {
	// Requester has no Region, because the credentials work in all of them.
	Requester       Requester
	SecretAccessKey redacted.Text
	Expires         time.Time
}

type key struct{}

// NewContext returns a context that carries r.
func NewContext(ctx context.Context, r Requester) context.Context {
	return context.WithValue(ctx, key{}, r)
}

// From returns who signed the request that ctx belongs to; the zero Requester if it belongs to
// none.
func From(ctx context.Context) Requester {
	r, _ := ctx.Value(key{}).(Requester)
	return r
}
