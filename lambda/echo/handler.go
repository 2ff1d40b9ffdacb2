package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"

	"github.com/aws/aws-lambda-go/events"

	"cognito-m2m/caller"
)

// echo answers requests with the event they came in.
type echo struct{ log *slog.Logger }

// newEcho writes its log lines, one JSON object per request, to log. On Lambda that is standard
// output.
func newEcho(log io.Writer) *echo {
	return &echo{slog.New(slog.NewJSONHandler(log, nil))}
}

// Invoke answers 200 with the event, byte for byte, as the body. It implements lambda.Handler: the
// event is never decoded for the answer, which would change large numbers, the order of keys, and
// members that this program does not know.
func (e *echo) Invoke(ctx context.Context, event []byte) ([]byte, error) {
	e.logRequest(ctx, event)
	var response bytes.Buffer
	response.Grow(2 * len(event)) // a quote in a text is two characters
	encoder := json.NewEncoder(&response)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(events.APIGatewayV2HTTPResponse{
		StatusCode: http.StatusOK,
		Headers:    map[string]string{"content-type": "application/json"},
		Body:       string(event),
	})
	return response.Bytes(), err
}

// request is what a log line takes from an event: to decode the rest as well takes twice as long.
type request struct {
	Version        string `json:"version"`
	RouteKey       string `json:"routeKey"`
	RequestContext struct {
		RequestID  string                                                      `json:"requestId"`
		RouteKey   string                                                      `json:"routeKey"`
		Authorizer *events.APIGatewayV2HTTPRequestContextAuthorizerDescription `json:"authorizer"`
	} `json:"requestContext"`
}

// caller is who sent it, whom an event on an open route does not name.
func (r request) caller() caller.Caller {
	by, _ := caller.Of(events.APIGatewayV2HTTPRequest{
		Version: r.Version, RouteKey: r.RouteKey,
		RequestContext: events.APIGatewayV2HTTPRequestContext{Authorizer: r.RequestContext.Authorizer},
	})
	return by
}

// logRequest writes one line: who called what. Headers and body are left out, because they contain
// the token and the caller's data. An event that is not from an HTTP API lacks some or all of it;
// that is empty in the log, as are client and scopes on an open route.
func (e *echo) logRequest(ctx context.Context, event []byte) {
	var from request
	_ = json.Unmarshal(event, &from) // a member of another type leaves its field empty
	by := from.caller()
	e.log.InfoContext(ctx, "request",
		"requestId", from.RequestContext.RequestID,
		"routeKey", from.RequestContext.RouteKey,
		"clientId", by.ClientID,
		"scopes", append([]string{}, by.Scopes...),
	)
}
