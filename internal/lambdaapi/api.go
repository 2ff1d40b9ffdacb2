package lambdaapi

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"cognito-m2m/internal/partition"
	"cognito-m2m/internal/requester"
)

// API answers for Lambda.
type API struct{ functions Functions }

// New returns the API of the functions.
func New(functions Functions) *API { return &API{functions} }

// Error is a refusal that the API answers with.
type Error struct {
	status  int
	code    string
	message string
}

// Code returns the error's name in the API, such as ResourceNotFoundException.
func (e *Error) Code() string { return e.code }

// Status returns the status of the answer.
func (e *Error) Status() int { return e.status }

// Error returns the message that the caller reads.
func (e *Error) Error() string { return e.message }

func invalidParameter(message string) *Error {
	return &Error{http.StatusBadRequest, "InvalidParameterValueException", message}
}

// Parity: Lambda: operations
var errUnknownOperation = &Error{
	http.StatusNotFound, "UnknownOperationException",
	"The operation is not simulated; there are GetFunction, GetFunctionConfiguration and UpdateFunctionCode.",
}

const (
	latest = "$LATEST"
	prefix = "/2015-03-31/functions/"
)

// operation is one of the API's, by method and path. It needs one action, on the function.
//
// Source: Service Authorization Reference, "Actions, resources, and condition keys for AWS Lambda".
type operation struct {
	action string
	answer func(a *API, r *http.Request, name string) (any, error)
}

var operations = map[string]operation{
	"GET ":              {"GetFunction", (*API).getFunction},
	"GET configuration": {"GetFunctionConfiguration", (*API).getConfiguration},
	"PUT code":          {"UpdateFunctionCode", (*API).updateCode},
}

// arnOf is the ARN of a function of the requester's.
func arnOf(name string, r *http.Request) string {
	who := requester.From(r.Context())
	return partition.Place{AccountID: who.AccountID, Region: who.Region}.ARN("lambda", "function:"+name)
}

// ServeREST runs the operation that method and path name.
func (a *API) ServeREST(w http.ResponseWriter, r *http.Request) error {
	named, operation, ok := path(r.URL)
	if !ok {
		return errUnknownOperation
	}
	name, err := functionName(named, r)
	if err != nil {
		return err
	}
	run, ok := operations[r.Method+" "+operation]
	if !ok {
		return errUnknownOperation
	}
	if err := requester.Require(r.Context(), requester.Access{Action: "lambda:" + run.action, Resource: arnOf(name, r)}); err != nil {
		return err
	}
	output, err := run.answer(a, r, name)
	if err != nil {
		return refusal(err, name, r)
	}
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(output)
}

// path cuts a path into the function's name, which can be an ARN, and what follows it.
func path(u *url.URL) (name, operation string, ok bool) {
	rest, ok := strings.CutPrefix(u.EscapedPath(), prefix)
	name, operation, _ = strings.Cut(rest, "/")
	name, err := url.PathUnescape(name)
	return name, operation, ok && err == nil && name != ""
}

// functionPattern is a name, a partial ARN or an ARN, each with a qualifier or without.
var functionPattern = regexp.MustCompile(`^(?:(?:arn:aws[a-z-]*:lambda:([a-z0-9-]+):)?([0-9]{12}):function:)?([A-Za-z0-9_-]{1,64})(?::(\$LATEST|[A-Za-z0-9_-]+))?$`)

// functionName is the name in what a request calls a function. It must be one of the requester's.
//
// Parity: Lambda: versions and aliases
func functionName(named string, r *http.Request) (string, error) {
	parts := functionPattern.FindStringSubmatch(named)
	if parts == nil {
		return "", &Error{
			http.StatusBadRequest, "ValidationException",
			"1 validation error detected: Value at 'functionName' failed to satisfy constraint: Member must be the name or the ARN of a function",
		}
	}
	who := requester.From(r.Context())
	if parts[1] != "" && parts[1] != who.Region || parts[2] != "" && parts[2] != who.AccountID {
		return "", &Error{http.StatusForbidden, "AccessDeniedException", "User: " + who.ARN + " is not authorized for the function of another account or Region: " + named}
	}
	for _, qualifier := range []string{parts[4], r.URL.Query().Get("Qualifier")} {
		if qualifier != "" && qualifier != latest {
			return "", invalidParameter("Versions and aliases are not simulated; there is " + latest + ".")
		}
	}
	return parts[3], nil
}

type functionOutput struct {
	Configuration configuration
	Code          struct{ RepositoryType string }
}

// getFunction leaves out where the code can be downloaded.
func (a *API) getFunction(r *http.Request, name string) (any, error) {
	f, err := a.functions.Function(r.Context(), name)
	output := functionOutput{Configuration: f.configuration()}
	output.Code.RepositoryType = "S3"
	return output, err
}

func (a *API) getConfiguration(r *http.Request, name string) (any, error) {
	f, err := a.functions.Function(r.Context(), name)
	return f.configuration(), err
}

// updateCodeParameters are those that have an effect here, and false.
var updateCodeParameters = []string{"S3Bucket", "S3Key", "DryRun", "Publish"}

// updateCode is UpdateFunctionCode for code in S3. Anything else that a request asks for is
// refused: it would have no effect.
//
// Parity: Lambda: parameters of UpdateFunctionCode
func (a *API) updateCode(r *http.Request, name string) (any, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	var present map[string]json.RawMessage
	var request struct {
		S3Bucket, S3Key string
		DryRun, Publish bool
	}
	if json.Unmarshal(body, &present) != nil || json.Unmarshal(body, &request) != nil {
		return nil, &Error{http.StatusBadRequest, "InvalidRequestContentException", "Could not parse request body into json"}
	}
	for parameter, value := range present {
		if !slices.Contains(updateCodeParameters, parameter) && string(value) != "null" {
			return nil, invalidParameter("The parameter " + parameter + " is not simulated: code comes from S3, by S3Bucket and S3Key.")
		}
	}
	switch {
	case request.DryRun || request.Publish:
		return nil, invalidParameter("DryRun and Publish are not simulated.")
	case request.S3Bucket == "" || request.S3Key == "":
		return nil, invalidParameter("Please provide a source for function code: S3Bucket and S3Key.")
	}
	if err := mayGet(r, request.S3Bucket, request.S3Key); err != nil {
		return nil, err
	}
	f, err := a.functions.UpdateCode(r.Context(), name, request.S3Bucket, request.S3Key)
	return f.configuration(), err
}

// mayGet asks whether the requester may read the code: Lambda reads it in the requester's name.
//
// Source: the refusal was seen, buildkite/elastic-ci-stack-for-aws #564.
func mayGet(r *http.Request, bucket, key string) error {
	arn := "arn:" + partition.Of(requester.From(r.Context()).Region) + ":s3:::" + bucket + "/" + key
	err := requester.Require(r.Context(), requester.Access{Action: "s3:GetObject", Resource: arn})
	if _, denied := errors.AsType[*requester.DeniedError](err); denied {
		return &Error{
			http.StatusForbidden, "AccessDeniedException",
			"Your access has been denied by S3, please make sure your request credentials have permission to GetObject for " + bucket + "/" + key +
				". S3 Error Code: AccessDenied. S3 Error Message: Access Denied",
		}
	}
	return err
}

// refusal is the error of the API for one of Functions.
func refusal(err error, name string, r *http.Request) error {
	if code := (*CodeError)(nil); errors.As(err, &code) {
		return invalidParameter(code.Reason)
	}
	if errors.Is(err, ErrNoFunction) {
		return &Error{
			http.StatusNotFound, "ResourceNotFoundException",
			"Function not found: " + arnOf(name, r),
		}
	}
	if inS3 := interface {
		error
		Code() string
	}(nil); errors.As(err, &inS3) && (inS3.Code() == "NoSuchKey" || inS3.Code() == "NoSuchBucket") {
		return invalidParameter("Error occurred while GetObject. S3 Error Code: " + inS3.Code() + ". S3 Error Message: " + inS3.Error())
	}
	return err
}
