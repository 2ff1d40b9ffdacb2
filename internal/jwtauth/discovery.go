package jwtauth

import (
	"context"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Limits for what an issuer serves, from API Gateway's quotas page. The size is documented for the
// JWKS only.
const (
	oidcTimeout      = 1500 * time.Millisecond // for discovery and for the JWKS, each
	maxDocumentBytes = 150_000
)

// keySource fetches an issuer's keys by way of its discovery document (OpenID Connect Discovery
// 1.0, section 4).
type keySource struct {
	issuer  string
	baseURL string
	client  *http.Client
}

// fetch returns the usable keys by id. Its errors are of type fetchError.
func (s keySource) fetch() (KeySet, error) {
	location, err := s.jwksURI()
	if err != nil {
		return nil, fetchError{ErrDiscovery, err}
	}
	ctx, cancel := withTimeout()
	defer cancel()
	keys, _, err := FetchKeys(ctx, s.client, location)
	if err != nil {
		return nil, fetchError{ErrJWKS, err}
	}
	return keys, nil
}

// withTimeout is not bound to a request's context: other requests may be waiting for the same keys.
func withTimeout() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), oidcTimeout)
}

// FetchKeys gets the keys at the URL of a JWKS (RFC 7517 section 5), those that a token can be
// signed with. It also returns what time it is by the server's clock, zero if the server does not
// tell; that is up to a second old.
func FetchKeys(ctx context.Context, client *http.Client, location string) (keys KeySet, now time.Time, err error) {
	var set jose.JSONWebKeySet
	now, err = get(ctx, client, location, &set)
	if err != nil {
		return nil, time.Time{}, err
	}
	return usableKeys(set), now, nil
}

// DiscoveryURL is where an issuer has its discovery document (OpenID Connect Discovery 1.0, section
// 4).
func DiscoveryURL(issuer string) string {
	return strings.TrimSuffix(issuer, "/") + "/.well-known/openid-configuration"
}

// jwksURI refuses a document of another issuer, as section 4.3 of the standard asks.
func (s keySource) jwksURI() (string, error) {
	var document struct {
		Issuer  string `json:"issuer"`
		JWKSURI string `json:"jwks_uri"`
	}
	ctx, cancel := withTimeout()
	defer cancel()
	if _, err := get(ctx, s.client, DiscoveryURL(s.baseURL), &document); err != nil {
		return "", err
	}
	if document.Issuer != s.issuer {
		return "", fmt.Errorf("the discovery document is of issuer %q, not %q", document.Issuer, s.issuer)
	}
	if document.JWKSURI == "" {
		return "", errors.New("the discovery document has no jwks_uri")
	}
	return document.JWKSURI, nil
}

// get decodes the JSON document at a URL and returns what time it is by the server's clock.
func get(ctx context.Context, client *http.Client, location string, document any) (now time.Time, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, location, nil)
	if err != nil {
		return now, fmt.Errorf("fetching %s: %w", location, err)
	}
	response, err := client.Do(request)
	if told, ok := errors.AsType[*url.Error](err); ok {
		err = told.Err // it repeats the URL
	}
	if err != nil {
		return now, fmt.Errorf("fetching %s: %w", location, err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return now, fmt.Errorf("fetching %s: HTTP %d", location, response.StatusCode)
	}
	raw, err := io.ReadAll(io.LimitReader(response.Body, maxDocumentBytes+1))
	if err != nil {
		return now, fmt.Errorf("reading %s: %w", location, err)
	}
	if len(raw) > maxDocumentBytes {
		return now, fmt.Errorf("reading %s: more than %d bytes", location, maxDocumentBytes)
	}
	if err := json.Unmarshal(raw, document); err != nil {
		return now, fmt.Errorf("reading %s: %w", location, err)
	}
	now, _ = http.ParseTime(response.Header.Get("Date")) // zero if there is none
	return now, nil
}

// usableKeys keeps RSA public keys for signatures. Of two keys with one id the first counts.
func usableKeys(set jose.JSONWebKeySet) KeySet {
	keys := make(KeySet, len(set.Keys))
	for _, key := range set.Keys {
		public, isRSA := key.Key.(*rsa.PublicKey)
		algorithm := jose.SignatureAlgorithm(key.Algorithm)
		_, isKnown := rsaAlgorithms[algorithm]
		isForTokens := (key.Use == "" || key.Use == "sig") && (algorithm == "" || isKnown)
		if _, taken := keys[key.KeyID]; isRSA && isForTokens && key.KeyID != "" && !taken {
			keys[key.KeyID] = Key{public: public, algorithm: algorithm}
		}
	}
	return keys
}

// fetchError reads as AWS's description of a failed fetch and keeps the cause for the operator's
// log.
type fetchError struct{ description, cause error }

func (e fetchError) Error() string { return e.description.Error() }

// Unwrap returns the reason, ErrDiscovery or ErrJWKS.
func (e fetchError) Unwrap() error { return e.description }

// FetchFailure returns the cause of a token's refusal if that is not the token's fault, else nil.
func FetchFailure(err error) error {
	if failed, ok := errors.AsType[fetchError](err); ok {
		return fmt.Errorf("%w: %w", failed.description, failed.cause)
	}
	return nil
}
