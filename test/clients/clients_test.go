// Package clients tries what docs/clients.md says of published libraries against the run that
// M2M_TARGET describes: this file those in Go, clients.test.mjs those in JavaScript,
// clients_test.py those in Python.
package clients

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

// run is what `m2m up --json` printed.
type run struct {
	APIURL        string `json:"api_url"`
	TokenEndpoint string `json:"token_endpoint"`
	Issuer        string `json:"issuer"`
	JWKSURI       string `json:"jwks_uri"`
	Clients       map[string]struct {
		ID     string `json:"client_id"`
		Secret string `json:"client_secret"`
	} `json:"clients"`
}

func theRun(t *testing.T) (r run) {
	t.Helper()
	source, err := os.ReadFile(os.Getenv("M2M_TARGET"))
	if err != nil {
		t.Fatalf("make clients starts a run and says where its description is: %v", err)
	}
	if err := json.Unmarshal(source, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r run) config(style oauth2.AuthStyle) clientcredentials.Config {
	c := r.Clients["reader"]
	return clientcredentials.Config{ClientID: c.ID, ClientSecret: c.Secret, TokenURL: r.TokenEndpoint, AuthStyle: style}
}

// refusing answers every request for a token as Cognito does one with an old secret, and counts
// them.
func refusing(t *testing.T, status int, body string) (url string, asked *atomic.Int32) {
	t.Helper()
	asked = new(atomic.Int32)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(server.Close)
	return server.URL, asked
}

// TestOAuth2AsksTwice: without AuthStyle, every failure is tried again in the other style.
func TestOAuth2AsksTwice(t *testing.T) {
	for style, want := range map[oauth2.AuthStyle]int32{oauth2.AuthStyleAutoDetect: 2, oauth2.AuthStyleInHeader: 1} {
		for _, status := range []int{http.StatusBadRequest, http.StatusInternalServerError} {
			url, asked := refusing(t, status, `{"error":"invalid_client"}`)
			c := theRun(t).config(style)
			c.TokenURL = url
			for range 2 { // it remembers a style only once one has worked
				asked.Store(0)
				_, err := c.Token(t.Context())
				if refused, ok := errors.AsType[*oauth2.RetrieveError](err); !ok || refused.Response.StatusCode != status {
					t.Errorf("got %v", err)
				}
				if asked.Load() != want {
					t.Errorf("style %d, HTTP %d: asked %d times, want %d", style, status, asked.Load(), want)
				}
			}
		}
	}
}

// told is a source of tokens that tells how it went.
type told struct {
	oauth2.TokenSource
	err chan error
}

func (s told) Token() (*oauth2.Token, error) {
	token, err := s.TokenSource.Token()
	s.err <- err
	return token, err
}

// TestOAuth2Deadline: a request's context does not end the fetch of its token; that goes on, here
// until the token endpoint answers.
func TestOAuth2Deadline(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		cancel()
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"access_token":"x","expires_in":3600,"token_type":"Bearer"}`))
	}))
	defer slow.Close()
	c := theRun(t).config(oauth2.AuthStyleInHeader)
	c.TokenURL = slow.URL
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, slow.URL, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	source := told{c.TokenSource(t.Context()), make(chan error, 1)}
	response, err := (&http.Client{Transport: &oauth2.Transport{Source: source}}).Do(request)
	if err == nil {
		_ = response.Body.Close()
	}
	if !errors.Is(err, context.Canceled) {
		t.Errorf("the request: got %v", err)
	}
	if err := <-source.err; err != nil {
		t.Errorf("the fetch ended with the request's context, so docs/clients.md is out of date: %v", err)
	}
}

func TestGoOIDC(t *testing.T) {
	r := theRun(t)
	pool := strings.TrimSuffix(r.JWKSURI, "/.well-known/jwks.json")
	if _, err := oidc.NewProvider(t.Context(), pool); err == nil {
		t.Error("go-oidc takes an issuer at another address")
	}
	c := r.config(oauth2.AuthStyleInHeader)
	token, err := c.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	provider, err := oidc.NewProvider(oidc.InsecureIssuerURLContext(t.Context(), r.Issuer), pool)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.Verifier(&oidc.Config{ClientID: c.ClientID}).Verify(t.Context(), token.AccessToken); err == nil {
		t.Error("an access token has no aud, and go-oidc accepts it for a client")
	}
	verified, err := provider.Verifier(&oidc.Config{SkipClientIDCheck: true}).Verify(t.Context(), token.AccessToken)
	if err != nil {
		t.Fatal(err)
	}
	var claims struct {
		ClientID string `json:"client_id"`
	}
	if err := verified.Claims(&claims); err != nil || claims.ClientID != c.ClientID {
		t.Errorf("%v, %+v", err, claims)
	}
	if _, err := oidc.NewVerifier(r.Issuer, oidc.NewRemoteKeySet(t.Context(), r.JWKSURI), &oidc.Config{SkipClientIDCheck: true}).Verify(t.Context(), token.AccessToken); err != nil {
		t.Errorf("without discovery: %v", err)
	}
}
