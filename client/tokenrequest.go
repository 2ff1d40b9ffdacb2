package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"cognito-m2m/internal/clock"
)

// tryTimeout bounds one try of a token request.
const tryTimeout = 10 * time.Second

// tokenRequest requests a token from a token endpoint.
type tokenRequest struct {
	http           *http.Client
	asking         callSlots
	scopes         []string // nil: those of the credentials
	allowPlainHTTP bool
	clock          clock.Clock
}

func newTokenRequest(config Config) tokenRequest {
	notRedirected := *config.HTTPClient
	// A redirect would send the client's secret to wherever the answer points.
	notRedirected.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return tokenRequest{http: &notRedirected, asking: newCallSlots(), scopes: config.Scopes, allowPlainHTTP: config.AllowPlainHTTP, clock: config.clock()}
}

// send tries until it has a token or an answer that another try would not change, a few times at
// most.
func (r tokenRequest) send(ctx context.Context, credentials Credentials) (*token, error) {
	endpoint, err := parseURL(credentials.TokenEndpoint)
	if err != nil {
		return nil, fmt.Errorf("token endpoint: %w", err)
	}
	if !r.allowPlainHTTP && crossesNetworkInTheClear(endpoint) {
		return nil, fmt.Errorf("token endpoint: %w", errPlainHTTP)
	}
	for failures := 0; ; failures++ {
		issued, wait, err := r.try(ctx, credentials)
		if err == nil {
			return issued, nil
		}
		if failures == tries-1 || !temporary(err) || !sleep(ctx, max(wait, backoff(firstWait, longestWait, failures))) {
			return nil, fmt.Errorf("requesting a token for client %s: %w", credentials.ClientID, err)
		}
	}
}

// try sends one request. With an error it returns the wait that the endpoint asked for.
func (r tokenRequest) try(ctx context.Context, credentials Credentials) (*token, time.Duration, error) {
	config := clientcredentials.Config{
		ClientID:     credentials.ClientID,
		ClientSecret: string(credentials.ClientSecret),
		TokenURL:     credentials.TokenEndpoint,
		Scopes:       r.scopes,
		AuthStyle:    oauth2.AuthStyleInHeader, // detecting it would cost a request
	}
	sent := r.clock.Now()
	ask := func(ctx context.Context) (*oauth2.Token, error) {
		return config.Token(context.WithValue(ctx, oauth2.HTTPClient, r.http))
	}
	answer, err := within(ctx, r.asking, tryTimeout, ask)
	if err != nil {
		var wait time.Duration
		if refusal, ok := errors.AsType[*oauth2.RetrieveError](err); ok {
			wait = retryAfter(refusal.Response.Header, r.clock.Now().Wall())
		}
		return nil, wait, withoutAnswer(err)
	}
	issued, err := readToken(answer, sent)
	return issued, 0, err
}

// readToken counts the lifetime from when the request was sent, so that it never ends too late.
func readToken(answer *oauth2.Token, sent clock.Instant) (*token, error) {
	if !strings.EqualFold(answer.Type(), "Bearer") || !bearerSyntax.MatchString(answer.AccessToken) {
		return nil, errNotAToken
	}
	seconds, isNumber := answer.Extra("expires_in").(float64)
	if !isNumber || seconds < 1 {
		return nil, errNotAToken
	}
	lifetime := time.Duration(min(seconds, longestLifetime.Seconds())) * time.Second
	return newToken(answer.AccessToken, sent, lifetime), nil
}
