// Package lambdapolicy tells whether a function's resource policy lets a service invoke it.
//
// It owns one statement of a policy. It does not own which statements a function has, nor what an
// invocation names as its source: that is each service's own.
//
// Source: Lambda developer guide, "Granting Lambda function access to AWS services"; IAM user
// guide, "ARN condition operators".
package lambdapolicy

import (
	"slices"
	"strings"
)

// Services that invoke functions, and the action that they need.
const (
	APIGateway     = "apigateway.amazonaws.com"
	SecretsManager = "secretsmanager.amazonaws.com"
	InvokeFunction = "lambda:InvokeFunction"
)

// Statement is what an AWS::Lambda::Permission allows.
type Statement struct {
	// Principal is a service, such as APIGateway.
	Principal string
	Action    string
	// SourceARN limits the statement to sources whose ARN it matches, with * and ? as wildcards; ""
	// does not limit it.
	SourceARN string
	// SourceAccount limits the statement to sources of that account; "" does not limit it.
	SourceAccount string
}

// Source is who invokes a function: a service, on behalf of a resource of an account.
type Source struct{ Principal, ARN, Account string }

// actions are those of a statement that let a function be invoked.
var actions = []string{InvokeFunction, "lambda:*"}

// Work is at least in proportion to the time that Allows takes. What stands before the first * of
// the statement's ARN is compared once, and what stands after it at each place of the source's.
func (s Statement) Work(source Source) int {
	before, after, _ := strings.Cut(s.SourceARN, "*")
	return len(before) + len(source.ARN)*(1+len(after))
}

// Allows says whether the statement lets the source invoke the function: see Work.
func (s Statement) Allows(source Source) bool {
	return s.Principal == source.Principal && slices.Contains(actions, s.Action) &&
		(s.SourceAccount == "" || s.SourceAccount == source.Account) &&
		(s.SourceARN == "" || matchARN(s.SourceARN, source.ARN))
}
