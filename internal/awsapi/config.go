package awsapi

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"time"
)

// JSONCaller is a service that speaks AWS JSON. An error that has a method Code() string is answered
// with that code and its text, and with status 500 if the code begins with "Internal"; any other error is
// logged, and answered as InternalFailure without its text. A service refuses an operation that it lacks
// with the code UnknownOperationException, and names those it has.
type JSONCaller interface {
	// Call runs an operation on the JSON of its input. Output marshals to the JSON of the response; nil
	// is an empty object.
	Call(ctx context.Context, operation string, input []byte) (output any, err error)
}

// QueryCaller is a service that speaks AWS Query. Errors are as with JSONCaller; the code for an operation
// that it lacks is InvalidAction.
type QueryCaller interface {
	// Call runs an operation on the parameters of its form. Output marshals to the content of the
	// response's <OperationResult> element.
	Call(ctx context.Context, operation string, parameters url.Values) (output any, err error)
}

// APIError is what an error of a service has to be for the caller to see it.
type APIError interface {
	error
	// Code is the error's name in the API, such as ResourceNotFoundException.
	Code() string
}

// JSONService is a service with its names on the wire.
type JSONService struct {
	// TargetPrefix is the part of X-Amz-Target before the operation, such as secretsmanager.
	TargetPrefix string
	// SigningName is the service in a signature's credential scope, such as secretsmanager.
	SigningName string
	Caller      JSONCaller
}

// QueryService is a service with its names on the wire.
type QueryService struct {
	// APIVersion is the parameter Version, such as 2010-05-15.
	APIVersion string
	// SigningName is the service in a signature's credential scope, such as cloudformation.
	SigningName string
	// Namespace is the XML namespace of responses, such as http://cloudformation.amazonaws.com/doc/2010-05-15/.
	Namespace string
	Caller    QueryCaller
}

// AccessKey is what requests have to be signed with. Only its id may be shown.
type AccessKey struct{ ID, Secret string }

// String is the id alone.
func (k AccessKey) String() string { return k.ID }

// GoString is the id alone, so that %#v is safe as well.
func (k AccessKey) GoString() string { return k.ID }

// Config says which services there are.
type Config struct {
	JSON  []JSONService
	Query []QueryService
	// AccessKey is the one key that there is. It may do everything. Required.
	AccessKey AccessKey
	// Now is the clock that the times of signatures are compared with. Default time.Now.
	Now func() time.Time
	// Log receives a line for each request, never a body: at debug level, or at info if it was refused. Nil means that
	// nothing is logged.
	Log *slog.Logger
}

func (c Config) validate() error {
	var problems []error
	if c.AccessKey.ID == "" || c.AccessKey.Secret == "" {
		problems = append(problems, errors.New("an access key with id and secret is needed"))
	}
	names := map[string]bool{}
	for _, service := range c.JSON {
		if service.TargetPrefix == "" || service.SigningName == "" || service.Caller == nil || names[service.TargetPrefix] {
			problems = append(problems, fmt.Errorf("JSON service %q: a target prefix of its own, a signing name and a caller are needed", service.TargetPrefix))
		}
		names[service.TargetPrefix] = true
	}
	for _, service := range c.Query {
		if service.APIVersion == "" || service.SigningName == "" || service.Caller == nil || names[service.APIVersion] {
			problems = append(problems, fmt.Errorf("query service %q: an API version of its own, a signing name and a caller are needed", service.APIVersion))
		}
		names[service.APIVersion] = true
	}
	return errors.Join(problems...)
}
