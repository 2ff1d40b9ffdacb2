package awsapi

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"cognito-m2m/internal/requester"
)

// JSONCaller is a service that speaks AWS JSON. The answer to an error with a method Code() string
// has that code and the error's text. Its status is that of a method Status() int; without one it
// is 400, or 500 if the code begins with "Internal". Any other error is logged, and its answer is
// InternalFailure without the text. A service refuses an operation that it does not have with the
// code UnknownOperationException, and names those that it has.
type JSONCaller interface {
	// Call runs an operation on the JSON of its input. Output marshals to the JSON of the response;
	// nil is an empty object.
	Call(ctx context.Context, operation string, input []byte) (output any, err error)
}

// QueryCaller is a service that speaks AWS Query. Errors are as with JSONCaller; the code for an
// operation that it does not have is InvalidAction.
type QueryCaller interface {
	// Call runs an operation on the parameters of its form. Output marshals to the content of the
	// response's <OperationResult> element.
	Call(ctx context.Context, operation string, parameters url.Values) (output any, err error)
}

// APIError is an error that a service shows to the caller.
type APIError interface {
	error
	// Code is the error's name in the API, such as ResourceNotFoundException.
	Code() string
}

// RESTCaller is a service that speaks REST.
type RESTCaller interface {
	// ServeREST answers a request whose signature fits; requester.From says whose it is. The body
	// is what the caller wanted to send: without the framing of aws-chunked, whose trailers are in
	// r.Trailer at its end. Reading it fails if it isn't what was signed, and the service must keep
	// nothing then. An error is answered in the form of the service, and nothing may have been
	// written before. Errors are as with JSONCaller; a method Status() int says the status.
	ServeREST(w http.ResponseWriter, r *http.Request) error
}

// Sessions knows temporary credentials.
type Sessions interface {
	// Session returns what belongs to an access key id and a session token; false for a pair that
	// was never issued. The secret access key is to be compared with, through a signature: until
	// it fits, nothing of the session is proved.
	Session(accessKeyID, sessionToken string) (requester.Session, bool)
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
	// Namespace is the XML namespace of responses, such as
	// http://cloudformation.amazonaws.com/doc/2010-05-15/.
	Namespace string
	Caller    QueryCaller
}

// RESTForm is how a REST service signs and words things.
type RESTForm int

const (
	// S3 signs the path as it is on the wire and the body by its header X-Amz-Content-Sha256, so
	// that a body can be of any size. Errors are XML.
	S3 RESTForm = iota + 1
	// RESTJSON is that of Lambda: small bodies and errors are JSON.
	RESTJSON
)

// RESTService is a service whose operations have methods and paths of their own. Requests are
// handed to it by the service that they are signed for.
type RESTService struct {
	// SigningName is the service in a signature's credential scope, such as s3.
	SigningName string
	Form        RESTForm
	Caller      RESTCaller
}

// AccessKey is what requests must be signed with. Only its id may be shown.
type AccessKey struct{ ID, Secret string }

// String is the id alone.
func (k AccessKey) String() string { return k.ID }

// GoString is the id alone, so that %#v is safe as well.
func (k AccessKey) GoString() string { return k.ID }

// Config lists the services.
type Config struct {
	JSON  []JSONService
	Query []QueryService
	REST  []RESTService
	// AccessKey is the only key that lasts. Required.
	AccessKey AccessKey
	// Identity is whose access key it is. Its Region is not used.
	Identity requester.Requester
	// Sessions are the temporary credentials there are. Default none.
	Sessions Sessions
	// Authorizer decides what whoever signed a request may do, when the service that answers asks
	// (requester.Require). Its refusal is answered in the form of the protocol. Default: everything
	// is allowed.
	Authorizer requester.Authorizer
	// Elsewhere is a sentence for callers of services that are not here: where those are. Default
	// none.
	Elsewhere string
	// Now is the clock that the times of signatures are compared with. Default time.Now.
	Now func() time.Time
	// Log receives a line for each request, never a body: at debug level, or at info if it was
	// refused. Nil means that nothing is logged.
	Log *slog.Logger
}

func (c Config) validate() error {
	var problems []error
	if c.AccessKey.ID == "" || c.AccessKey.Secret == "" {
		problems = append(problems, errors.New("an access key needs an id and a secret"))
	}
	names := map[string]bool{}
	for _, service := range c.JSON {
		if service.TargetPrefix == "" || service.SigningName == "" || service.Caller == nil || names[service.TargetPrefix] {
			problems = append(problems, fmt.Errorf("JSON service %q: it needs a unique target prefix, a signing name and a caller", service.TargetPrefix))
		}
		names[service.TargetPrefix] = true
	}
	for _, service := range c.Query {
		if service.APIVersion == "" || service.SigningName == "" || service.Caller == nil || names[service.APIVersion] {
			problems = append(problems, fmt.Errorf("query service %q: it needs a unique API version, a signing name and a caller", service.APIVersion))
		}
		names[service.APIVersion] = true
	}
	for _, service := range c.REST {
		if service.SigningName == "" || service.Form == 0 || service.Caller == nil || names[service.SigningName] {
			problems = append(problems, fmt.Errorf("REST service %q: it needs a unique signing name, a form and a caller", service.SigningName))
		}
		names[service.SigningName] = true
	}
	return errors.Join(problems...)
}
