package client

import (
	"fmt"
	"net"
	"net/http"

	"cognito-m2m/internal/hosts"
)

// HTTPClient returns a client that sends the token, as a bearer token (RFC 6750 section 2.1), to
// the scheme, host and port of apiURL, and to nothing else: a redirect or a request to another
// place is sent without it. apiURL must be https, or http to the loopback interface, unless
// Config.AllowPlainHTTP is set.
//
// A request that the API refuses with 401 is sent a second time if that may help and does no harm:
// there is another token, the method is idempotent (GET, HEAD, OPTIONS, TRACE, PUT, DELETE), and
// the body can be read again (Request.GetBody). In all other cases the 401 is the response. However
// many of them there are, they cost at most one attempt at another token a minute, and with every
// attempt that fails the pause doubles, up to eight minutes: the token endpoint's quota is shared
// by all clients of an account.
//
// A request that is sent a second time does not use the first one's connection, whose answer was
// not read to its end.
//
// The client has no Timeout and no Jar; set them as for any other. Its requests' errors never
// contain a token.
func (s *TokenSource) HTTPClient(apiURL string) (*http.Client, error) {
	api, err := parseURL(apiURL)
	if err != nil {
		return nil, fmt.Errorf("API URL: %w", err)
	}
	if !s.allowPlainHTTP && crossesNetworkInTheClear(api) {
		return nil, fmt.Errorf("API URL: %w", errPlainHTTP)
	}
	origin, _ := originOf(api) // parseURL has checked it
	return &http.Client{Transport: &transport{tokens: s, api: origin, base: s.transport}}, nil
}

// transport adds the token to requests for one API.
type transport struct {
	tokens *TokenSource
	api    origin
	base   http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (t *transport) RoundTrip(request *http.Request) (*http.Response, error) {
	if origin, ok := originOf(request.URL); !ok || origin != t.api {
		return t.base.RoundTrip(request)
	}
	token, err := t.tokens.token(request.Context())
	if err != nil {
		closeBody(request)
		return nil, fmt.Errorf("getting a token: %w", err)
	}
	response, err := t.send(request, token)
	if err != nil || response.StatusCode != http.StatusUnauthorized {
		return response, err
	}
	search := t.tokens.replace(request.Context(), token)
	if !repeatable(request) {
		return response, nil // the next request has the token that search finds
	}
	other, err := search.wait(request.Context())
	if err != nil || other.value == token.value {
		return response, nil
	}
	again, err := repeat(request)
	if err != nil {
		return response, nil
	}
	// This gives up the connection: an API that sends the rest of its refusal slowly must not keep
	// the caller waiting.
	_ = response.Body.Close()
	return t.send(again, other)
}

// CloseIdleConnections is called by http.Client's method of that name.
func (t *transport) CloseIdleConnections() {
	if base, ok := t.base.(interface{ CloseIdleConnections() }); ok {
		base.CloseIdleConnections()
	}
}

// send adds the token to a copy. The request itself does not change, as http.RoundTripper demands,
// and stays the response's request: neither a redirect nor a log made from them gets the token.
func (t *transport) send(request *http.Request, token *token) (*http.Response, error) {
	authorized := request.Clone(request.Context())
	authorized.Header.Set("Authorization", "Bearer "+token.value)
	if !hosts.IsASCII(authorized.URL.Host) {
		// net/http has its own IDNA table, which may be of another Unicode version than the one
		// used to compare.
		authorized.URL.Host = net.JoinHostPort(t.api.host, t.api.port)
	}
	response, err := t.base.RoundTrip(authorized)
	if err != nil {
		return nil, err
	}
	response.Request = request
	return response, nil
}

// repeatable says whether sending the request twice is the same as sending it once (RFC 9110
// section 9.2.2), and possible.
func repeatable(request *http.Request) bool {
	switch request.Method {
	case "", http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace, http.MethodPut, http.MethodDelete:
		return request.Body == nil || request.Body == http.NoBody || request.GetBody != nil
	default:
		return false
	}
}

func repeat(request *http.Request) (*http.Request, error) {
	again := request.Clone(request.Context())
	if request.GetBody == nil {
		return again, nil
	}
	body, err := request.GetBody()
	if err != nil {
		return nil, err
	}
	again.Body = body
	return again, nil
}

func closeBody(request *http.Request) {
	if request.Body != nil {
		_ = request.Body.Close()
	}
}
