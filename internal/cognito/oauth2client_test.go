package cognito_test

import (
	"errors"
	"testing"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"cognito-m2m/internal/cognito"
)

func TestPublishedOAuth2Client(t *testing.T) {
	t.Parallel()
	styles := map[string]oauth2.AuthStyle{"header": oauth2.AuthStyleInHeader, "form": oauth2.AuthStyleInParams, "detected": oauth2.AuthStyleAutoDetect}
	for name, style := range styles {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := startPool(t, func(c *cognito.Config) { c.Now = time.Now })
			config := clientcredentials.Config{
				ClientID: writerID, ClientSecret: writerSecret, TokenURL: p.url + "/oauth2/token",
				Scopes: []string{"test-api/write"}, AuthStyle: style,
			}
			token, err := config.Token(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if remaining := time.Until(token.Expiry); token.TokenType != "Bearer" || !token.Valid() || remaining > 30*time.Minute {
				t.Errorf("got type %s, valid %t, expiring in %s; want a valid Bearer for at most 30m", token.TokenType, token.Valid(), remaining)
			}
			if got := verify(t, p, token.AccessToken)["client_id"]; got != writerID {
				t.Errorf("client_id: got %v, want %s", got, writerID)
			}
		})
	}
}

func TestPublishedOAuth2ClientSeesTheErrorCode(t *testing.T) {
	t.Parallel()
	p := startPool(t)
	config := clientcredentials.Config{ClientID: readerID, ClientSecret: writerSecret, TokenURL: p.url + "/oauth2/token", AuthStyle: oauth2.AuthStyleInHeader}
	_, err := config.Token(t.Context())
	refused, ok := errors.AsType[*oauth2.RetrieveError](err)
	if !ok || refused.ErrorCode != "invalid_client" || refused.ErrorDescription != "invalid_client_secret" {
		t.Errorf("got %v, want invalid_client with invalid_client_secret", err)
	}
}
