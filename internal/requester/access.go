package requester

import (
	"context"
	"strings"
)

// Access is something that a requester wants to do.
type Access struct {
	// Action is IAM's name for it, such as secretsmanager:GetSecretValue.
	Action string
	// Resource is the ARN of what it is done to; * for an action that knows no resources.
	Resource string
	// Named is the resource as the service's refusal calls it. Default Resource.
	Named string
	// Keys are the condition keys that the service adds, in lower case, with their values.
	Keys map[string][]string
}

// Authorizer decides what requesters may do. It is safe for concurrent use.
type Authorizer interface {
	// Authorize returns nil for what is allowed, and else a *DeniedError.
	Authorize(who Requester, wants Access) error
}

// DeniedError says that the requester may not do what the request asks for. Each protocol has its
// own code for it.
type DeniedError struct {
	// Principal is the ARN of the requester.
	Principal string
	Access    Access
	// Because is the end of the sentence, such as "because no identity-based policy allows the
	// secretsmanager:GetSecretValue action".
	Because string
	// Remedy is the statement that a policy lacks, as one line of JSON; "" if none would help.
	Remedy string
}

// Error is AWS's sentence. An action that knows no resources is refused without one.
//
// Source: seen from Secrets Manager, Lambda and CloudFormation, such as
// binbashar/le-tf-infra-aws #874 and Kralizek/AWSSecretsManagerConfigurationExtensions #78.
func (e *DeniedError) Error() string { return e.Sentence("") }

// Sentence is Error with a mark around the resource, such as S3 has it.
func (e *DeniedError) Sentence(mark string) string {
	parts := []string{"User: " + e.Principal + " is not authorized to perform: " + e.Access.Action}
	resource := e.Access.Named
	if resource == "" {
		resource = e.Access.Resource
	}
	if resource != "*" {
		parts = append(parts, "on resource: "+mark+resource+mark)
	}
	return strings.TrimSpace(strings.Join(append(parts, e.Because), " "))
}

type authorizerKey struct{}

// WithAuthorizer returns a context in which Require asks a.
func WithAuthorizer(ctx context.Context, a Authorizer) context.Context {
	return context.WithValue(ctx, authorizerKey{}, a)
}

// Require returns nil if whoever signed the request that ctx belongs to may do something, and else
// a *DeniedError. Without an authorizer everything is allowed.
func Require(ctx context.Context, wants Access) error {
	a, ok := ctx.Value(authorizerKey{}).(Authorizer)
	if !ok {
		return nil
	}
	return a.Authorize(From(ctx), wants)
}
