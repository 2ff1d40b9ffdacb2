package cognito

// APIError is an error of the user pool API. Its text is the message that the caller gets to see.
type APIError struct {
	code    string
	message string
}

// Code returns the name of the exception on AWS, such as ResourceNotFoundException.
func (e *APIError) Code() string { return e.code }

// Error returns the message, which never holds a secret.
func (e *APIError) Error() string { return e.message }

// Errors of the user pool API that say nothing of the request.
var (
	// What a caller that is not an SDK can send.
	errUnknownOperation = &APIError{"UnknownOperationException", "The user pool API has no such operation here"}
	errMalformedInput   = &APIError{"SerializationException", "The request is not a JSON object of the operation's shape"}

	errSecretLimit = &APIError{"LimitExceededException", "The client has two secrets, and can't have more: delete one first"}
	// Parity: Client secrets: an id that is not the client's
	errNoSuchSecret = &APIError{"ResourceNotFoundException", "The client has no secret with this id"}
	// Parity: Client secrets: deleting the last
	errLastSecret = invalidParameter("It is the client's last secret, which can't be deleted: add another first")

	// The operations on secrets have this name for it, others InternalErrorException.
	errInternalServer = &APIError{"InternalServerException", "The user pool failed"}
	errInternalError  = &APIError{"InternalErrorException", "The user pool failed"}
)

func invalidParameter(message string) *APIError {
	return &APIError{"InvalidParameterException", message}
}

func notFound(message string) *APIError {
	return &APIError{"ResourceNotFoundException", message}
}
