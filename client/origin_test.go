package client_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"cognito-m2m/client"
)

func TestTokenGoesToTheAPIOnly(t *testing.T) {
	t.Parallel()
	p := startPool(t, oldSecret)
	authorized := make(chan bool, 10)
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		authorized <- r.Header.Get("Authorization") != ""
	}))
	t.Cleanup(other.Close)
	first := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		authorized <- r.Header.Get("Authorization") != ""
		if r.URL.Path == "/redirect" {
			http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
		}
	}))
	t.Cleanup(first.Close)
	caller := httpClient(t, newTokens(t, func(c *client.Config) { c.Credentials = newVault(p.credentials(oldSecret)) }), first.URL+"/v1")

	send(t, caller, http.MethodGet, first.URL+"/anything", nil)
	if !<-authorized {
		t.Error("the API got no token")
	}
	send(t, caller, http.MethodGet, first.URL+"/redirect", nil)
	if !<-authorized || <-authorized {
		t.Error("the redirect's target, another port, got the token")
	}
	send(t, caller, http.MethodGet, other.URL, nil)
	if <-authorized {
		t.Error("another server got the token")
	}
}

func TestWhatCountsAsTheAPI(t *testing.T) {
	t.Parallel()
	p := newPool(t, oldSecret)
	a, _, caller := callAPI(t, p, newVault(p.credentials(oldSecret)))
	cases := map[string]int{
		"https://api.example.com/":         http.StatusOK,
		"https://api.example.com:443/x":    http.StatusOK,
		"https://API.EXAMPLE.COM/x":        http.StatusOK,
		"http://api.example.com/":          http.StatusUnauthorized,
		"https://api.example.com:8443/":    http.StatusUnauthorized,
		"https://api.example.com.evil.com": http.StatusUnauthorized,
		"https://evil.com/api.example.com": http.StatusUnauthorized,
		"https://x.api.example.com/":       http.StatusUnauthorized,
	}
	for url, want := range cases {
		if got := send(t, caller, http.MethodGet, url, nil); got != want {
			t.Errorf("%s: got %d, want %d (200 with the token, 401 without)", url, got, want)
		}
	}
	if calls, _ := a.received(); calls != len(cases) {
		t.Errorf("calls: got %d, want %d", calls, len(cases))
	}
}

func TestAPIURLs(t *testing.T) {
	t.Parallel()
	p := newPool(t, oldSecret)
	cases := []struct {
		url                 string
		want, wantIfAllowed bool
	}{
		{"https://api.example.com", true, true},
		{"http://127.0.0.1:4000", true, true},
		{"http://[::1]:4000", true, true},
		{"http://localhost:4000", true, true},
		{"http://api.example.com", false, true},
		{"http://127.0.0.1.example.com", false, true},
		{"https://user:hunter2@api.example.com", false, false},
		{"api.example.com", false, false},
		{"ftp://api.example.com", false, false},
		{"", false, false},
	}
	for _, c := range cases {
		for allowed, want := range map[bool]bool{false: c.want, true: c.wantIfAllowed} {
			tokens := p.tokens(t, func(config *client.Config) { config.AllowPlainHTTP = allowed })
			_, err := tokens.HTTPClient(c.url)
			if (err == nil) != want {
				t.Errorf("%q, plain http allowed %t: got error %v, want success %t", c.url, allowed, err, want)
			}
			if err != nil && strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the error shows the URL's password: %v", err)
			}
		}
	}
}
