package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"cognito-m2m/client"
	"cognito-m2m/internal/userpool"
)

// tokenTimeout bounds one token request, so that a connection that hangs leaves time for another.
const tokenTimeout = 10 * time.Second

// tokenEndpoint tries credentials out.
type tokenEndpoint struct {
	http    *http.Client
	backoff backoff
}

// newTokenEndpoint sends token requests through transport. It does not follow redirects: the secret
// is for the token endpoint alone.
func newTokenEndpoint(transport http.RoundTripper, backoff backoff) tokenEndpoint {
	return tokenEndpoint{
		http: &http.Client{
			Transport:     transport,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		backoff: backoff,
	}
}

// try gets a token (RFC 6749 section 4.4) and discards it. A new secret and a new domain take a
// while to be known everywhere, so it tries until shortly before ctx ends, and then returns the
// last refusal. It names no scope: what is tested is the secret.
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
				"correct the app client's OAuth settings, then resume the rotation",
			}
		}
		if err := e.backoff.wait(ctx, attempt); err != nil {
			return stopped{
				fmt.Sprintf("token endpoint %s: %s, still after %d attempts, when the function's time ran out", credentials.TokenEndpoint, refused.answer, attempt),
				"check that the pool's domain is active and resolves, then resume the rotation",
			}
		}
	}
}

// tokenRefusal is why no token was issued, in this program's words: the endpoint's own could
// contain anything.
type tokenRefusal struct {
	answer string
	final  bool // the next answer would be the same
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
	answer, code := fmt.Sprintf("status %d", answered.Response.StatusCode), answered.ErrorCode
	if !userpool.IsRefusal(code) {
		return &tokenRefusal{answer: answer}
	}
	// Waiting cures only invalid_client, which a new secret gets at first.
	return &tokenRefusal{answer: answer + " " + code, final: code != userpool.InvalidClient}
}
