package gateway

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// refusal is a response the gateway makes itself instead of passing on a function's.
type refusal struct {
	status  int
	message string
	// challenge is the www-authenticate header; "" sends none.
	challenge string
	// authorizerError is $context.authorizer.error: the code and the description of the challenge.
	authorizerError string
	// failure is $context.error.responseType where the status does not say it.
	failure string
	// reason says in a few words what else a record of the request can't know.
	reason string
	// cause is for the operator's log only.
	cause error
	// made is the reply of a refusal that several requests share; nil if one has it for itself.
	made *reply
}

func badRequest() *refusal {
	return &refusal{status: http.StatusBadRequest, message: "Bad Request"}
}

func notFound() *refusal {
	return &refusal{status: http.StatusNotFound, message: "Not Found", reason: "no route"}
}

func tooManyRequests() *refusal {
	return &refusal{status: http.StatusTooManyRequests, message: "Too Many Requests"}
}

// Parity: Limits: form of 413 and 431
func bodyTooLarge() *refusal {
	return &refusal{status: http.StatusRequestEntityTooLarge, message: "Request Entity Too Large"}
}

func headersTooLarge() *refusal {
	return &refusal{status: http.StatusRequestHeaderFieldsTooLarge, message: "Request Header Fields Too Large"}
}

func internalServerError(cause error) *refusal {
	return &refusal{status: http.StatusInternalServerError, message: "Internal Server Error", cause: cause}
}

func serviceUnavailable(cause error) *refusal {
	return &refusal{status: http.StatusServiceUnavailable, message: "Service Unavailable", cause: cause}
}

// missingToken refuses a request whose identity source holds nothing.
func missingToken() *refusal {
	return &refusal{status: http.StatusUnauthorized, message: "Unauthorized", challenge: "Bearer", reason: "no token"}
}

// missingIdentity refuses a request that lacks an identity source of a Lambda authorizer.
func missingIdentity() *refusal {
	return &refusal{status: http.StatusUnauthorized, message: "Unauthorized", reason: "an identity source is missing"}
}

// deniedByFunction refuses a request that a Lambda authorizer's function, or its policy, does not
// let in.
//
// Parity: Lambda authorizer: words of authorizer.error
func deniedByFunction() *refusal {
	return &refusal{status: http.StatusForbidden, message: "Forbidden", reason: "the authorizer's function refused"}
}

// authorizerMayNotInvoke refuses a request whose authorizer may not call its function. The words
// were seen in an access log (DevelopersIO,
// tsnote-api-gateway-lambda-authorizer-internal-server-error-troubleshooting).
func authorizerMayNotInvoke(cause error) *refusal {
	refused := internalServerError(cause)
	refused.failure = authorizerMisconfigured
	refused.authorizerError = "The IAM role configured on the authorizer or API Gateway doesn't have permissions to call the authorizer. Check the permissions and try again."
	return refused
}

// authorizerFailed refuses a request whose authorizer has no answer.
//
// Parity: Lambda authorizer: words of authorizer.error
func authorizerFailed(cause error, failure string) *refusal {
	refused := internalServerError(cause)
	refused.failure, refused.authorizerError = failure, cause.Error()
	return refused
}

// What $context.error.responseType can be for an authorizer without an answer.
const (
	authorizerMisconfigured = "AUTHORIZER_CONFIGURATION_ERROR"
	authorizerUnavailable   = "AUTHORIZER_FAILURE"
)

// invalidToken refuses a token for reason. The parameters of the challenge are separated by spaces,
// as AWS does; RFC 6750 section 3 asks for commas.
//
// Parity: JWT authorizer: scope of a 401
func invalidToken(reason error) *refusal {
	return &refusal{
		status:          http.StatusUnauthorized,
		message:         "Unauthorized",
		challenge:       fmt.Sprintf(`Bearer scope="" error="invalid_token" error_description="%s"`, reason),
		authorizerError: "invalid_token: " + reason.Error(),
	}
}

// insufficientScope refuses a valid token that has none of the route's scopes, which the challenge
// lists. It is the same for all requests to a route.
func insufficientScope(routeScopes []string) *refusal {
	scopes := strings.Join(routeScopes, " ")
	expected := "expected scopes: [" + scopes + "]"
	refused := &refusal{
		status:          http.StatusForbidden,
		message:         "Forbidden",
		challenge:       fmt.Sprintf(`Bearer scope="%s" error="insufficient_scope" error_description="%s"`, scopes, expected),
		authorizerError: "insufficient_scope: " + expected,
	}
	refused.made = refused.reply()
	return refused
}

// reply is the only place that gives a refusal its form on the wire.
func (r *refusal) reply() *reply {
	if r.made != nil {
		return r.made
	}
	header := http.Header{"Content-Type": {contentTypeJSON}}
	if r.challenge != "" {
		header.Set("Www-Authenticate", r.challenge)
	}
	return &reply{status: r.status, header: header, body: []byte(`{"message":` + strconv.Quote(r.message) + `}`)}
}

// responseType is $context.error.responseType. The names are those of REST APIs' gateway responses.
//
// Parity: Access log: error.responseType
func (r *refusal) responseType() string {
	if r.failure != "" {
		return r.failure
	}
	switch r.status {
	case http.StatusUnauthorized:
		return "UNAUTHORIZED"
	case http.StatusForbidden:
		return "ACCESS_DENIED"
	case http.StatusRequestEntityTooLarge:
		return "REQUEST_TOO_LARGE"
	case http.StatusTooManyRequests:
		return "THROTTLED"
	case http.StatusInternalServerError:
		return "INTEGRATION_FAILURE"
	case http.StatusServiceUnavailable:
		return "INTEGRATION_TIMEOUT"
	default:
		return "DEFAULT_4XX"
	}
}
