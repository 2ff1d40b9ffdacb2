package gateway

import (
	"bytes"
	"encoding/base64"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"cognito-m2m/internal/httpapi"
	"cognito-m2m/internal/jsonobject"
	"cognito-m2m/internal/lambdaenv"
)

// protocol is what AWS reports for HTTP/2 requests too.
const protocol = "HTTP/1.1"

// clfTime is the Common Log Format's time, in UTC.
func clfTime(t time.Time) string {
	return t.UTC().Format("02/Jan/2006:15:04:05 -0700")
}

// buildEvent reads the request's body and puts together what the function receives.
//
// Parity: Limits: event over Lambda's 6 MB
func (x *exchange) buildEvent() *refusal {
	if refused := x.readBody(); refused != nil {
		return refused
	}
	x.event = x.encodeEvent()
	if len(x.event) > lambdaenv.MaxEventBytes {
		x.body, x.event = nil, nil
		return bodyTooLarge()
	}
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

// encodeEvent writes the Lambda proxy payload, format 2.0. Members that are left out when empty are
// so on AWS too.
//
// Source: API Gateway developer guide, "Create AWS Lambda proxy integrations for HTTP APIs".
func (x *exchange) encodeEvent() []byte {
	r, header := x.request, endToEnd(x.request.Header)
	body, isBase64 := eventBody(x.body, header.Get("Content-Type"))
	w := jsonobject.New(usualEventBytes + len(body))
	w.Text("version", "2.0")
	w.Text("routeKey", x.route.key)
	w.Text("rawPath", x.path)
	w.Text("rawQueryString", r.URL.RawQuery)
	if cookies := eventCookies(header); len(cookies) > 0 {
		w.List("cookies", cookies)
	}
	w.Texts("headers", eventHeaders(x, header, int64(len(x.body))))
	w.TextsUnlessEmpty("queryStringParameters", queryParameters(r.URL.RawQuery))
	w.Object("requestContext", x.writeRequestContext)
	if body != "" {
		w.Text("body", body)
	}
	w.TextsUnlessEmpty("pathParameters", x.pathParameters)
	w.Boolean("isBase64Encoded", isBase64)
	w.TextsUnlessEmpty("stageVariables", x.stage.variables)
	return w.End()
}

// usualEventBytes is room for an event without its body.
const usualEventBytes = 3 << 10

// writeRequestContext names the API's own domain, which no caller can choose; the Host header is
// among the headers.
//
// Parity: Event: domain name
func (x *exchange) writeRequestContext(w *jsonobject.Writer) {
	w.Text("accountId", x.api.AccountID)
	w.Text("apiId", x.api.ID)
	x.writeAuthorizer(w)
	w.Text("domainName", httpapi.Host(x.api.ID, x.api.Region))
	w.Text("domainPrefix", x.api.ID)
	w.Object("http", func(w *jsonobject.Writer) {
		w.Text("method", x.request.Method)
		w.Text("path", x.path)
		w.Text("protocol", protocol)
		w.Text("sourceIp", x.sourceIP)
		w.Text("userAgent", x.request.UserAgent())
	})
	w.Text("requestId", x.id)
	w.Text("routeKey", x.route.key)
	w.Text("stage", x.stage.name)
	w.Text("time", clfTime(x.received))
	w.Number("timeEpoch", x.received.UnixMilli()) // milliseconds
}

// writeAuthorizer has what the route's authorizer has learnt: what a token says, or the context of
// a function's answer.
func (x *exchange) writeAuthorizer(w *jsonobject.Writer) {
	switch {
	case x.answer != nil:
		w.Object("authorizer", func(w *jsonobject.Writer) { w.JSON("lambda", x.answer.Context()) })
	case x.claims != nil:
		w.Object("authorizer", func(w *jsonobject.Writer) { w.Object("jwt", x.writeJWT) })
	}
}

// writeJWT has all scopes of the token, or null on a route that requires none.
func (x *exchange) writeJWT(w *jsonobject.Writer) {
	w.TextsInOrder("claims", x.claims.Texts())
	if len(x.route.scopes) == 0 {
		w.Null("scopes")
		return
	}
	w.List("scopes", x.claims.Scopes())
}

// eventHeaders lower-cases names, joins duplicates and adds what AWS's front end adds. Cookies have
// a member of their own. A body of unknown length, below 0, has no content-length.
//
// Parity: Event: forwarded headers
func eventHeaders(x *exchange, header http.Header, bodyBytes int64) map[string]string {
	headers := make(map[string]string, len(header)+6)
	for name, values := range header {
		if name != "Cookie" {
			headers[strings.ToLower(name)] = strings.Join(values, ",")
		}
	}
	headers["host"] = x.request.Host
	delete(headers, "content-length")
	if bodyBytes >= 0 {
		headers["content-length"] = strconv.FormatInt(bodyBytes, 10)
	}
	headers["x-forwarded-for"] = strings.TrimPrefix(headers["x-forwarded-for"]+", "+x.sourceIP, ", ")
	headers["x-forwarded-port"] = "443"
	headers["x-forwarded-proto"] = "https"
	if headers["x-amzn-trace-id"] == "" {
		headers["x-amzn-trace-id"] = x.traceID()
	}
	return headers
}

func (x *exchange) traceID() string {
	if x.trace == "" {
		x.trace = x.ids.traceRoot(x.received)
	}
	return x.trace
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
