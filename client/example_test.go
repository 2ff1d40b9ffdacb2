package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"cognito-m2m/client"
)

// exampleServers are a token endpoint and an API, as small as they can be.
func exampleServers() (tokens, api *httptest.Server) {
	tokens = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"access_token":"example","expires_in":3600,"token_type":"Bearer"}`)
	}))
	api = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s with %q", r.URL.Path, r.Header.Get("Authorization"))
	}))
	return tokens, api
}

// setEnvironment is what the examples' shell does.
func setEnvironment(tokenEndpoint string) {
	for name, value := range map[string]string{
		"M2M_CLIENT_ID":      "reports",
		"M2M_CLIENT_SECRET":  "from-a-vault",
		"M2M_TOKEN_ENDPOINT": tokenEndpoint,
	} {
		if err := os.Setenv(name, value); err != nil {
			log.Fatal(err)
		}
	}
}

// A program reads its secret from Secrets Manager, in the Region and with the permissions of its
// environment, and calls the API.
func Example() {
	ctx := context.Background()
	aws, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		log.Fatal(err)
	}
	tokens, err := client.NewTokenSource(client.Config{
		Credentials: client.FromSecretsManager(secretsmanager.NewFromConfig(aws), "m2m/prod/reports"),
	})
	if err != nil {
		log.Fatal(err)
	}
	api, err := tokens.HTTPClient("https://api.example.com")
	if err != nil {
		log.Fatal(err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://api.example.com/orders", nil)
	if err != nil {
		log.Fatal(err)
	}
	response, err := api.Do(request)
	if errors.Is(err, client.ErrNotRotated) {
		log.Fatal("the secret is not there yet: come back in a minute")
	}
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
}

func ExampleTokenSource_HTTPClient() {
	tokenServer, apiServer := exampleServers()
	defer tokenServer.Close()
	defer apiServer.Close()
	setEnvironment(tokenServer.URL + "/oauth2/token")

	tokens, err := client.NewTokenSource(client.Config{Credentials: client.FromEnvironment()})
	if err != nil {
		log.Fatal(err)
	}
	api, err := tokens.HTTPClient(apiServer.URL)
	if err != nil {
		log.Fatal(err)
	}
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, apiServer.URL+"/orders", nil)
	if err != nil {
		log.Fatal(err)
	}
	response, err := api.Do(request)
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(response.StatusCode, string(body))
	// Output: 200 /orders with "Bearer example"
}

// A cron job shares its token with the runs before and after it.
func ExampleConfig_cacheDir() {
	caches, err := os.UserCacheDir()
	if err != nil {
		log.Fatal(err)
	}
	tokens, err := client.NewTokenSource(client.Config{
		Credentials: client.FromFile("/run/secrets/m2m.json"),
		CacheDir:    filepath.Join(caches, "m2m"),
		Scopes:      []string{"orders/read"},
	})
	if err != nil {
		log.Fatal(err)
	}
	_, _ = tokens.Token()
}

func ExampleParseCredentials() {
	_, err := client.ParseCredentials([]byte(`{}`))
	fmt.Println(errors.Is(err, client.ErrNotRotated))

	_, err = client.ParseCredentials([]byte(`{"client_id": "reports"}`))
	fmt.Println(err)

	credentials, err := client.ParseCredentials([]byte(`{
		"client_id": "reports",
		"client_secret": "from-a-rotation",
		"token_endpoint": "https://m2m.auth.eu-central-1.amazoncognito.com/oauth2/token"
	}`))
	fmt.Println(credentials.ClientID, credentials.ClientSecret, err)
	// Output:
	// true
	// credentials lack client_secret, token_endpoint
	// reports [redacted] <nil>
}

func ExampleRefusalError() {
	pool := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"error":"invalid_scope"}`)
	}))
	defer pool.Close()
	setEnvironment(pool.URL + "/oauth2/token")

	tokens, err := client.NewTokenSource(client.Config{
		Credentials: client.FromEnvironment(),
		Scopes:      []string{"orders/delete"},
	})
	if err != nil {
		log.Fatal(err)
	}
	_, err = tokens.Token()
	if refusal, ok := errors.AsType[*client.RefusalError](err); ok {
		fmt.Println(refusal.Status, refusal.Code)
	}
	// Output: 400 invalid_scope
}
