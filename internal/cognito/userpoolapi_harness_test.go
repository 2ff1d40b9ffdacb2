package cognito_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"cognito-m2m/internal/cognito"
)

// jsonAPI puts Call behind AWS JSON 1.1, as far as an SDK needs it.
type jsonAPI struct{ server *cognito.Server }

func (a jsonAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	input, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	output, err := a.server.Call(r.Context(), operation, input)
	status := http.StatusOK
	if failed, ok := err.(interface{ Code() string }); ok {
		status, output = http.StatusBadRequest, map[string]string{"__type": failed.Code(), "message": err.Error()}
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(output)
}

// sdk is AWS's own client of the pool's API.
func (p pool) sdk(t *testing.T) *cognitoidentityprovider.Client {
	t.Helper()
	listener := httptest.NewServer(jsonAPI{p.server})
	t.Cleanup(listener.Close)
	return cognitoidentityprovider.New(cognitoidentityprovider.Options{
		Region:       "eu-central-1",
		BaseEndpoint: &listener.URL,
		Retryer:      aws.NopRetryer{},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "local", SecretAccessKey: "local"}, nil
		}),
	})
}

// login gets a token for reader as any program would.
func (p pool) login(ctx context.Context, secret string) (*oauth2.Token, error) {
	config := clientcredentials.Config{
		ClientID: readerID, ClientSecret: secret, TokenURL: p.url + "/oauth2/token", AuthStyle: oauth2.AuthStyleInHeader,
	}
	return config.Token(ctx)
}

// wantSecrets tries which secrets get a token.
func wantSecrets(t *testing.T, p pool, secrets map[string]bool) {
	t.Helper()
	for secret, live := range secrets {
		if _, err := p.login(t.Context(), secret); (err == nil) != live {
			t.Errorf("secret %s...: got error %v, want it live: %t", secret[:4], err, live)
		}
	}
}

// secretIDs are the ids of reader's secrets, as the API lists them.
func secretIDs(t *testing.T, api *cognitoidentityprovider.Client) []string {
	t.Helper()
	list, err := api.ListUserPoolClientSecrets(t.Context(), &cognitoidentityprovider.ListUserPoolClientSecretsInput{
		UserPoolId: new(poolID), ClientId: new(readerID),
	})
	if err != nil {
		t.Fatal(err)
	}
	ids := []string{}
	for _, secret := range list.ClientSecrets {
		if secret.ClientSecretValue != nil {
			t.Errorf("the list shows the value of %s", *secret.ClientSecretId)
		}
		ids = append(ids, *secret.ClientSecretId)
	}
	return ids
}

func addSecret(t *testing.T, api *cognitoidentityprovider.Client, custom *string) (*cognitoidentityprovider.AddUserPoolClientSecretOutput, error) {
	t.Helper()
	return api.AddUserPoolClientSecret(t.Context(), &cognitoidentityprovider.AddUserPoolClientSecretInput{
		UserPoolId: new(poolID), ClientId: new(readerID), ClientSecret: custom,
	})
}

func deleteSecret(t *testing.T, api *cognitoidentityprovider.Client, id string) error {
	t.Helper()
	_, err := api.DeleteUserPoolClientSecret(t.Context(), &cognitoidentityprovider.DeleteUserPoolClientSecretInput{
		UserPoolId: new(poolID), ClientId: new(readerID), ClientSecretId: &id,
	})
	return err
}

// oneSecret leaves reader its first secret only.
func oneSecret(c *cognito.Config) { c.Clients[0].Secrets = secretsOf(readerID, readerSecret) }
