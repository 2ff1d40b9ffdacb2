// Command authorize is the function of a Lambda authorizer: it lets in whoever sends the word of its
// variable, and tells how often it was asked.
package main

import (
	"os"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
)

func main() {
	asked := 0
	lambda.Start(func(event events.APIGatewayV2CustomAuthorizerV2Request) (events.APIGatewayV2CustomAuthorizerSimpleResponse, error) {
		asked++
		return events.APIGatewayV2CustomAuthorizerSimpleResponse{
			IsAuthorized: event.IdentitySource[0] == os.Getenv("WORD"),
			Context: map[string]any{
				"asked": asked, "client_id": os.Getenv("CLIENT_ID"), "keys": os.Getenv("JWKS_URI"), "route": event.RouteKey,
			},
		}, nil
	})
}
