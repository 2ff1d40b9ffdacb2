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
	otherSpellings

	Status          json.RawMessage `json:"statusCode"`
	Headers         json.RawMessage `json:"headers"`
	Body            *string         `json:"body"`
	IsBase64Encoded bool            `json:"isBase64Encoded"`
	Cookies         []string        `json:"cookies"`
}

// otherSpellings takes the members that are spelt like one of a response but for the case, and so
// are none. encoding/json gives such a member to the first field with a name of that spelling.
type otherSpellings struct {
	Status          dropped `json:"STATUSCODE"`
	Headers         dropped `json:"HEADERS"`
	Body            dropped `json:"BODY"`
	IsBase64Encoded dropped `json:"ISBASE64ENCODED"`
	Cookies         dropped `json:"COOKIES"`
}

// dropped is any JSON value, and forgets it.
type dropped struct{}

// UnmarshalJSON does nothing.
func (*dropped) UnmarshalJSON([]byte) error { return nil }

var errNotJSON = errors.New("the function's output is not JSON")

// parseFunctionResponse turns a function's output into a reply. JSON without a statusCode is a body
// of its own.
//
// Source: API Gateway developer guide, "Create AWS Lambda proxy integrations for HTTP APIs".
func parseFunctionResponse(output []byte) (*reply, error) {
	var response functionResponse
	err := json.Unmarshal(output, &response)
	if _, isSyntax := errors.AsType[*json.SyntaxError](err); isSyntax {
		return nil, errNotJSON
	}
	if response.Status == nil {
		return inferredReply(output)
	}
	if err != nil {
		return nil, fmt.Errorf("decoding the function's response: %w", err)
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
	answer := &reply{}
	if err := json.Unmarshal(r.Status, &answer.status); err != nil {
		return nil, fmt.Errorf("decoding the function's statusCode: %w", err)
	}
	if answer.status < http.StatusOK || answer.status > 599 {
		return nil, fmt.Errorf("the function's statusCode %d is not between 200 and 599", answer.status)
	}
	var err error
	if answer.header, err = r.header(); err != nil {
		return nil, err
	}
	switch {
	case r.Body == nil:
	case r.IsBase64Encoded:
		if answer.body, err = base64.StdEncoding.DecodeString(*r.Body); err != nil {
			return nil, errors.New("the function's body is not base64, which isBase64Encoded says")
		}
	default:
		answer.body = []byte(*r.Body)
	}
	return answer, nil
}

// header puts the cookies before a set-cookie header, as AWS does.
func (r functionResponse) header() (http.Header, error) {
	var headers map[string]headerValue
	if r.Headers != nil {
		if err := json.Unmarshal(r.Headers, &headers); err != nil {
			return nil, fmt.Errorf("decoding the function's headers: %w", err)
		}
	}
	header := http.Header{"Content-Type": {contentTypeText}}
	for _, cookie := range r.Cookies {
		header.Add("Set-Cookie", cookie)
	}
	named := connectionNames(headers)
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		value := headers[name]
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

// connectionNames looks for the header by any spelling of its name, as a function may write it.
func connectionNames(headers map[string]headerValue) (names []string) {
	for name, value := range headers {
		if http.CanonicalHeaderKey(name) == "Connection" {
			names = append(names, namedByConnection([]string{string(value)})...)
		}
	}
	return names
}
