package gateway_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"cognito-m2m/internal/jwtauth/jwtauthtest"
)

// TestAttacks sends every token to a protected route. None may reach the function.
func TestAttacks(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	a.issuer.setKeys(jwtauthtest.Published())
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("a token made the gateway ask for %s", r.URL)
	}))
	defer elsewhere.Close()
	for _, c := range jwtauthtest.Attacks(t, elsewhere.URL) {
		t.Run(c.Name, func(t *testing.T) {
			got := a.call(t, http.MethodGet, "/test_jwt", "Authorization", "Bearer "+c.Token)
			if got.status != 401 || got.body != unauthorized {
				t.Errorf("got %d %s", got.status, got.body)
			}
			if challenge := got.header.Get("Www-Authenticate"); !strings.HasPrefix(challenge, invalidToken) {
				t.Errorf("got www-authenticate %s", challenge)
			}
		})
	}
	if calls := a.function.calls(); calls != 0 {
		t.Errorf("the function was called %d times", calls)
	}
	if got := a.call(t, http.MethodGet, "/test_jwt", "Authorization", "Bearer "+sign(t, validClaims())); got.status != 200 {
		t.Errorf("after all attacks, a valid token: got %d", got.status)
	}
}
