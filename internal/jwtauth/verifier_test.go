package jwtauth_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"cognito-m2m/internal/clock"
	"cognito-m2m/internal/jwtauth"
)

const issuerURL = "https://issuer.example.com/pool"

// issuer serves a discovery document and keys over HTTP. How often its keys were asked for is
// counted.
type issuer struct {
	server *httptest.Server
	key    *rsa.PrivateKey
	asked  atomic.Int64
}

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	i := &issuer{key: key}
	mux := http.NewServeMux()
	i.server = httptest.NewServer(mux)
	t.Cleanup(i.server.Close)
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"issuer":%q,"jwks_uri":%q}`, issuerURL, i.server.URL+"/keys")
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		i.asked.Add(1)
		set := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{
			{Key: key.Public(), KeyID: "for encryption", Use: "enc"},
			{Key: key.Public(), KeyID: "k", Algorithm: "RS256"},
		}}
		if err := json.NewEncoder(w).Encode(set); err != nil {
			t.Error(err)
		}
	})
	return i
}

func (i *issuer) sign(t *testing.T, keyID, claims string) string {
	t.Helper()
	key := jose.SigningKey{Algorithm: jose.RS256, Key: i.key}
	signer, err := jose.NewSigner(key, (&jose.SignerOptions{}).WithHeader("kid", keyID))
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signer.Sign([]byte(claims))
	if err != nil {
		t.Fatal(err)
	}
	token, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func (i *issuer) verifier(clocks clock.Clock) *jwtauth.Verifier {
	return jwtauth.NewVerifier(jwtauth.NewKeyCache(issuerURL, i.server.URL, i.server.Client(), clocks), []string{"reader"})
}

func TestVerifyFindsTheFirstReason(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	now := time.Unix(1000, 0)
	v := i.verifier(clock.Clock{Wall: func() time.Time { return now }})
	claims := func(text string) string { return fmt.Sprintf(`{"iss":%q,"client_id":"reader",%s}`, issuerURL, text) }
	valid := i.sign(t, "k", claims(`"iat":1000,"exp":1001`))
	for name, c := range map[string]struct {
		token  string
		reason error
	}{
		"valid":                 {valid, nil},
		"another key id":        {i.sign(t, "another", claims(`"iat":1000,"exp":1001`)), jwtauth.ErrUnknownKey},
		"a key for encryption":  {i.sign(t, "for encryption", claims(`"iat":1000,"exp":1001`)), jwtauth.ErrUnknownKey},
		"no key id":             {i.sign(t, "", claims(`"iat":1000,"exp":1001`)), jwtauth.ErrNoKeyID},
		"another signature":     {valid[:strings.LastIndex(valid, ".")+1] + b64("x"), jwtauth.ErrSignature},
		"no claims":             {i.sign(t, "k", `[]`), jwtauth.ErrObject},
		"an issuer beside time": {i.sign(t, "k", `{"iss":"x","exp":1}`), jwtauth.ErrIssuer},
		"a client beside time":  {i.sign(t, "k", fmt.Sprintf(`{"iss":%q,"exp":1}`, issuerURL)), jwtauth.ErrAudience},
		"a time beside scope":   {i.sign(t, "k", claims(`"iat":1,"exp":2,"scope":1`)), jwtauth.ErrExpired},
		"scope":                 {i.sign(t, "k", claims(`"iat":1000,"exp":1001,"scope":1`)), jwtauth.ErrScopeClaim},
	} {
		if _, err := v.Verify(c.token); !errors.Is(err, c.reason) {
			t.Errorf("%s: got %v, want %v", name, err, c.reason)
		}
	}
	got, err := v.Verify(valid)
	if err != nil || got.Text("client_id") != "reader" || i.asked.Load() != 1 {
		t.Errorf("got %v, %v, and the keys were fetched %d times", got, err, i.asked.Load())
	}
	now = now.Add(time.Second)
	if _, err := v.Verify(valid); !errors.Is(err, jwtauth.ErrExpired) {
		t.Errorf("a remembered token, a second later: got %v", err)
	}
}

// Two tokens can have one hash.
func TestVerifyComparesTheWholeToken(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	v := i.verifier(clock.Clock{Wall: func() time.Time { return time.Unix(1000, 0) }})
	valid := i.sign(t, "k", fmt.Sprintf(`{"iss":%q,"client_id":"reader","iat":1000,"exp":1001}`, issuerURL))
	if _, err := v.Verify(valid); err != nil {
		t.Fatal(err)
	}
	forged := valid[:strings.LastIndex(valid, ".")+1] + b64("x")
	v.Confuse(valid, forged)
	if _, err := v.Verify(forged); !errors.Is(err, jwtauth.ErrSignature) {
		t.Errorf("got %v", err)
	}
}

// TestFetchFailure: the caller's reason is AWS's description, and the operator's is the cause.
func TestFetchFailure(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	token := i.sign(t, "k", `{}`)
	keys := jwtauth.NewKeyCache(issuerURL+"x", i.server.URL, i.server.Client(), clock.Clock{})
	_, err := jwtauth.NewVerifier(keys, nil).Verify(token)
	if cause := jwtauth.FetchFailure(err); !errors.Is(err, jwtauth.ErrDiscovery) || cause == nil || !strings.Contains(cause.Error(), issuerURL) {
		t.Errorf("another issuer's document: got %v, because of %v", err, cause)
	}
	if _, err := i.verifier(clock.Clock{}).Verify("x.y"); jwtauth.FetchFailure(err) != nil {
		t.Errorf("a token that is none: got the cause %v", jwtauth.FetchFailure(err))
	}
}

func TestFetchKeys(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	keys, now, err := jwtauth.FetchKeys(t.Context(), i.server.Client(), i.server.URL+"/keys")
	if err != nil || time.Since(now).Abs() > time.Hour {
		t.Fatalf("got the time %s, %v", now, err)
	}
	if _, err := keys.Find("k"); err != nil {
		t.Error(err)
	}
	if _, err := keys.Find("for encryption"); !errors.Is(err, jwtauth.ErrUnknownKey) {
		t.Errorf("a key for encryption: got %v", err)
	}
	if _, _, err := jwtauth.FetchKeys(t.Context(), i.server.Client(), i.server.URL+"/nowhere"); err == nil || !strings.Contains(err.Error(), "/nowhere: HTTP 404") {
		t.Errorf("got %v", err)
	}
	i.server.Close()
	if _, _, err := jwtauth.FetchKeys(t.Context(), i.server.Client(), i.server.URL+"/keys"); err == nil || strings.Count(err.Error(), i.server.URL) != 1 {
		t.Errorf("got %v, which should name the URL once", err)
	}
}
