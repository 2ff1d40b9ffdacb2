package gateway_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/gateway"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// The event's shape, member by member and in order, against testdata/event.json.
func TestEventGolden(t *testing.T) {
	t.Parallel()
	a := newAPI(t, fixedRandom, func(a *api) {
		a.config.Routes = []gateway.Route{jwtRoute("POST /orders/{id}", "test-api/read")}
	})
	a.callOfGolden(t, "Bearer "+sign(t, validClaims()))
	golden(t, "testdata/event.json", a.function.events[0])
}

func fixedRandom(a *api) {
	a.config.Stages[0].Variables = map[string]string{"table": "orders"}
	a.config.Rand = bytes.NewReader(make([]byte, 1024))
}

// callOfGolden sends the request of the golden events.
func (a *api) callOfGolden(t *testing.T, authorization string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost,
		a.url+"/orders/42%20b?a=1&b=x%20y&a=2&empty=&flag", strings.NewReader(`{"n":1}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Host = "api.example.com"
	request.Header = http.Header{
		"Authorization":     {authorization},
		"Content-Type":      {"application/json"},
		"Cookie":            {"s=1; t=2", "u=3"},
		"User-Agent":        {"gateway-test"},
		"X-Multi":           {"one", "two"},
		"X-Forwarded-For":   {"203.0.113.7"},
		"X-Forwarded-Proto": {"http"},
		"Accept-Encoding":   {"identity"},
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != 200 {
		t.Fatalf("got %d", response.StatusCode)
	}
}

// golden compares an event with a file.
func golden(t *testing.T, file string, event []byte) {
	t.Helper()
	var got bytes.Buffer
	if err := json.Indent(&got, event, "", "  "); err != nil {
		t.Fatal(err)
	}
	got.WriteByte('\n') // as every file ends
	masked := regexp.MustCompile(`Bearer [A-Za-z0-9._-]+`).ReplaceAll(got.Bytes(), []byte("Bearer TOKEN"))
	if *update {
		if err := os.WriteFile(file, masked, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(masked)); diff != "" {
		t.Error(diff)
	}
}

// members returns the event's top-level members, and the request context's, by name.
func (a *api) members(t testing.TB) (top, context map[string]json.RawMessage) {
	t.Helper()
	if err := json.Unmarshal(a.function.events[len(a.function.events)-1], &top); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(top["requestContext"], &context); err != nil {
		t.Fatal(err)
	}
	return top, context
}

func TestEventOmitsEmptyMembers(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	a.call(t, http.MethodGet, "/open")
	top, context := a.members(t)
	for _, name := range []string{"cookies", "queryStringParameters", "body", "pathParameters", "stageVariables"} {
		if value, ok := top[name]; ok {
			t.Errorf("%s is there: %s", name, value)
		}
	}
	if got := string(top["rawQueryString"]); got != `""` {
		t.Errorf("got rawQueryString %s", got)
	}
	if got := string(top["isBase64Encoded"]); got != `false` {
		t.Errorf("got isBase64Encoded %s", got)
	}
	if _, ok := context["authorizer"]; ok {
		t.Error("an open route has an authorizer in its event")
	}
}

func TestEventScopes(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	token := sign(t, with(map[string]any{"scope": "test-api/read test-api/other"}))
	for _, c := range []struct{ path, want string }{
		{"/test_jwt", `null`},
		{"/test_jwt/read", `["test-api/read","test-api/other"]`},
	} {
		a.call(t, http.MethodGet, c.path, "Authorization", token)
		_, context := a.members(t)
		var authorizer struct {
			JWT struct {
				Claims map[string]string
				Scopes json.RawMessage
			}
		}
		if err := json.Unmarshal(context["authorizer"], &authorizer); err != nil {
			t.Fatal(err)
		}
		if got := string(authorizer.JWT.Scopes); got != c.want {
			t.Errorf("%s: got scopes %s, want %s", c.path, got, c.want)
		}
		if got := authorizer.JWT.Claims["scope"]; got != "test-api/read test-api/other" {
			t.Errorf("%s: got claim %q", c.path, got)
		}
	}
}

func TestEventClaims(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	payload := strings.TrimSuffix(string(payloadOf(t, validClaims())), "}") + `,
		"large":12345678901234567890, "exponent":1.5e3, "fraction":0.10, "yes":true, "nothing":null,
		"list":["a","b",3,true], "none":[], "text":"a \"b\" <c>"}`
	a.call(t, http.MethodGet, "/test_jwt", "Authorization", rawSigned(t, `{"alg":"RS256","kid":"key-1"}`, payload))
	got := a.lastEvent(t).RequestContext.Authorizer.JWT.Claims
	want := map[string]string{
		"sub": clientID, "client_id": clientID, "token_use": "access", "scope": "test-api/read", "iss": issuerURL,
		"iat": "1795343400", "auth_time": "1795343400", "exp": "1795347000", "version": "2",
		"jti":   "0a1b2c3d-0000-4000-8000-000000000000",
		"large": "12345678901234567890", "exponent": "1500", "fraction": "0.10", "yes": "true",
		"list": "[a b 3 true]", "none": "[]", "text": `a "b" <c>`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestEventBodies(t *testing.T) {
	t.Parallel()
	a := newAPI(t, func(a *api) { a.config.Routes = openRoutes("POST /x") })
	for _, c := range []struct {
		contentType string
		base64      bool
	}{
		{"text/plain", false},
		{"text/csv; charset=utf-8", false},
		{"application/json", false},
		{"Application/JSON; charset=utf-8", false},
		{"application/xml", false},
		{"application/javascript", false},
		{"application/x-www-form-urlencoded", true},
		{"multipart/form-data; boundary=x", true},
		{"application/octet-stream", true},
		{"image/png", true},
		{"", true},
	} {
		a.send(t, http.MethodPost, "/x", strings.NewReader("a=b"), "Content-Type", c.contentType)
		event := a.lastEvent(t)
		want := "a=b"
		if c.base64 {
			want = "YT1i"
		}
		if event.Body != want || event.IsBase64Encoded != c.base64 {
			t.Errorf("%q: got %q, %t", c.contentType, event.Body, event.IsBase64Encoded)
		}
	}
}

func TestEventHeaders(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	a.call(t, http.MethodGet, "/open", "X-CaSe", "1", "x-case", "2", "Cookie", "a=b", "Authorization", "Bearer secret")
	headers := a.lastEvent(t).Headers
	for name, want := range map[string]string{
		"x-case": "1,2", "authorization": "Bearer secret", "content-length": "0", "x-forwarded-for": "127.0.0.1",
		"x-forwarded-port": "443", "x-forwarded-proto": "https", "host": strings.TrimPrefix(a.url, "http://"),
	} {
		if headers[name] != want {
			t.Errorf("%s: got %q, want %q", name, headers[name], want)
		}
	}
	if _, ok := headers["cookie"]; ok {
		t.Error("cookie is among the headers")
	}
	if !regexp.MustCompile(`^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$`).MatchString(headers["x-amzn-trace-id"]) {
		t.Errorf("got x-amzn-trace-id %q", headers["x-amzn-trace-id"])
	}
	for name := range headers {
		if name != strings.ToLower(name) {
			t.Errorf("%s is not in lower case", name)
		}
	}
}

// Headers that Connection names are about the connection, too, whatever they are: RFC 9110 section
// 7.6.1. The first case is what Java's HttpClient sends by default.
func TestHeadersThatConnectionNames(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	for _, c := range []struct {
		name, lines string
		gone        []string
	}{
		{"an upgrade", "Connection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\nUpgrade: h2c\r\n", []string{"http2-settings", "upgrade"}},
		{"a header of the caller's own", "Connection: close, X-Hop\r\nX-Hop: 1\r\n", []string{"x-hop"}},
		{"any spelling, in two lines", "connection: x-HOP\r\nConnection:,\tX-Other ,\r\nX-Hop: 1\r\nx-other: 2\r\n", []string{"x-hop", "x-other"}},
		{"what the front end sets", "Connection: X-Forwarded-For, X-Amzn-Trace-Id\r\nX-Forwarded-For: 203.0.113.7\r\nX-Amzn-Trace-Id: mine\r\n", nil},
	} {
		statuses := a.raw(t, "GET /open HTTP/1.1\r\nHost: x\r\nX-Kept: 1\r\n"+c.lines+"\r\n")
		headers := a.lastEvent(t).Headers
		if len(statuses) != 1 || statuses[0] != 200 || headers["x-kept"] != "1" || headers["x-forwarded-for"] != "127.0.0.1" || headers["x-amzn-trace-id"] == "mine" {
			t.Errorf("%s: got %v, %v", c.name, statuses, headers)
		}
		for _, name := range append(c.gone, "connection") {
			if value, there := headers[name]; there {
				t.Errorf("%s: the function got %s: %q", c.name, name, value)
			}
		}
	}
	a.raw(t, "GET /open HTTP/1.1\r\nHost: x\r\nConnection: Cookie\r\nCookie: a=b\r\n\r\n")
	if cookies := a.lastEvent(t).Cookies; len(cookies) > 0 {
		t.Errorf("the function got the cookies %q", cookies)
	}
}

func TestRawQueryStringIsVerbatim(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	for _, query := range []string{"scope=openid%20profile&a=b+c", "b=2&a=1", "a", "%zz=1", "a=;b=c", "a=1&&b=2", "x=%E3%83%9D"} {
		a.call(t, http.MethodGet, "/open?"+query)
		if got := a.lastEvent(t).RawQueryString; got != query {
			t.Errorf("got %q, want %q", got, query)
		}
	}
}

// Bytes that no JSON text can hold are replaced, and never make two members of one name.
func TestQueryBytes(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	a.call(t, http.MethodGet, "/open?a=%ff&%ff=1&%fe=2&%zz\xff=3")
	want := map[string]string{"a": "\uFFFD", "\uFFFD": "1,2", "%zz\uFFFD": "3"}
	if diff := cmp.Diff(want, a.lastEvent(t).QueryStringParameters); diff != "" {
		t.Error(diff)
	}
	var members struct {
		Parameters json.RawMessage `json:"queryStringParameters"`
	}
	if err := json.Unmarshal(a.function.events[0], &members); err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(string(members.Parameters), `:"`); got != len(want) {
		t.Errorf("%d members: %s", got, members.Parameters)
	}
}

// The request id is the same in the response, the event and the access log.
func TestRequestID(t *testing.T) {
	t.Parallel()
	a := newAPI(t, func(a *api) { a.config.Stages[0].AccessLogFormat = "$context.requestId $context.extendedRequestId" })
	got := a.call(t, http.MethodGet, "/open").header.Get("Apigw-Requestid")
	if id := a.lastEvent(t).RequestContext.RequestID; id != got {
		t.Errorf("response %q, event %q", got, id)
	}
	if line := a.log.String(); line != got+" "+got+"\n" {
		t.Errorf("response %q, log %q", got, line)
	}
}
