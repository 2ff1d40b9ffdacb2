package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/google/go-cmp/cmp"
)

// authorized is an event as an HTTP API sends it for a request with a valid token. It holds a
// token, a cookie, a query and a body that must not get into a log.
const authorized = `{
  "version": "2.0", "routeKey": "GET /test_jwt/read", "rawPath": "/test_jwt/read", "rawQueryString": "q=secret-query",
  "cookies": ["session=secret-cookie"],
  "headers": {"authorization": "Bearer secret-token", "x-api-key": "secret-header"},
  "requestContext": {
    "accountId": "123456789012", "apiId": "api-id",
    "authorizer": {"jwt": {"claims": {"client_id": "client-1", "scope": "test-api/read test-api/write", "jti": "secret-claim"}, "scopes": null}},
    "http": {"method": "GET", "path": "/test_jwt/read", "sourceIp": "192.0.2.1"},
    "requestId": "request-1", "routeKey": "GET /test_jwt/read", "stage": "$default", "timeEpoch": 1787996002000
  },
  "body": "secret-body", "isBase64Encoded": false
}`

// byFunction is the same behind a function authorizer.
var byFunction = strings.Replace(authorized,
	`{"jwt": {"claims": {"client_id": "client-1", "scope": "test-api/read test-api/write", "jti": "secret-claim"}, "scopes": null}}`,
	`{"lambda": {"client_id": "client-1", "scope": "test-api/read test-api/write", "jti": "secret-claim"}}`, 1)

// answer runs the event through the same code as on Lambda, from the bytes of the invocation to
// those of the response.
func answer(t *testing.T, event string) (events.APIGatewayV2HTTPResponse, string) {
	t.Helper()
	var log bytes.Buffer
	written, err := lambda.NewHandler(newEcho(&log)).Invoke(context.Background(), []byte(event))
	if err != nil {
		t.Fatalf("invoking with %s: %v", event, err)
	}
	var response events.APIGatewayV2HTTPResponse
	if err := json.Unmarshal(written, &response); err != nil {
		t.Fatalf("decoding response %s: %v", written, err)
	}
	return response, log.String()
}

func TestInvokeAnswersWithTheEvent(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"authorized request":     authorized,
		"no authorizer":          `{"version":"2.0","routeKey":"GET /test_jwt","requestContext":{"requestId":"r"}}`,
		"large numbers":          `{"a":1e400,"b":12345678901234567890,"c":0.1000,"d":-0}`,
		"key order":              `{"z":1,"a":2,"z":3}`,
		"unknown members":        `{"later":{"addition":[true,null]}}`,
		"escapes":                `{"path":"\/a\u0026b<c>","text":"\u2028é` + "\u2028" + `"}`,
		"inner white space":      "{ \"a\" :\n\t1 }",
		"no HTTP event":          `{"source":"aws.events","detail":{}}`,
		"empty object":           `{}`,
		"list":                   `[1,2]`,
		"text":                   `"hello"`,
		"null":                   `null`,
		"members of other types": `{"requestContext":{"requestId":7,"routeKey":[],"authorizer":"none"}}`,
	}
	for name, event := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, _ := answer(t, event)
			want := events.APIGatewayV2HTTPResponse{
				StatusCode: http.StatusOK,
				Headers:    map[string]string{"content-type": "application/json"},
				Body:       event,
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("response (-want +got):\n%s", diff)
			}
		})
	}
}

// The published event type reads the claims out of the echoed body, as the walk-through's reader
// does by eye.
func TestEchoedEventCarriesTheClaims(t *testing.T) {
	t.Parallel()
	response, _ := answer(t, authorized)
	var echoed events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal([]byte(response.Body), &echoed); err != nil {
		t.Fatal(err)
	}
	claims := echoed.RequestContext.Authorizer.JWT.Claims
	if claims["scope"] != "test-api/read test-api/write" || claims["client_id"] != "client-1" {
		t.Errorf("claims %v", claims)
	}
}

func TestInvokeLogsTheCaller(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		event string
		want  map[string]any
	}{
		"authorized request": {authorized, map[string]any{
			"requestId": "request-1", "routeKey": "GET /test_jwt/read", "clientId": "client-1",
			"scopes": []any{"test-api/read", "test-api/write"},
		}},
		"authorized by a function": {byFunction, map[string]any{
			"requestId": "request-1", "routeKey": "GET /test_jwt/read", "clientId": "client-1",
			"scopes": []any{"test-api/read", "test-api/write"},
		}},
		"authorized without a client": {strings.Replace(byFunction, `"client_id": "client-1", `, "", 1), map[string]any{
			"requestId": "request-1", "routeKey": "GET /test_jwt/read", "clientId": "", "scopes": []any{},
		}},
		"no authorizer": {
			`{"requestContext":{"requestId":"r","routeKey":"GET /test_jwt"}}`,
			map[string]any{"requestId": "r", "routeKey": "GET /test_jwt", "clientId": "", "scopes": []any{}},
		},
		"one member of another type": {
			`{"requestContext":{"routeKey":7,"requestId":"r"}}`,
			map[string]any{"requestId": "r", "routeKey": "", "clientId": "", "scopes": []any{}},
		},
		"no HTTP event": {`[1]`, map[string]any{"requestId": "", "routeKey": "", "clientId": "", "scopes": []any{}}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, log := answer(t, c.event)
			if strings.Count(log, "\n") != 1 || !strings.HasSuffix(log, "\n") {
				t.Errorf("log %q, want one line", log)
			}
			var got map[string]any
			if err := json.Unmarshal([]byte(log), &got); err != nil {
				t.Fatalf("log %q: %v", log, err)
			}
			if got["level"] != "INFO" || got["msg"] != "request" || got["time"] == nil {
				t.Errorf("log %q, want level INFO, msg request and a time", log)
			}
			for _, member := range []string{"level", "msg", "time"} {
				delete(got, member)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("logged (-want +got):\n%s", diff)
			}
		})
	}
}

// Everything in the event that a log must not hold has "secret" in it.
func TestInvokeLogsNoSecrets(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"authorized request":  authorized,
		"by a function":       byFunction,
		"members out of type": strings.Replace(authorized, `"apiId": "api-id"`, `"requestId": {"token": "secret"}`, 1),
		"not an object":       `"secret"`,
	}
	for name, event := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, log := answer(t, event); log == "" || strings.Contains(log, "secret") {
				t.Errorf("log %q", log)
			}
		})
	}
}
