// Package caller says which client calls a function behind the API.
//
// The API's authorizer has accepted the caller's token before the function runs, and put what the
// token says into the event. [Of] reads it, from the event of a JWT authorizer and from that of
// lambda/authorize alike:
//
//	func handle(_ context.Context, event events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
//		who, err := caller.Of(event)
//		if err != nil {
//			return events.APIGatewayV2HTTPResponse{}, err
//		}
//		if !who.HasScope("orders/write") {
//			return events.APIGatewayV2HTTPResponse{StatusCode: http.StatusForbidden}, nil
//		}
//		return place(who.ClientID, event.Body)
//	}
//
// A route without an authorizer is open, and nobody is known to call it: [Of] then returns
// [ErrNone]. Every other error says that the event is not one of this API, so the function is
// called by something else, or wrongly.
//
// It does not check tokens. Never call it with an event that did not come from API Gateway: whoever
// may write the event may be any caller.
//
// Source: API Gateway developer guide, "Create AWS Lambda proxy integrations for HTTP APIs",
// payload format 2.0; docs/aws-behaviour.md, section 5.2.
package caller
