package gateway_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"
)

const internalServerError = `{"message":"Internal Server Error"}`

func TestFunctionResponses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, output      string
		status            int
		contentType, body string
	}{
		{"object without statusCode", `{"message": "hi"}`, 200, "application/json", `{"message": "hi"}`},
		{"string", `"Hello"`, 200, "application/json", `Hello`},
		{"string with escapes", ` "a\"b\u00e9" `, 200, "application/json", `a"bé`},
		{"list", `[1,2]`, 200, "application/json", `[1,2]`},
		{"number", `12`, 200, "application/json", `12`},
		{"null", `null`, 200, "application/json", `null`},
		{"other case", `{"StatusCode":201}`, 200, "application/json", `{"StatusCode":201}`},
		{"other case of every name", `{"STATUSCODE":201,"Statuscode":201}`, 200, "application/json", `{"STATUSCODE":201,"Statuscode":201}`},
		{"other case beside the name", `{"StatusCode":"x","statusCode":201,"statuscode":202,"Headers":1,"Body":{},"IsBase64encoded":1,"Cookies":"c","body":"b"}`, 201, "text/plain; charset=utf-8", `b`},
		{"name given twice", `{"statusCode":200,"headers":{"Content-Type":"a/a"},"headers":{"X":"y"},"body":"a","body":null,"statusCode":201}`, 201, "text/plain; charset=utf-8", ``},
		{"statusCode null", `{"statusCode":null}`, 500, "application/json", internalServerError},
		{"statusCode string", `{"statusCode":"200"}`, 500, "application/json", internalServerError},
		{"body of another type without statusCode", `{"body":1,"headers":[]}`, 200, "application/json", `{"body":1,"headers":[]}`},
		{"header null", `{"headers":{"a":null},"statusCode":200}`, 500, "application/json", internalServerError},
		{"status only", `{"statusCode":201}`, 201, "text/plain; charset=utf-8", ``},
		{"no content type", `{"statusCode":200,"body":"x"}`, 200, "text/plain; charset=utf-8", `x`},
		{"content type", `{"statusCode":200,"headers":{"Content-Type":"text/html"},"body":"<p>"}`, 200, "text/html", `<p>`},
		{"content type in lower case", `{"statusCode":404,"headers":{"content-type":"application/problem+json"},"body":"{}"}`, 404, "application/problem+json", `{}`},
		{"base64", `{"statusCode":200,"body":"aGk=","isBase64Encoded":true}`, 200, "text/plain; charset=utf-8", `hi`},
		{"not base64", `{"statusCode":200,"body":"aGk=","isBase64Encoded":false}`, 200, "text/plain; charset=utf-8", `aGk=`},
		{"no content", `{"statusCode":204,"body":"dropped"}`, 204, "text/plain; charset=utf-8", ``},
		{"nulls", `{"statusCode":200,"headers":null,"multiValueHeaders":null,"cookies":null,"body":null}`, 200, "text/plain; charset=utf-8", ``},
		{"not JSON", `hello`, 500, "application/json", internalServerError},
		{"empty", ``, 500, "application/json", internalServerError},
		{"two values", `{} {}`, 500, "application/json", internalServerError},
		{"body object", `{"statusCode":200,"body":{"a":1}}`, 500, "application/json", internalServerError},
		{"broken base64", `{"statusCode":200,"body":"%%%","isBase64Encoded":true}`, 500, "application/json", internalServerError},
		{"cookies string", `{"statusCode":200,"cookies":"a=b"}`, 500, "application/json", internalServerError},
		{"header list", `{"statusCode":200,"headers":{"a":["b"]}}`, 500, "application/json", internalServerError},
		{"header with a line end", `{"statusCode":200,"headers":{"a":"b\r\nSet-Cookie: x=y"}}`, 500, "application/json", internalServerError},
		{"cookie with a line end", `{"statusCode":200,"cookies":["a=b\r\nX: y"]}`, 500, "application/json", internalServerError},
		{"header name with a line end", `{"statusCode":200,"headers":{"a\r\nb":"c"}}`, 500, "application/json", internalServerError},
		{"empty header name", `{"statusCode":200,"headers":{"":"c"}}`, 500, "application/json", internalServerError},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a := newAPI(t, func(a *api) { a.function = answering(c.output) })
			got := a.call(t, http.MethodGet, "/open")
			if got.status != c.status || got.body != c.body {
				t.Errorf("got %d %q, want %d %q", got.status, got.body, c.status, c.body)
			}
			if contentType := got.header.Get("Content-Type"); contentType != c.contentType {
				t.Errorf("got content type %q, want %q", contentType, c.contentType)
			}
			if got.header.Get("Apigw-Requestid") == "" {
				t.Error("no apigw-requestid")
			}
		})
	}
}

func TestCookiesComeBeforeSetCookie(t *testing.T) {
	t.Parallel()
	a := newAPI(t, func(a *api) {
		a.function = answering(`{"statusCode":200,"cookies":["a=1","b=2; Path=/"],"headers":{"Set-Cookie":"c=3"}}`)
	})
	got := a.call(t, http.MethodGet, "/open").header["Set-Cookie"]
	if diff := cmp.Diff([]string{"a=1", "b=2; Path=/", "c=3"}, got); diff != "" {
		t.Error(diff)
	}
}

// multiValueHeaders belong to payload 1.0.
func TestMultiValueHeadersAreIgnored(t *testing.T) {
	t.Parallel()
	a := newAPI(t, func(a *api) {
		a.function = answering(`{"statusCode":200,"headers":{"X-Single":"1"},"multiValueHeaders":{"X-Single":["2"],"X-Multi":["3"]}}`)
	})
	got := a.call(t, http.MethodGet, "/open").header
	if diff := cmp.Diff([]string{"1"}, got["X-Single"]); diff != "" || got.Get("X-Multi") != "" {
		t.Errorf("%s X-Multi: %q", diff, got.Get("X-Multi"))
	}
}

// A function must not be able to break the connection with headers that are about the connection.
func TestConnectionHeadersAreDropped(t *testing.T) {
	t.Parallel()
	a := newAPI(t, func(a *api) {
		a.function = answering(`{"statusCode":200,"body":"body","headers":{"connection":"close, x-hop","X-Hop":"1","Transfer-Encoding":"chunked",
			"Content-Length":"1000","Keep-Alive":"timeout=1","Upgrade":"h2c","Trailer":"X","TE":"x","X-Kept":"yes"}}`)
	})
	for range 2 {
		got := a.call(t, http.MethodGet, "/open")
		if got.status != 200 || got.body != "body" || got.header.Get("X-Kept") != "yes" || got.header.Get("Content-Length") != "4" {
			t.Errorf("got %d %q %v", got.status, got.body, got.header)
		}
		if connection := got.header["Connection"]; !slices.Equal(connection, []string{"keep-alive"}) {
			t.Errorf("Connection: %q", connection)
		}
		for _, name := range []string{"Transfer-Encoding", "Keep-Alive", "Upgrade", "Trailer", "Te", "X-Hop"} {
			if value := got.header.Get(name); value != "" {
				t.Errorf("%s: %s", name, value)
			}
		}
	}
}

// What aws-lambda-go writes for a handler's return value is understood.
func TestResponseOfLambdaGo(t *testing.T) {
	t.Parallel()
	output, err := json.Marshal(events.APIGatewayV2HTTPResponse{StatusCode: 418, Body: "teapot"})
	if err != nil {
		t.Fatal(err)
	}
	a := newAPI(t, func(a *api) { a.function = answering(string(output)) })
	if got := a.call(t, http.MethodGet, "/open"); got.status != 418 || got.body != "teapot" {
		t.Errorf("got %d %q", got.status, got.body)
	}
}

func TestHeadHasNoBody(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	token := sign(t, validClaims())
	got := a.call(t, http.MethodHead, "/test_jwt", "Authorization", token)
	if got.status != 200 || got.body != "" || got.header.Get("Content-Length") == "" {
		t.Errorf("got %d %q", got.status, got.body)
	}
}

func TestFunctionError(t *testing.T) {
	t.Parallel()
	a := newAPI(t, func(a *api) {
		a.function.respond = func(context.Context, []byte) ([]byte, string, error) { return nil, "lambda-request-1", errCrash }
	})
	got := a.call(t, http.MethodGet, "/open")
	if got.status != 500 || got.body != internalServerError || strings.Contains(got.body, errCrash.Error()) {
		t.Errorf("got %d %s", got.status, got.body)
	}
	if calls := a.function.calls(); calls != 1 {
		t.Errorf("the function was called %d times", calls)
	}
}

// The caller gets a 503 when the integration times out, and the function's context ends.
func TestIntegrationTimeout(t *testing.T) {
	t.Parallel()
	ended := make(chan error, 1)
	a := newAPI(t, func(a *api) {
		a.config.Integrations[0].TimeoutInMillis = 50
		a.function.respond = func(ctx context.Context, _ []byte) ([]byte, string, error) {
			<-ctx.Done()
			ended <- context.Cause(ctx)
			return nil, "", ctx.Err()
		}
	})
	got := a.call(t, http.MethodGet, "/open")
	if got.status != 503 || got.body != `{"message":"Service Unavailable"}` {
		t.Errorf("got %d %s", got.status, got.body)
	}
	if err := <-ended; err == nil {
		t.Error("the context did not end")
	}
}

// A caller that hangs up does not end the function's run, as on AWS.
func TestCallerGoesAway(t *testing.T) {
	t.Parallel()
	started, gone := make(chan struct{}), make(chan struct{})
	inFunction := make(chan error, 1)
	a := newAPI(t, func(a *api) {
		a.function.respond = func(ctx context.Context, _ []byte) ([]byte, string, error) {
			close(started)
			<-gone
			inFunction <- ctx.Err()
			return []byte(`{}`), "", nil
		}
	})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		go func() {
			<-r.Context().Done()
			close(gone)
		}()
		a.handler().ServeHTTP(w, r)
	}))
	defer server.Close()
	ctx, hangUp := context.WithCancel(t.Context())
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/open", nil)
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		<-started
		hangUp()
	}()
	if response, err := http.DefaultTransport.RoundTrip(request); err == nil {
		_ = response.Body.Close()
		t.Fatalf("got %d after hanging up", response.StatusCode)
	}
	if err := <-inFunction; err != nil {
		t.Errorf("the function's context ended: %v", err)
	}
}
