package gateway

import (
	"context"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Limits for what an issuer serves, from API Gateway's quotas page. The size is documented for the JWKS only.
const (
	oidcTimeout      = 1500 * time.Millisecond // for discovery and for the JWKS, each
	maxDocumentBytes = 150_000
)

// keySource fetches an issuer's keys by way of its discovery document (OpenID Connect Discovery 1.0, section 4).
type keySource struct {
	issuer  string
	baseURL string
	client  *http.Client
}

// fetch returns the usable keys by id. Its errors are of type fetchError.
func (s keySource) fetch() (map[string]verificationKey, error) {
	location, err := s.jwksURI()
	if err != nil {
		return nil, fetchError{errDiscovery, err}
	}
	var set jose.JSONWebKeySet
	if err := s.get(location, &set); err != nil {
		return nil, fetchError{errJWKS, err}
	}
	return usableKeys(set), nil
}

// jwksURI refuses a document of another issuer, as section 4.3 of the standard asks.
func (s keySource) jwksURI() (string, error) {
	var document struct {
		Issuer  string `json:"issuer"`
		JWKSURI string `json:"jwks_uri"`
	}
	location := strings.TrimSuffix(s.baseURL, "/") + "/.well-known/openid-configuration"
	if err := s.get(location, &document); err != nil {
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

// get is not bound to a request's context: other requests may be waiting for the same keys.
func (s keySource) get(location string, document any) error {
	ctx, cancel := context.WithTimeout(context.Background(), oidcTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, location, nil)
	if err != nil {
		return fmt.Errorf("making request: %w", err)
	}
	response, err := s.client.Do(request)
	if err != nil {
		return fmt.Errorf("fetching document: %w", err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("fetching %s: status %d", location, response.StatusCode)
	}
	raw, err := io.ReadAll(io.LimitReader(response.Body, maxDocumentBytes+1))
	if err != nil {
		return fmt.Errorf("reading %s: %w", location, err)
	}
	if len(raw) > maxDocumentBytes {
		return fmt.Errorf("reading %s: more than %d bytes", location, maxDocumentBytes)
	}
	if err := json.Unmarshal(raw, document); err != nil {
		return fmt.Errorf("decoding %s: %w", location, err)
	}
	return nil
}

// usableKeys keeps RSA public keys for signatures. Of two keys with one id the first counts.
func usableKeys(set jose.JSONWebKeySet) map[string]verificationKey {
	keys := make(map[string]verificationKey, len(set.Keys))
	for _, key := range set.Keys {
		public, isRSA := key.Key.(*rsa.PublicKey)
		algorithm := jose.SignatureAlgorithm(key.Algorithm)
		_, isKnown := rsaAlgorithms[algorithm]
		isForTokens := (key.Use == "" || key.Use == "sig") && (algorithm == "" || isKnown)
		if _, taken := keys[key.KeyID]; isRSA && isForTokens && key.KeyID != "" && !taken {
			keys[key.KeyID] = verificationKey{public: public, algorithm: algorithm}
		}
	}
	return keys
}

// fetchError reads as AWS's description of a failed fetch and keeps the cause for the operator's log.
type fetchError struct{ description, cause error }

func (e fetchError) Error() string { return e.description.Error() }

// fetchFailure returns the cause of a token's refusal if that is not the token's fault, else nil.
func fetchFailure(err error) error {
	if failed, ok := errors.AsType[fetchError](err); ok {
		return fmt.Errorf("%w: %w", failed.description, failed.cause)
	}
	return nil
}
