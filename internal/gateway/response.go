package gateway

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/http/httpguts"
)

// functionResponse is the response format of payload 2.0. multiValueHeaders is not part of it and
// is ignored.
type functionResponse struct {
	status          int
	headers         map[string]headerValue
	body            *string
	isBase64Encoded bool
	cookies         []string
}

var errNotJSON = errors.New("the function's output is not JSON")

// parseFunctionResponse turns a function's output into a reply. JSON without a statusCode is a body
// of its own.
//
// Source: API Gateway developer guide, "Create AWS Lambda proxy integrations for HTTP APIs".
func parseFunctionResponse(output []byte) (*reply, error) {
	var members map[string]json.RawMessage
	err := json.Unmarshal(output, &members)
	if _, isSyntax := errors.AsType[*json.SyntaxError](err); isSyntax {
		return nil, errNotJSON
	}
	if err != nil || members["statusCode"] == nil {
		return inferredReply(output)
	}
	response, err := decodeFunctionResponse(members)
	if err != nil {
		return nil, err
	}
	return response.reply()
}

// inferredReply is a 200 whose body is the output itself, or the text of an output that is a JSON
// string.
func inferredReply(output []byte) (*reply, error) {
	body := bytes.TrimSpace(output)
	if body[0] == '"' {
		var text string
		if err := json.Unmarshal(body, &text); err != nil {
			return nil, fmt.Errorf("decoding the function's output: %w", err)
		}
		body = []byte(text)
	}
	return &reply{status: http.StatusOK, header: http.Header{"Content-Type": {contentTypeJSON}}, body: body}, nil
}

// decodeFunctionResponse reads members by their exact names; encoding/json would accept
// "StatusCode" in a struct.
func decodeFunctionResponse(members map[string]json.RawMessage) (functionResponse, error) {
	var r functionResponse
	for name, target := range map[string]any{
		"statusCode":      &r.status,
		"headers":         &r.headers,
		"body":            &r.body,
		"isBase64Encoded": &r.isBase64Encoded,
		"cookies":         &r.cookies,
	} {
		value, ok := members[name]
		if !ok {
			continue
		}
		if err := json.Unmarshal(value, target); err != nil {
			return r, fmt.Errorf("decoding %s of the function's response: %w", name, err)
		}
	}
	return r, nil
}

// headerValue is the text of a header: a JSON string, number or boolean.
//
// Parity: Function response: header values that are not strings
type headerValue string

// UnmarshalJSON refuses arrays, objects and null.
func (v *headerValue) UnmarshalJSON(raw []byte) error {
	switch raw[0] {
	case '"':
		return json.Unmarshal(raw, (*string)(v))
	case '{', '[', 'n':
		return errors.New("a header value must be a string")
	default:
		*v = headerValue(raw)
		return nil
	}
}

// reply checks what only a whole response can show and decodes the body.
//
// Parity: Function response: status codes
func (r functionResponse) reply() (*reply, error) {
	if r.status < http.StatusOK || r.status > 599 {
		return nil, fmt.Errorf("the function's statusCode %d is not between 200 and 599", r.status)
	}
	header, err := r.header()
	if err != nil {
		return nil, err
	}
	answer := &reply{status: r.status, header: header}
	switch {
	case r.body == nil:
	case r.isBase64Encoded:
		if answer.body, err = base64.StdEncoding.DecodeString(*r.body); err != nil {
			return nil, errors.New("the function's body is not base64, which isBase64Encoded says")
		}
	default:
		answer.body = []byte(*r.body)
	}
	return answer, nil
}

// header puts the cookies before a set-cookie header, as AWS does.
func (r functionResponse) header() (http.Header, error) {
	header := http.Header{"Content-Type": {contentTypeText}}
	for _, cookie := range r.cookies {
		header.Add("Set-Cookie", cookie)
	}
	named := r.namedByConnection()
	for _, name := range slices.Sorted(maps.Keys(r.headers)) {
		value := r.headers[name]
		if !httpguts.ValidHeaderFieldName(name) {
			return nil, fmt.Errorf("the function's header name %s is not valid", strconv.Quote(name))
		}
		switch canonical := http.CanonicalHeaderKey(name); {
		case isConnectionHeader(canonical) || canonical == "Content-Length" || slices.Contains(named, canonical):
		case canonical == "Set-Cookie":
			header.Add(canonical, string(value))
		default:
			header.Set(canonical, string(value))
		}
	}
	for name, values := range header {
		for _, value := range values {
			if strings.ContainsFunc(value, isForbiddenInHeader) {
				return nil, fmt.Errorf("the function's header %s has a control character", name)
			}
		}
	}
	return header, nil
}

// namedByConnection looks for the header by any spelling of its name, as a function may write it.
func (r functionResponse) namedByConnection() (names []string) {
	for name, value := range r.headers {
		if http.CanonicalHeaderKey(name) == "Connection" {
			names = append(names, namedByConnection([]string{string(value)})...)
		}
	}
	return names
}
