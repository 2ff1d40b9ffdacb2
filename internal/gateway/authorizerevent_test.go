package gateway_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/gateway"
)

// The events' shapes, member by member and in order, against testdata. AWS's own types know each
// member.
func TestAuthorizerEventsGolden(t *testing.T) {
	t.Parallel()
	identity := []func(*gateway.Authorizer){sources("$request.header.Authorization", "$context.routeKey")}
	for _, c := range []struct {
		file, output string
		changes      []func(*gateway.Authorizer)
		into         any
	}{
		{"testdata/authorizer-2.0.json", simpleYes, identity, &events.APIGatewayV2CustomAuthorizerV2Request{}},
		{"testdata/authorizer-1.0.json", policyFor("Allow", "*"), append(identity, version1), &events.APIGatewayV2CustomAuthorizerV1Request{}},
	} {
		t.Run(c.file, func(t *testing.T) {
			t.Parallel()
			a := newAPI(t, asks(c.output, c.changes...), fixedRandom, func(a *api) {
				a.config.Routes[len(a.config.Routes)-1].Key = "POST /orders/{id}"
			})
			a.callOfGolden(t, "Bearer secret")
			golden(t, c.file, a.asked.events[0])
			decoder := json.NewDecoder(bytes.NewReader(a.asked.events[0]))
			decoder.DisallowUnknownFields()
			if err := decoder.Decode(c.into); err != nil {
				t.Error(err)
			}
		})
	}
}

// asked decodes an event that the authorizer's function was given.
func (a *api) askedEvent(t *testing.T, index int) (top, context map[string]json.RawMessage) {
	t.Helper()
	if err := json.Unmarshal(a.asked.events[index], &top); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(top["requestContext"], &context); err != nil {
		t.Fatal(err)
	}
	return top, context
}

// A request without anything: what an authorizer of AWS is not told either (awslabs/
// swift-aws-lambda-events, APIGatewayLambdaAuthorizerTests).
func TestAuthorizerEventOmitsEmptyMembers(t *testing.T) {
	t.Parallel()
	a := newAPI(t, asks(simpleYes))
	a.call(t, http.MethodGet, "/admin", "Authorization", "x")
	top, context := a.askedEvent(t, 0)
	for _, name := range []string{"cookies", "queryStringParameters", "pathParameters", "stageVariables", "body", "isBase64Encoded"} {
		if value, ok := top[name]; ok {
			t.Errorf("%s is there: %s", name, value)
		}
	}
	if value, ok := context["authorizer"]; ok {
		t.Errorf("authorizer is there: %s", value)
	}
	if got := string(top["rawQueryString"]); got != `""` {
		t.Errorf("got rawQueryString %s", got)
	}
}

// The ARN has what the request asks for, whatever the route's key is: its own method, and its path
// without the stage's name.
func TestRouteARN(t *testing.T) {
	t.Parallel()
	const ofAPI = "arn:aws:execute-api:us-east-1:123456789012:" + apiID + "/"
	for target, want := range map[string]string{
		"GET /":                "$default/GET/",
		"GET /a/b":             "$default/GET/a/b",
		"DELETE /a%20b?x=1":    "$default/DELETE/a b",
		"GET /dev/a":           "dev/GET/a",
		"GET /dev/":            "dev/GET/",
		"POST /orders/1/lines": "$default/POST/orders/1/lines",
	} {
		for member, version := range map[string]func(*gateway.Authorizer){"routeArn": withPolicy, "methodArn": version1} {
			a := newAPI(t, asks(policyFor("Allow", want), version), func(a *api) {
				a.config.Stages = append(a.config.Stages, gateway.Stage{Name: "dev"})
				for i, key := range []string{"ANY /{proxy+}", "$default"} {
					a.config.Routes[len(a.config.Routes)-1-i].Key = key
				}
			})
			method, url, _ := strings.Cut(target, " ")
			got := a.call(t, method, url, "Authorization", "x")
			top, _ := a.askedEvent(t, 0)
			if arn := string(top[member]); arn != `"`+ofAPI+want+`"` || got.status != 200 {
				t.Errorf("%s: got %s, %d", target, arn, got.status)
			}
		}
	}
}

// The trace of a request is the same in both its events.
func TestTraceOfBothEvents(t *testing.T) {
	t.Parallel()
	a := newAPI(t, asks(simpleYes))
	a.call(t, http.MethodGet, "/admin", "Authorization", "x")
	var asked events.APIGatewayV2CustomAuthorizerV2Request
	if err := json.Unmarshal(a.asked.events[0], &asked); err != nil {
		t.Fatal(err)
	}
	event := a.lastEvent(t)
	if trace := asked.Headers["x-amzn-trace-id"]; trace == "" || trace != event.Headers["x-amzn-trace-id"] {
		t.Errorf("got %q and %q", trace, event.Headers["x-amzn-trace-id"])
	}
	if diff := cmp.Diff(event.RequestContext.RequestID, asked.RequestContext.RequestID); diff != "" {
		t.Error(diff)
	}
}

// An authorizer is asked before the body is read, and is told how long it is as far as the caller
// said it.
func TestAuthorizersAreAskedBeforeTheBody(t *testing.T) {
	t.Parallel()
	asked := make(chan struct{})
	a := newAPI(t, asks(simpleNo, forgetting))
	a.asked.respond = func(context.Context, []byte) ([]byte, string, error) {
		close(asked)
		return []byte(simpleNo), "", nil
	}
	reader, writer := io.Pipe()
	go func() {
		<-asked // a body that waits for the authorizer
		_, _ = writer.Write([]byte("late"))
		_ = writer.Close()
	}()
	if got := a.send(t, http.MethodPost, "/admin", reader, "Authorization", "x"); got.status != 403 {
		t.Errorf("got %d", got.status)
	}
	top, _ := a.askedEvent(t, 0)
	if headers := string(top["headers"]); strings.Contains(headers, "content-length") {
		t.Errorf("a length that nobody said: %s", headers)
	}
}
