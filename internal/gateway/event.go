package gateway

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"cognito-m2m/internal/httpapi"
	"cognito-m2m/internal/lambdaenv"
)

// event is the Lambda proxy payload, format 2.0. Members that are omitted when empty are so on AWS
// too.
//
// Source: API Gateway developer guide, "Create AWS Lambda proxy integrations for HTTP APIs".
type event struct {
	Version               string            `json:"version"`
	RouteKey              string            `json:"routeKey"`
	RawPath               string            `json:"rawPath"`
	RawQueryString        string            `json:"rawQueryString"`
	Cookies               []string          `json:"cookies,omitempty"`
	Headers               map[string]string `json:"headers"`
	QueryStringParameters map[string]string `json:"queryStringParameters,omitempty"`
	RequestContext        requestContext    `json:"requestContext"`
	Body                  string            `json:"body,omitempty"`
	PathParameters        map[string]string `json:"pathParameters,omitempty"`
	IsBase64Encoded       bool              `json:"isBase64Encoded"`
	StageVariables        map[string]string `json:"stageVariables,omitempty"`
}

type requestContext struct {
	AccountID    string           `json:"accountId"`
	APIID        string           `json:"apiId"`
	Authorizer   *eventAuthorizer `json:"authorizer,omitempty"`
	DomainName   string           `json:"domainName"`
	DomainPrefix string           `json:"domainPrefix"`
	HTTP         eventHTTP        `json:"http"`
	RequestID    string           `json:"requestId"`
	RouteKey     string           `json:"routeKey"`
	Stage        string           `json:"stage"`
	Time         string           `json:"time"`
	TimeEpoch    int64            `json:"timeEpoch"` // milliseconds
}

type eventHTTP struct {
	Method    string `json:"method"`
	Path      string `json:"path"`
	Protocol  string `json:"protocol"`
	SourceIP  string `json:"sourceIp"`
	UserAgent string `json:"userAgent"`
}

type eventAuthorizer struct {
	JWT eventJWT `json:"jwt"`
}

// eventJWT has all scopes of the token, or null on a route that requires none.
type eventJWT struct {
	Claims map[string]string `json:"claims"`
	Scopes []string          `json:"scopes"`
}

// protocol is what AWS reports for HTTP/2 requests too.
const protocol = "HTTP/1.1"

// clfTime is the Common Log Format's time, in UTC.
func clfTime(t time.Time) string {
	return t.UTC().Format("02/Jan/2006:15:04:05 -0700")
}

// buildEvent reads the request's body and puts together what the function receives.
//
// Parity: Limits: event over Lambda's 6 MB
func (x *exchange) buildEvent(ids *requestIDs) *refusal {
	if refused := x.readBody(); refused != nil {
		return refused
	}
	var encoded bytes.Buffer
	encoder := json.NewEncoder(&encoded)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(newEvent(x, ids)); err != nil {
		return internalServerError(fmt.Errorf("encoding event: %w", err))
	}
	if encoded.Len() > lambdaenv.MaxEventBytes {
		x.body = nil
		return bodyTooLarge()
	}
	x.event = encoded.Bytes()
	return nil
}

// readBody reads no more than an event could hold: what is refused takes no memory.
func (x *exchange) readBody() *refusal {
	longest := int64(lambdaenv.MaxEventBytes)
	if !isTextType(x.request.Header.Get("Content-Type")) {
		longest = int64(base64.StdEncoding.DecodedLen(lambdaenv.MaxEventBytes))
	}
	if x.request.ContentLength > longest {
		return bodyTooLarge()
	}
	var body bytes.Buffer
	if x.request.ContentLength > 0 {
		body.Grow(int(x.request.ContentLength) + bytes.MinRead) // no second buffer, twice as large
	}
	read, err := body.ReadFrom(io.LimitReader(x.request.Body, longest+1))
	switch {
	case err != nil:
		return badRequest()
	case read > longest:
		return bodyTooLarge()
	}
	x.body = body.Bytes()
	return nil
}

func newEvent(x *exchange, ids *requestIDs) event {
	r, header := x.request, endToEnd(x.request.Header)
	text, isBase64 := eventBody(x.body, header.Get("Content-Type"))
	return event{
		Version:               "2.0",
		RouteKey:              x.route.key,
		RawPath:               x.path,
		RawQueryString:        r.URL.RawQuery,
		Cookies:               eventCookies(header),
		Headers:               eventHeaders(x, header, ids),
		QueryStringParameters: queryParameters(r.URL.RawQuery),
		RequestContext:        x.requestContext(),
		Body:                  text,
		PathParameters:        x.pathParameters,
		IsBase64Encoded:       isBase64,
		StageVariables:        x.stage.variables,
	}
}

// requestContext names the API's own domain, which no caller can choose; the Host header is among
// the headers.
//
// Parity: Event: domain name
func (x *exchange) requestContext() requestContext {
	return requestContext{
		AccountID:    x.api.AccountID,
		APIID:        x.api.ID,
		Authorizer:   x.eventAuthorizer(),
		DomainName:   httpapi.Host(x.api.ID, x.api.Region),
		DomainPrefix: x.api.ID,
		HTTP: eventHTTP{
			Method:    x.request.Method,
			Path:      x.path,
			Protocol:  protocol,
			SourceIP:  x.sourceIP,
			UserAgent: x.request.UserAgent(),
		},
		RequestID: x.id,
		RouteKey:  x.route.key,
		Stage:     x.stage.name,
		Time:      clfTime(x.received),
		TimeEpoch: x.received.UnixMilli(),
	}
}

func (x *exchange) eventAuthorizer() *eventAuthorizer {
	if x.route.authorizer == nil {
		return nil
	}
	jwt := eventJWT{Claims: x.claims.Texts()}
	if len(x.route.scopes) > 0 {
		jwt.Scopes = x.claims.Scopes()
	}
	return &eventAuthorizer{JWT: jwt}
}

// eventHeaders lower-cases names, joins duplicates and adds what AWS's front end adds. Cookies have
// a member of their own.
//
// Parity: Event: forwarded headers
func eventHeaders(x *exchange, header http.Header, ids *requestIDs) map[string]string {
	headers := make(map[string]string, len(header)+6)
	for name, values := range header {
		if name != "Cookie" {
			headers[strings.ToLower(name)] = strings.Join(values, ",")
		}
	}
	headers["host"] = x.request.Host
	headers["content-length"] = strconv.Itoa(len(x.body))
	headers["x-forwarded-for"] = strings.TrimPrefix(headers["x-forwarded-for"]+", "+x.sourceIP, ", ")
	headers["x-forwarded-port"] = "443"
	headers["x-forwarded-proto"] = "https"
	if headers["x-amzn-trace-id"] == "" {
		headers["x-amzn-trace-id"] = ids.traceRoot(x.received)
	}
	return headers
}

func eventCookies(header http.Header) []string {
	var cookies []string
	for _, line := range header["Cookie"] {
		for cookie := range strings.SplitSeq(line, ";") {
			if cookie = strings.TrimSpace(cookie); cookie != "" {
				cookies = append(cookies, cookie)
			}
		}
	}
	return cookies
}

// eventBody returns the body as text, or as base64 unless its content type is one of the few AWS
// passes as text (measured, ministackorg/ministack #766). Bytes that are not UTF-8 cannot be text
// in JSON and go as base64 too.
//
// Parity: Event: text bodies that are not UTF-8
func eventBody(body []byte, contentType string) (text string, isBase64 bool) {
	if len(body) == 0 {
		return "", false
	}
	if isTextType(contentType) && utf8.Valid(body) {
		return string(body), false
	}
	return base64.StdEncoding.EncodeToString(body), true
}

func isTextType(contentType string) bool {
	mediaType, _, _ := strings.Cut(contentType, ";")
	switch mediaType = strings.ToLower(strings.TrimSpace(mediaType)); mediaType {
	case contentTypeJSON, "application/xml", "application/javascript":
		return true
	default:
		return strings.HasPrefix(mediaType, "text/")
	}
}
