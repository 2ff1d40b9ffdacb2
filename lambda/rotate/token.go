package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"cognito-m2m/client"
)

// tokenTimeout bounds one token request, so that a connection that hangs leaves time for another.
const tokenTimeout = 10 * time.Second

// tokenEndpoint tries credentials out.
type tokenEndpoint struct {
	http    *http.Client
	backoff backoff
}

// newTokenEndpoint sends token requests through transport. A redirect is not followed: whoever is at its end is not
// the one whom the secret is for.
func newTokenEndpoint(transport http.RoundTripper, backoff backoff) tokenEndpoint {
	return tokenEndpoint{
		http: &http.Client{
			Transport:     transport,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		backoff: backoff,
	}
}

// try gets a token (RFC 6749 section 4.4) and throws it away. A new secret and a new domain take a while to be known
// everywhere, so it tries until shortly before ctx ends, and returns the last refusal then. It asks for no scope by
// name: what is tried is the secret.
func (e tokenEndpoint) try(ctx context.Context, credentials client.Credentials) error {
	grant := clientcredentials.Config{
		ClientID:     credentials.ClientID,
		ClientSecret: string(credentials.ClientSecret),
		TokenURL:     credentials.TokenEndpoint,
		AuthStyle:    oauth2.AuthStyleInHeader,
	}
	for attempt := 1; ; attempt++ {
		refused := e.once(ctx, grant)
		if refused == nil {
			return nil
		}
		if refused.final {
			return stopped{
				fmt.Sprintf("token endpoint %s: %s", credentials.TokenEndpoint, refused.answer),
				"correct the app client's OAuth settings, then run the steps again",
			}
		}
		if err := e.backoff.wait(ctx, attempt); err != nil {
			return stopped{
				fmt.Sprintf("token endpoint %s: %s, at attempt %d and until the function's time was up", credentials.TokenEndpoint, refused.answer, attempt),
				"see that the pool's domain is active and resolves, then run the steps again",
			}
		}
	}
}

// tokenRefusal is why there is no token, in words of this program: the endpoint's own can hold anything.
type tokenRefusal struct {
	answer string
	final  bool // the same would be answered again
}

func (e tokenEndpoint) once(ctx context.Context, grant clientcredentials.Config) *tokenRefusal {
	ctx, cancel := context.WithTimeout(context.WithValue(ctx, oauth2.HTTPClient, e.http), tokenTimeout)
	defer cancel()
	_, err := grant.Token(ctx)
	if err == nil {
		return nil
	}
	var answered *oauth2.RetrieveError
	if !errors.As(err, &answered) {
		return &tokenRefusal{answer: connectionProblem(err)}
	}
	// The errors of RFC 6749 section 5.2 that no waiting cures; invalid_client is what a new secret meets.
	final := []string{"invalid_request", "invalid_grant", "unauthorized_client", "unsupported_grant_type", "invalid_scope"}
	answer := fmt.Sprintf("status %d", answered.Response.StatusCode)
	if slices.Contains(append(final, "invalid_client"), answered.ErrorCode) {
		answer += " " + answered.ErrorCode
	}
	return &tokenRefusal{answer: answer, final: slices.Contains(final, answered.ErrorCode)}
}
