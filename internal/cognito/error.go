package cognito

import (
	"errors"
	"net/http"
)

// Error is a refusal of the token endpoint (RFC 6749 section 5.2). Its exported fields are what the
// caller gets to see; beside them it keeps a fixed reason for the log, which never holds anything
// that was sent.
type Error struct {
	// Status is the HTTP status. Cognito uses 400 for every error code, also for failed
	// authentication.
	Status int `json:"-"`
	// Code is the error code; empty means an empty body.
	Code string `json:"error"`
	// Description is sent if it is not empty.
	Description string `json:"error_description,omitempty"`

	reason string
}

// Error returns the code and the reason, neither of which repeats what the caller sent.
func (e *Error) Error() string {
	if e.Code == "" {
		return e.reason
	}
	return e.Code + ": " + e.reason
}

// Every refusal of the token endpoint, in the order in which a request is checked.
var (
	errMethod      = &Error{Status: http.StatusMethodNotAllowed, reason: "the method is not POST"}
	errContentType = &Error{Status: http.StatusMethodNotAllowed, reason: "the content type is not application/x-www-form-urlencoded"}

	// Parity: Token endpoint: malformed form
	errBody = invalidRequest("the body can't be read, or is too long")
	errForm = invalidRequest("the body is not a form")
	// Parity: Token endpoint: repeated parameters
	errRepeated = invalidRequest("a parameter is sent more than once")

	errNoGrantType = invalidRequest("there is no grant_type")
	errGrantType   = refusal("unsupported_grant_type", "the grant type is unknown")

	// Parity: Token endpoint: malformed Authorization header
	errAuthorization = refusal("invalid_client", "the Authorization header is not well-formed Basic")
	// Parity: Token endpoint: client in header and body
	errTwoClients = invalidRequest("the body and the Authorization header both authenticate, or name different clients")
	// Parity: Token endpoint: no client id
	errNoClientID    = invalidRequest("there is no client id")
	errUnknownClient = refusal("invalid_client", "no app client has this id")

	errNoSecret = invalidClientSecret("the client secret is missing")
	// Parity: Token endpoint: description for a wrong secret
	errWrongSecret = invalidClientSecret("the client secret is wrong")

	errOAuthOff = refusal("invalid_grant", "AllowedOAuthFlowsUserPoolClient is off for the client")
	// Parity: Token endpoint: flow not allowed
	errFlow = refusal("unauthorized_client", "the client is not allowed this flow")

	errNoCustomScope = refusal("invalid_scope", "no scope is requested and the client has no custom scope")
	// Parity: Token endpoint: scope not allowed
	errScope = refusal("invalid_scope", "a requested scope is not allowed for the client")

	// Parity: Token endpoint: internal failure
	errInternal = &Error{Status: http.StatusInternalServerError, Code: "server_error", reason: "the server failed"}

	// What the weather answers, see Config.Weather. Neither body is known.
	//
	// Parity: Token endpoint: throttling
	errThrottled = &Error{Status: http.StatusTooManyRequests, reason: "chaos: throttled"}
	// Parity: Token endpoint: unavailable
	errUnavailable = &Error{Status: http.StatusServiceUnavailable, reason: "chaos: unavailable"}
	errWeather     = &Error{Status: errInternal.Status, Code: errInternal.Code, reason: "chaos: the server failed"}
)

func refusal(code, reason string) *Error {
	return &Error{Status: http.StatusBadRequest, Code: code, reason: reason}
}

func invalidRequest(reason string) *Error { return refusal("invalid_request", reason) }

func invalidClientSecret(reason string) *Error {
	return &Error{Status: http.StatusBadRequest, Code: "invalid_client", Description: "invalid_client_secret", reason: reason}
}

// asRefusal returns the refusal that err is, or the one that hides what went wrong inside.
func asRefusal(err error) *Error {
	if refused, ok := errors.AsType[*Error](err); ok {
		return refused
	}
	return errInternal
}
