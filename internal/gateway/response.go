package gateway

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/net/http/httpguts"
)

// functionResponse is the response format of payload 2.0. multiValueHeaders is not part of it and
// is ignored.
type functionResponse struct {
	status  jsontext.Value // as it came, nil if there is none
	headers jsontext.Value
	body    []byte
	cookies []string

	isBase64Encoded bool
}

var errNotJSON = errors.New("the function's output is not JSON")

// parseFunctionResponse turns a function's output into a reply. JSON without a statusCode is a body
// of its own.
//
// Source: API Gateway developer guide, "Create AWS Lambda proxy integrations for HTTP APIs".
func parseFunctionResponse(output []byte) (*reply, error) {
	var response functionResponse
	var misfit error
	err := eachMember(output, func(name string, value jsontext.Value) {
		misfit = cmp.Or(misfit, response.set(name, value))
	})
	switch {
	case err != nil:
		return nil, errNotJSON
	case response.status == nil:
		return inferredReply(output)
	case misfit != nil:
		return nil, misfit
	}
	return response.reply()
}

// eachMember reads a JSON text once, to its end, and calls read with every member, if it is an
// object. As with encoding/json, two of them may have one name. The value is gone afterwards.
func eachMember(text []byte, read func(name string, value jsontext.Value)) error {
	decoder := jsontext.NewDecoder(bytes.NewBuffer(text), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	readValue := decoder.SkipValue
	if decoder.PeekKind() == jsontext.KindBeginObject {
		readValue = func() error { return readMembers(decoder, read) }
	}
	if err := readValue(); err != nil {
		return err
	}
	if _, err := decoder.ReadToken(); !errors.Is(err, io.EOF) {
		return errNotJSON
	}
	return nil
}

func readMembers(decoder *jsontext.Decoder, read func(name string, value jsontext.Value)) error {
	if _, err := decoder.ReadToken(); err != nil {
		return err
	}
	for {
		token, err := decoder.ReadToken()
		if err != nil || token.Kind() == jsontext.KindEndObject {
			return err
		}
		name := token.String()
		value, err := decoder.ReadValue()
		if err != nil {
			return err
		}
		read(name, value)
	}
}

// set takes a member. Misfit says that it has another type than in a response.
func (r *functionResponse) set(name string, value jsontext.Value) (misfit error) {
	switch name {
	case "statusCode":
		r.status = value.Clone()
	case "headers":
		r.headers = value.Clone()
	case "body":
		r.body, misfit = optionalText(value)
	case "isBase64Encoded":
		misfit = json.Unmarshal(value, &r.isBase64Encoded)
	case "cookies":
		misfit = json.Unmarshal(value, &r.cookies)
	}
	if misfit != nil {
		return fmt.Errorf("decoding the function's %s: %w", name, misfit)
	}
	return nil
}

// optionalText is the text of a string, nil of null. What is not UTF-8 in it becomes U+FFFD.
func optionalText(value jsontext.Value) ([]byte, error) {
	switch value.Kind() {
	case jsontext.KindString:
		text, _ := jsontext.AppendUnquote(make([]byte, 0, len(value)), value) // the error is about that
		return text, nil
	case jsontext.KindNull:
		return nil, nil
	default:
		return nil, errors.New("it is neither a string nor null")
	}
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
	if err := json.Unmarshal(r.status, &answer.status); err != nil {
		return nil, fmt.Errorf("decoding the function's statusCode: %w", err)
	}
	if answer.status < http.StatusOK || answer.status > 599 {
		return nil, fmt.Errorf("the function's statusCode %d is not between 200 and 599", answer.status)
	}
	var err error
	if answer.header, err = r.header(); err != nil {
		return nil, err
	}
	answer.body = r.body
	if r.isBase64Encoded {
		if answer.body, err = base64.StdEncoding.AppendDecode(nil, r.body); err != nil {
			return nil, errors.New("the function's body is not base64, which isBase64Encoded says")
		}
	}
	return answer, nil
}

// header puts the cookies before a set-cookie header, as AWS does.
func (r functionResponse) header() (http.Header, error) {
	var headers map[string]headerValue
	if r.headers != nil {
		if err := json.Unmarshal(r.headers, &headers); err != nil {
			return nil, fmt.Errorf("decoding the function's headers: %w", err)
		}
	}
	header := http.Header{"Content-Type": {contentTypeText}}
	for _, cookie := range r.cookies {
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
