package main

import (
	"crypto/rand"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/oauth2/clientcredentials"

	"cognito-m2m/internal/cognito"
	"cognito-m2m/internal/cognito/cognitotest"
	"cognito-m2m/internal/userpool"
)

// pool is the local Cognito, with a client, whose keys can be replaced.
type pool struct {
	*httptest.Server

	current atomic.Pointer[cognito.Server]
	client  cognito.Client
}

func newPool(t *testing.T) *pool {
	t.Helper()
	p := &pool{client: cognitotest.Client(cognitotest.ClientID(), "reader", time.Hour, "test-api/read")}
	p.Server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { p.current.Load().ServeHTTP(rw, r) }))
	t.Cleanup(p.Close)
	return p
}

// with has the pool sign with these keys from now on.
func (p *pool) with(t *testing.T, w *world, keys *cognito.Keys) {
	t.Helper()
	config := cognitotest.Config(p.URL, "read")
	config.Clients, config.Keys, config.Now = []cognito.Client{p.client}, keys, w.clock.Now
	server, err := cognito.New(config)
	if err != nil {
		t.Fatal(err)
	}
	p.current.Store(server)
}

func (p *pool) token(t *testing.T) string {
	t.Helper()
	grant := clientcredentials.Config{
		ClientID: p.client.ID, ClientSecret: string(p.client.Secrets[0].Value), TokenURL: p.URL + userpool.TokenPath,
	}
	token, err := grant.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return token.AccessToken
}

// TestPool lets in what Cognito issues, through a rotation of its keys, and refuses the client at
// once.
func TestPool(t *testing.T) {
	t.Parallel()
	p := newPool(t)
	w := newWorld(t, func(s *settings) {
		s.issuer = userpool.Issuer(userpool.IssuerOriginal, cognitotest.Region, cognitotest.UserPoolID)
		s.jwksURI = userpool.JWKSURL(p.URL + "/" + cognitotest.UserPoolID)
	})
	p.with(t, w, cognitotest.Keys())

	old := p.token(t)
	if !w.lets(t, readRoute, old) || w.lets(t, adminRoute, old) {
		t.Fatalf("the pool's token: %s", w.log)
	}
	added, err := cognitotest.Keys().WithNewSigningKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p.with(t, w, added)
	w.clock.Advance(time.Minute)
	fresh := p.token(t)
	if !w.lets(t, readRoute, fresh) || !w.lets(t, readRoute, old) {
		t.Fatalf("a token of the new key, and one of the old: %s", w.log)
	}
	w.parameters.set(p.client.ID)
	w.clock.Advance(30 * time.Second)
	if w.lets(t, readRoute, fresh) || w.lastReason(t) != errRefused.Error() {
		t.Errorf("the refused client: %s", w.log)
	}
}
