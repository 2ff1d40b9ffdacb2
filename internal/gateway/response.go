package gateway

import (
	"bytes"
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
	headers map[string]string
	body    []byte
	cookies []string

	isBase64Encoded bool

	misfit error // of the first member that has another type than in a response
}

var errNotJSON = errors.New("the function's output is not JSON")

// parseFunctionResponse turns a function's output into a reply. JSON without a statusCode is a body
// of its own.
//
// Source: API Gateway developer guide, "Create AWS Lambda proxy integrations for HTTP APIs".
func parseFunctionResponse(output []byte) (*reply, error) {
	var response functionResponse
	switch err := response.read(output); {
	case err != nil:
		return nil, errNotJSON
	case response.status == nil:
		return inferredReply(output)
	case response.misfit != nil:
		return nil, response.misfit
	}
	return response.reply()
}

// read reads a JSON text once, to its end, and takes every member, if it is an object. As with
// encoding/json, two of them may have one name.
func (r *functionResponse) read(text []byte) error {
	decoder := jsontext.NewDecoder(bytes.NewBuffer(text), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	readValue := decoder.SkipValue
	if decoder.PeekKind() == jsontext.KindBeginObject {
		readValue = func() error { return eachMember(decoder, r.set) }
	}
	if err := readValue(); err != nil {
		return err
	}
	if _, err := decoder.ReadToken(); !errors.Is(err, io.EOF) {
		return errNotJSON
	}
	return nil
}

// eachMember calls take with the name of every member of an object, to read its value.
func eachMember(decoder *jsontext.Decoder, take func(name string, from *jsontext.Decoder) error) error {
	if _, err := decoder.ReadToken(); err != nil {
		return err
	}
	for {
		token, err := decoder.ReadToken()
		if err != nil || token.Kind() == jsontext.KindEndObject {
			return err
		}
		if err := take(token.String(), decoder); err != nil {
			return err
		}
	}
}

// set takes a member. The error is that it is no JSON.
func (r *functionResponse) set(name string, from *jsontext.Decoder) error {
	if name == "headers" && from.PeekKind() == jsontext.KindBeginObject {
		r.headers = map[string]string{}
		return eachMember(from, r.setHeader)
	}
	value, err := from.ReadValue()
	if err != nil {
		return err
	}
	var misfit error
	switch name {
	case "statusCode":
		r.status = value.Clone()
	case "headers":
		misfit = json.Unmarshal(value, &r.headers)
	case "body":
		r.body, misfit = optionalText(value)
	case "isBase64Encoded":
		misfit = json.Unmarshal(value, &r.isBase64Encoded)
	case "cookies":
		misfit = json.Unmarshal(value, &r.cookies)
	}
	r.note(name, misfit)
	return nil
}

// setHeader takes a header: a JSON string, number or boolean.
//
// Parity: Function response: header values that are not strings
func (r *functionResponse) setHeader(name string, from *jsontext.Decoder) error {
	value, err := from.ReadValue()
	if err != nil {
		return err
	}
	switch value.Kind() {
	case jsontext.KindString:
		text, _ := optionalText(value)
		r.headers[name] = string(text)
	case jsontext.KindNumber, jsontext.KindTrue, jsontext.KindFalse:
		r.headers[name] = string(value)
	default:
		r.note("headers", errors.New("a header value must be a string"))
	}
	return nil
}

// note keeps why a member is a misfit, if it is the first.
func (r *functionResponse) note(name string, misfit error) {
	if misfit != nil && r.misfit == nil {
		r.misfit = fmt.Errorf("decoding the function's %s: %w", name, misfit)
	}
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
	header := http.Header{"Content-Type": {contentTypeText}}
	for _, cookie := range r.cookies {
		header.Add("Set-Cookie", cookie)
	}
	named := connectionNames(r.headers)
	for _, name := range slices.Sorted(maps.Keys(r.headers)) {
		value := r.headers[name]
		if !httpguts.ValidHeaderFieldName(name) {
			return nil, fmt.Errorf("the function's header name %s is not valid", strconv.Quote(name))
		}
		switch canonical := http.CanonicalHeaderKey(name); {
		case isConnectionHeader(canonical) || canonical == "Content-Length" || slices.Contains(named, canonical):
		case canonical == "Set-Cookie":
			header.Add(canonical, value)
		default:
			header.Set(canonical, value)
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
func connectionNames(headers map[string]string) (names []string) {
	for name, value := range headers {
		if http.CanonicalHeaderKey(name) == "Connection" {
			names = append(names, namedByConnection([]string{value})...)
		}
	}
	return names
}
