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
	var output any
	switch r.Method + " " + operation {
	case "GET ":
		output, err = a.getFunction(r, name)
	case "GET configuration":
		output, err = a.getConfiguration(r, name)
	case "PUT code":
		output, err = a.updateCode(r, name)
	default:
		return errUnknownOperation
	}
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
	f, err := a.functions.UpdateCode(r.Context(), name, request.S3Bucket, request.S3Key)
	return f.configuration(), err
}

// refusal is the error of the API for one of Functions.
func refusal(err error, name string, r *http.Request) error {
	who := requester.From(r.Context())
	if code := (*CodeError)(nil); errors.As(err, &code) {
		return invalidParameter(code.Reason)
	}
	if errors.Is(err, ErrNoFunction) {
		return &Error{
			http.StatusNotFound, "ResourceNotFoundException",
			"Function not found: arn:" + partition.Of(who.Region) + ":lambda:" + who.Region + ":" + who.AccountID + ":function:" + name,
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
