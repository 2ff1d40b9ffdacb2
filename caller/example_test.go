package caller_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/aws/aws-lambda-go/events"

	"cognito-m2m/caller"
)

// handle is the function behind GET /orders, which requires no scope, and behind the open GET
// /health.
func handle(_ context.Context, event events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
	who, err := caller.Of(event)
	switch {
	case errors.Is(err, caller.ErrNone):
		return events.APIGatewayV2HTTPResponse{StatusCode: http.StatusNoContent}, nil
	case err != nil:
		return events.APIGatewayV2HTTPResponse{}, err
	case !who.HasScope("orders/read"):
		return events.APIGatewayV2HTTPResponse{StatusCode: http.StatusForbidden}, nil
	}
	return events.APIGatewayV2HTTPResponse{StatusCode: http.StatusOK, Body: "the orders of " + who.ClientID}, nil
}

func Example() {
	for _, authorizer := range []string{
		`{"jwt": {"claims": {"client_id": "partner", "scope": "orders/read"}, "scopes": null}}`,
		`{"lambda": {"client_id": "partner", "scope": "orders/read orders/write"}}`,
		`{"lambda": {"client_id": "stranger", "scope": "invoices/read"}}`,
		`null`,
	} {
		var event events.APIGatewayV2HTTPRequest
		text := `{"version": "2.0", "routeKey": "GET /orders", "requestContext": {"authorizer": ` + authorizer + `}}`
		if err := json.Unmarshal([]byte(text), &event); err != nil {
			fmt.Println(err)
		}
		response, err := handle(context.Background(), event)
		fmt.Println(response.StatusCode, response.Body, err)
	}
	// Output:
	// 200 the orders of partner <nil>
	// 200 the orders of partner <nil>
	// 403  <nil>
	// 204  <nil>
}
