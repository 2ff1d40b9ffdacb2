package gateway_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"cognito-m2m/internal/jwtauth/jwtauthtest"
)

// issuer is a real OpenID provider over HTTP: discovery and JWKS of real RSA keys.
type issuer struct {
	server          *httptest.Server
	discovery, jwks atomic.Int64 // requests so far

	mu             sync.Mutex
	keys           map[string]any // public keys by kid
	serveDiscovery http.HandlerFunc
	serveJWKS      http.HandlerFunc
}

func newIssuer(t testing.TB) *issuer {
	t.Helper()
	i := &issuer{keys: map[string]any{"key-1": rsaKeys()[0].Public()}}
	i.serveDiscovery = func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, map[string]string{"issuer": issuerURL, "jwks_uri": i.server.URL + "/pool/.well-known/jwks.json"})
	}
	i.serveJWKS = func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, i.keySet()) }
	mux := http.NewServeMux()
	mux.HandleFunc("/pool/.well-known/openid-configuration", func(w http.ResponseWriter, r *http.Request) {
		i.discovery.Add(1)
		i.handler(&i.serveDiscovery)(w, r)
	})
	mux.HandleFunc("/pool/.well-known/jwks.json", func(w http.ResponseWriter, r *http.Request) {
		i.jwks.Add(1)
		i.handler(&i.serveJWKS)(w, r)
	})
	i.server = httptest.NewServer(mux)
	t.Cleanup(i.server.Close)
	return i
}

func (i *issuer) handler(which *http.HandlerFunc) http.HandlerFunc {
	i.mu.Lock()
	defer i.mu.Unlock()
	return *which
}

func (i *issuer) replace(which *http.HandlerFunc, with http.HandlerFunc) {
	i.mu.Lock()
	defer i.mu.Unlock()
	*which = with
}

func (i *issuer) setKeys(keys map[string]any) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.keys = maps.Clone(keys)
}

func (i *issuer) keySet() jose.JSONWebKeySet {
	i.mu.Lock()
	defer i.mu.Unlock()
	return jwtauthtest.KeySet(i.keys)
}

func writeJSON(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(value)
}
