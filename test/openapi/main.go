// Command call calls the API of dev with the client that oapi-codegen made of its OpenAPI document,
// and prints the status of the answer and what the client made of it.
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
	"openapi/api"
)

func main() {
	tokens := clientcredentials.Config{
		ClientID: os.Getenv("M2M_CLIENT_ID"), ClientSecret: os.Getenv("M2M_CLIENT_SECRET"), TokenURL: os.Getenv("M2M_TOKEN_ENDPOINT"),
		AuthStyle: oauth2.AuthStyleInHeader,
	}
	ctx := context.Background()
	client, err := api.NewClientWithResponses(os.Getenv("M2M_API_URL"), api.WithHTTPClient(tokens.Client(ctx)))
	if err != nil {
		log.Fatal(err)
	}
	answer, err := client.GetTestJwtReadWithResponse(ctx, &api.GetTestJwtReadParams{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(answer.StatusCode())
	if answer.JSON403 != nil {
		fmt.Println(answer.JSON403.Message)
	}
}
