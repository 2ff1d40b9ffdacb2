package openapi

// answers are the function's, those that API Gateway makes itself and that tell callers something
// to do, and all others.
var answers = map[string]Response{
	"Answered": {Description: "What the function answers.", Content: map[string]MediaType{"*/*": {Schema: map[string]any{}}}},
	"Other": {
		Description: "Another status is the function's own, or API Gateway's: 400 for a malformed request, 413 for a body over 10 MB, " +
			"431 for more than 10,240 bytes of request line and headers, 500 and 503 if the function failed or was late.",
	},
	"Unauthorized": {
		Description: "There is no token, or it is malformed, expired, forged, or of another user pool or client. Get a new one, once.",
		Headers:     withChallenge, Content: message("Unauthorized"),
	},
	"Forbidden": {
		Description: "The token is valid and has none of the scopes. The client needs another scope, not another token.",
		Headers:     withChallenge, Content: message("Forbidden"),
	},
	"NoToken": {
		Description: "There is no token.",
		Headers:     requestID, Content: message("Unauthorized"),
	},
	"Refused": {
		Description: "The token is not valid, its client is refused, or it has none of the scopes. A new token helps if this one has expired.",
		Headers:     requestID, Content: message("Forbidden"),
	},
	"TooManyRequests": {
		Description: "Too many requests. Wait, longer each time, and try again.",
		Headers:     requestID, Content: message("Too Many Requests"),
	},
}

var (
	requestID = map[string]Header{"apigw-requestid": idHeader}

	// A JWT authorizer says what is wrong with a token; a function's refusal says nothing.
	withChallenge = map[string]Header{
		"apigw-requestid": idHeader,
		"www-authenticate": {
			Description: "What is wrong with the token, in the form of RFC 6750, but with spaces in place of commas.",
			Required:    true, Schema: map[string]any{"type": "string", "pattern": "^Bearer"},
		},
	}

	idHeader = Header{
		Description: "The id of the request in the access log.",
		Required:    true, Schema: map[string]any{"type": "string", "minLength": 1},
	}
)

// message is the body of an answer of API Gateway's.
func message(text string) map[string]MediaType {
	return map[string]MediaType{"application/json": {Schema: map[string]any{
		"type":                 "object",
		"required":             []string{"message"},
		"additionalProperties": false,
		"properties":           map[string]any{"message": map[string]any{"type": "string", "const": text}},
	}}}
}
