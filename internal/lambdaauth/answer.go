package lambdaauth

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"

	"cognito-m2m/internal/policy"
)

// Answer is what a function answered. It is shared by every request that it holds for, and never
// changes.
type Answer struct {
	authorized bool             // of a simple response
	policy     *policy.Document // of the other form; nil for a simple response
	principal  string
	properties map[string]any  // numbers as json.Number
	context    json.RawMessage // the same as JSON text
}

// FormatError is why an output is no answer. Its text is that of $context.authorizer.error.
type FormatError struct{ detail string }

// Error has AWS's words before the detail, which is AWS's where it was seen: for an output that is
// not JSON (mantil-io/mantil #52) and for a simple response without isAuthorized (DevelopersIO,
// tsnote-api-gateway-lambda-authorizer-internal-server-error-troubleshooting).
//
// Parity: Lambda authorizer: words of authorizer.error
func (e FormatError) Error() string {
	return "The response from the Lambda Authorizer function doesn't match the format that API Gateway expects. " + e.detail
}

// Parse reads the output of a function: the simple response if simple is set, and one with a policy
// otherwise. Members are looked up by their exact names. The error is a FormatError.
//
// Parity: Lambda authorizer: answers of another form
func Parse(output []byte, simple bool) (*Answer, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(output, &members); err != nil {
		if _, isSyntax := errors.AsType[*json.SyntaxError](err); isSyntax {
			return nil, FormatError{"Invalid json in authorizer response"}
		}
		return nil, FormatError{"The response is not a JSON object"}
	}
	a := &Answer{}
	if err := a.readContext(members["context"]); err != nil {
		return nil, err
	}
	if simple {
		return a, a.readSimple(members["isAuthorized"])
	}
	return a, a.readPolicy(members)
}

func (a *Answer) readSimple(isAuthorized json.RawMessage) error {
	switch string(isAuthorized) {
	case "":
		return FormatError{"Simple response did not include 'isAuthorized'"}
	case "true":
		a.authorized = true
	case "false":
	default:
		return FormatError{"'isAuthorized' is not true or false"}
	}
	return nil
}

// readContext keeps the properties with the types that they have. Written anew, they are text that
// can be part of an event.
func (a *Answer) readContext(raw json.RawMessage) error {
	a.context = json.RawMessage("null")
	if raw == nil || string(raw) == "null" {
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	if err := decoder.Decode(&a.properties); err != nil {
		return FormatError{"'context' is not an object"}
	}
	a.context = jsonText(a.properties)
	return nil
}

// Context is the context as a JSON object, and null if the function gave none. That is what
// integrations get (public capture of an event of 1 November 2023, route POST /document).
func (a *Answer) Context() json.RawMessage { return a.context }

// PrincipalID is the principalId beside a policy.
func (a *Answer) PrincipalID() string { return a.principal }

// Text is a property of the context as an access log shows it: text, numbers and booleans as they
// are. It is "" if the property is not there or null.
//
// Parity: Access log: lists and objects of an authorizer's context
func (a *Answer) Text(property string) string {
	switch value := a.properties[property].(type) {
	case nil:
		return ""
	case string:
		return value
	case bool:
		return strconv.FormatBool(value)
	case json.Number:
		return value.String()
	default:
		return string(jsonText(value))
	}
}

// jsonText is the text of a value that was read from JSON, which always has one.
func jsonText(value any) json.RawMessage {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(value)
	return bytes.TrimSuffix(text.Bytes(), []byte("\n"))
}
