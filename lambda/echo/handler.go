package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"strings"

	"github.com/aws/aws-lambda-go/events"
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

// caller is the part of an HTTP API event (payload 2.0) that may be logged: who called what. The
// type leaves out headers and body, because they contain the token and the caller's data.
type caller struct {
	RequestContext struct {
		RequestID  string `json:"requestId"`
		RouteKey   string `json:"routeKey"`
		Authorizer struct {
			JWT struct {
				Claims struct {
					ClientID string `json:"client_id"`
					Scope    string `json:"scope"` // separated by spaces, as in the token
				} `json:"claims"`
			} `json:"jwt"`
		} `json:"authorizer"`
	} `json:"requestContext"`
}

// logRequest writes one line. An event that is not from an HTTP API lacks some or all of the
// members; those are empty in the log.
func (e *echo) logRequest(ctx context.Context, event []byte) {
	var from caller
	_ = json.Unmarshal(event, &from) // a member of another type leaves its field empty
	claims := from.RequestContext.Authorizer.JWT.Claims
	e.log.InfoContext(ctx, "request",
		"requestId", from.RequestContext.RequestID,
		"routeKey", from.RequestContext.RouteKey,
		"clientId", claims.ClientID,
		"scopes", strings.Fields(claims.Scope),
	)
}
