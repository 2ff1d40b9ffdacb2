package gateway_test

import (
	"crypto/rsa"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"cognito-m2m/internal/clock/clocktest"
)

func (a *api) status(t testing.TB, token string) int {
	t.Helper()
	return a.call(t, http.MethodGet, "/test_jwt", "Authorization", "Bearer "+token).status
}

func signAs(t testing.TB, kid string, key *rsa.PrivateKey, claims map[string]any) string {
	t.Helper()
	return signRaw(t, jose.RS256, key, map[jose.HeaderKey]any{"kid": kid}, payloadOf(t, claims))
}

// Keys are used for up to two hours without asking again, and not a moment longer.
func TestKeysAreCachedForTwoHours(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	token := sign(t, with(map[string]any{"exp": start.Add(24 * time.Hour).Unix()}))
	for range 3 {
		if got := a.status(t, token); got != 200 {
			t.Fatalf("got %d", got)
		}
	}
	a.issuer.setKeys(map[string]any{"key-2": rsaKeys()[1].Public()}) // key-1 is withdrawn
	a.clock.Advance(2*time.Hour - time.Nanosecond)
	if got := a.status(t, token); got != 200 {
		t.Errorf("within two hours: got %d", got)
	}
	if got := a.issuer.jwks.Load(); got != 1 {
		t.Errorf("within two hours: %d fetches", got)
	}
	a.clock.Advance(time.Nanosecond)
	if got := a.status(t, token); got != 401 {
		t.Errorf("after two hours, with a withdrawn key: got %d", got)
	}
	if discovery, jwks := a.issuer.discovery.Load(), a.issuer.jwks.Load(); discovery != 2 || jwks != 2 {
		t.Errorf("after two hours: %d and %d fetches", discovery, jwks)
	}
}

// Either clock ends the two hours of a key: that of a machine which slept, and that of one whose
// clock was set back.
func TestEitherClockEndsTheLifeOfKeys(t *testing.T) {
	t.Parallel()
	for name, move := range map[string]struct{ wall, monotonic time.Duration }{
		"asleep":   {2 * time.Hour, 0},
		"set back": {-time.Minute, 2 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAPI(t)
			token := sign(t, with(map[string]any{"iat": start.Add(-time.Hour).Unix(), "exp": start.Add(24 * time.Hour).Unix()}))
			if got := a.status(t, token); got != 200 {
				t.Fatalf("got %d", got)
			}
			a.issuer.setKeys(map[string]any{"key-2": rsaKeys()[1].Public()}) // key-1 is withdrawn
			a.clock.Move(move.wall, move.monotonic)
			if got := a.status(t, token); got != 401 {
				t.Errorf("after two hours, with a withdrawn key: got %d", got)
			}
		})
	}
}

// What time.Now tells in a machine that has slept for two hours.
func TestSleepEndsTheLifeOfKeys(t *testing.T) {
	t.Parallel()
	var slept atomic.Int64
	a := newAPI(t, func(a *api) {
		a.config.Now = func() time.Time { return clocktest.Asleep(t, time.Now(), time.Duration(slept.Load())) }
		a.config.Monotonic = nil
	})
	now := time.Now()
	token := sign(t, with(map[string]any{"iat": now.Unix() - 1, "exp": now.Add(24 * time.Hour).Unix()}))
	if got := a.status(t, token); got != 200 {
		t.Fatalf("got %d", got)
	}
	a.issuer.setKeys(map[string]any{"key-2": rsaKeys()[1].Public()}) // key-1 is withdrawn
	slept.Store(int64(2 * time.Hour))
	if got := a.status(t, token); got != 401 {
		t.Errorf("after two hours of sleep, with a withdrawn key: got %d", got)
	}
}

// A clock that is set back does not keep the gateway from asking again for keys that it could not
// fetch.
func TestClockSetBackDoesNotDelayAFetch(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	working := a.issuer.handler(&a.issuer.serveJWKS)
	a.issuer.replace(&a.issuer.serveJWKS, http.NotFound)
	token := sign(t, with(map[string]any{"iat": start.Add(-3 * time.Hour).Unix()}))
	if got := a.status(t, token); got != 401 {
		t.Fatalf("got %d", got)
	}
	a.issuer.replace(&a.issuer.serveJWKS, working)
	a.clock.Move(-2*time.Hour, time.Second)
	if got := a.status(t, token); got != 200 {
		t.Errorf("a second later, by a clock set back: got %d", got)
	}
}

// A key the issuer adds is found without waiting for the cache to age.
func TestNewKeyIsFetched(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	a.status(t, sign(t, validClaims()))
	a.issuer.setKeys(map[string]any{"key-1": rsaKeys()[0].Public(), "key-2": rsaKeys()[1].Public()})
	a.clock.Advance(time.Minute)
	if got := a.status(t, signAs(t, "key-2", rsaKeys()[1], validClaims())); got != 200 {
		t.Errorf("got %d", got)
	}
	if got := a.status(t, sign(t, validClaims())); got != 200 {
		t.Errorf("the older key: got %d", got)
	}
}

// Made-up key ids cost the issuer next to nothing and do not disturb valid tokens.
func TestHostileKeyIDsDoNotHammer(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	valid := sign(t, validClaims())
	a.status(t, valid)
	hostile := make([]string, 50)
	for i := range hostile {
		hostile[i] = signAs(t, fmt.Sprintf("made-up-%d", i), rsaKeys()[1], validClaims())
	}
	var all sync.WaitGroup
	for _, token := range hostile {
		all.Go(func() {
			if got := a.status(t, token); got != 401 {
				t.Errorf("made-up key id: got %d", got)
			}
		})
	}
	all.Wait()
	for _, token := range hostile {
		a.status(t, token)
	}
	if got := a.issuer.jwks.Load(); got > 2 {
		t.Errorf("%d fetches", got)
	}
	a.clock.Advance(time.Minute)
	for _, token := range hostile {
		a.status(t, token)
	}
	if got := a.issuer.jwks.Load(); got > 3 {
		t.Errorf("a minute later: %d fetches", got)
	}
	if got := a.status(t, valid); got != 200 {
		t.Errorf("valid token: got %d", got)
	}
}

// An issuer that fails is not asked again for every token.
func TestFailingIssuerIsNotHammered(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	a.issuer.replace(&a.issuer.serveJWKS, http.NotFound)
	for range 10 {
		if got := a.status(t, sign(t, validClaims())); got != 401 {
			t.Errorf("got %d", got)
		}
	}
	if got := a.issuer.jwks.Load(); got > 1 {
		t.Errorf("%d fetches at one moment", got)
	}
}

// Callers that arrive together while there are no keys share one fetch.
func TestFirstFetchIsShared(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	token := sign(t, validClaims())
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if got := a.status(t, token); got != 200 {
				t.Errorf("got %d", got)
			}
		})
	}
	all.Wait()
	if got := a.issuer.jwks.Load(); got != 1 {
		t.Errorf("%d fetches", got)
	}
}

func TestIssuerFailures(t *testing.T) {
	t.Parallel()
	const discovery, jwks = "OIDC discovery endpoint communication error", "JWKS communication error"
	broken := func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusInternalServerError) }
	text := func(s string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(s)) }
	}
	hangs := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	for _, c := range []struct {
		name        string
		fail        func(*issuer)
		description string
	}{
		{"discovery down", func(i *issuer) { i.server.Close() }, discovery},
		{"discovery status", func(i *issuer) { i.replace(&i.serveDiscovery, broken) }, discovery},
		{"discovery no JSON", func(i *issuer) { i.replace(&i.serveDiscovery, text("<html>")) }, discovery},
		{"discovery without jwks_uri", func(i *issuer) { i.replace(&i.serveDiscovery, text(`{"issuer":"`+issuerURL+`"}`)) }, discovery},
		{"discovery of another issuer", func(i *issuer) {
			i.replace(&i.serveDiscovery, text(`{"issuer":"https://other","jwks_uri":"`+i.server.URL+`/pool/.well-known/jwks.json"}`))
		}, discovery},
		{"discovery slow", func(i *issuer) { i.replace(&i.serveDiscovery, hangs) }, discovery},
		{"jwks status", func(i *issuer) { i.replace(&i.serveJWKS, broken) }, jwks},
		{"jwks no JSON", func(i *issuer) { i.replace(&i.serveJWKS, text("[]")) }, jwks},
		{"jwks slow", func(i *issuer) { i.replace(&i.serveJWKS, hangs) }, jwks},
		{"jwks too large", func(i *issuer) {
			i.replace(&i.serveJWKS, func(w http.ResponseWriter, _ *http.Request) {
				writeJSON(w, i.keySet())
				_, _ = w.Write([]byte(strings.Repeat(" ", 150_000)))
			})
		}, jwks},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a := newAPI(t, logging("$context.requestId $context.authorizer.error"))
			c.fail(a.issuer)
			got := a.call(t, http.MethodGet, "/test_jwt", "Authorization", sign(t, validClaims()))
			want := `Bearer scope="" error="invalid_token" error_description="` + c.description + `"`
			if got.status != 401 || got.body != unauthorized || got.header.Get("Www-Authenticate") != want {
				t.Errorf("got %d %s %s", got.status, got.body, got.header.Get("Www-Authenticate"))
			}
			if line := a.log.String(); !strings.HasSuffix(line, " invalid_token: "+c.description+"\n") {
				t.Errorf("got access log %q", line)
			}
		})
	}
}

// An issuer that comes back is asked again.
func TestIssuerRecovers(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	working := a.issuer.handler(&a.issuer.serveJWKS)
	a.issuer.replace(&a.issuer.serveJWKS, http.NotFound)
	token := sign(t, validClaims())
	if got := a.status(t, token); got != 401 {
		t.Fatalf("got %d", got)
	}
	a.issuer.replace(&a.issuer.serveJWKS, working)
	a.clock.Advance(time.Minute)
	if got := a.status(t, token); got != 200 {
		t.Errorf("got %d", got)
	}
}

// Old keys go on being used while the issuer fails, and a new one is found a second after it is
// back.
func TestIssuerRecoversWithANewKey(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	known, added := sign(t, validClaims()), signAs(t, "key-2", rsaKeys()[1], validClaims())
	a.status(t, known)
	a.issuer.setKeys(map[string]any{"key-1": rsaKeys()[0].Public(), "key-2": rsaKeys()[1].Public()})
	working := a.issuer.handler(&a.issuer.serveJWKS)
	a.issuer.replace(&a.issuer.serveJWKS, http.NotFound)
	a.clock.Advance(time.Minute)
	if got := a.status(t, added); got != 401 {
		t.Errorf("a key that can't be fetched: got %d", got)
	}
	if got := a.status(t, known); got != 200 {
		t.Errorf("a key that was fetched: got %d", got)
	}
	a.issuer.replace(&a.issuer.serveJWKS, working)
	a.clock.Advance(time.Second)
	if got := a.status(t, added); got != 200 {
		t.Errorf("a second after the issuer is back: got %d", got)
	}
}

// Keys that are not RSA signature keys are in the set and of no use.
func TestUnusableKeys(t *testing.T) {
	t.Parallel()
	public := rsaKeys()[0].Public()
	for name, key := range map[string]jose.JSONWebKey{
		"for encryption":    {Key: public, KeyID: "key-1", Use: "enc"},
		"of PS256":          {Key: public, KeyID: "key-1", Algorithm: "PS256"},
		"of HS256":          {Key: public, KeyID: "key-1", Algorithm: "HS256"},
		"symmetric":         {Key: []byte("0123456789abcdef0123456789abcdef"), KeyID: "key-1", Algorithm: "HS256"},
		"of another key id": {Key: public, KeyID: "key-2", Algorithm: "RS256"},
		"without key id":    {Key: public, Algorithm: "RS256"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAPI(t)
			a.issuer.replace(&a.issuer.serveJWKS, func(w http.ResponseWriter, _ *http.Request) {
				writeJSON(w, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{key}})
			})
			if got := a.status(t, sign(t, validClaims())); got != 401 {
				t.Errorf("got %d", got)
			}
		})
	}
}

// A key that does not name its algorithm verifies every RSA variant and nothing else.
func TestRSAVariants(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	a.issuer.replace(&a.issuer.serveJWKS, func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: rsaKeys()[0].Public(), KeyID: "key-1"}}})
	})
	for _, algorithm := range []jose.SignatureAlgorithm{jose.RS256, jose.RS384, jose.RS512} {
		token := signRaw(t, algorithm, rsaKeys()[0], map[jose.HeaderKey]any{"kid": "key-1"}, payloadOf(t, validClaims()))
		if got := a.status(t, token); got != 200 {
			t.Errorf("%s: got %d", algorithm, got)
		}
	}
	for name, token := range map[string]string{
		"none":  b64(`{"alg":"none","kid":"key-1"}`) + "." + b64(string(payloadOf(t, validClaims()))) + ".",
		"PS256": signRaw(t, jose.PS256, rsaKeys()[0], map[jose.HeaderKey]any{"kid": "key-1"}, payloadOf(t, validClaims())),
		"HS256": signRaw(t, jose.HS256, rsaKeys()[0].N.Bytes(), map[jose.HeaderKey]any{"kid": "key-1"}, payloadOf(t, validClaims())),
	} {
		if got := a.status(t, token); got != 401 {
			t.Errorf("%s: got %d", name, got)
		}
	}
}
