package client_test

import (
	"context"
	"net"
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
		"https://api.example.com./":        http.StatusUnauthorized,
		// IDNA: what is dialled is api.example.com, xn--api-bec.example.com,
		// xn--api-pec.example.com, and nothing.
		"https://ａｐｉ.example。com/":       http.StatusOK,
		"https://ap%C4%B0.example.com/":  http.StatusUnauthorized,
		"https://ap\u0131.example.com/":  http.StatusUnauthorized,
		"https://api\u00ad.example.com/": http.StatusOK,
		"https://api\u200d.example.com/": http.StatusUnauthorized,
		"https://api%FF.example.com/":    http.StatusUnauthorized,
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

// What net/http opens connections to decides, and that is not what letters look like in lower case.
func TestTokenGoesToTheHostThatIsDialled(t *testing.T) {
	t.Parallel()
	p := startPool(t, oldSecret)
	cases := []struct{ api, target, dialled string }{
		{"http://api.example.com", "http://ap%C4%B0.example.com", "xn--api-bec.example.com:80"},
		{"http://xn--bcher-kva.example", "http://b%C3%BCcher.example/", ""},
		{"http://b%C3%BCcher.example", "http://B%C3%9CCHER.example:80/", ""},
		{"http://b%C3%BCcher.example", "http://bucher.example/", "bucher.example:80"},
		{"http://[fe80::1%25eth0]", "http://[fe80::1%25ETH0]/", "[fe80::1%ETH0]:80"},
		{"http://[::1]", "http://[0:0:0:0:0:0:0:1]/", ""},
	}
	for _, c := range cases {
		t.Run(c.target, func(t *testing.T) {
			t.Parallel()
			authorized := make(chan bool, 2)
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				authorized <- r.Header.Get("Authorization") != ""
				if r.URL.Path == "/redirect" {
					http.Redirect(w, r, c.target, http.StatusTemporaryRedirect)
				}
			}))
			t.Cleanup(server.Close)
			dialled := make(chan string, 2)
			network := &http.Transport{DisableKeepAlives: true}
			network.DialContext = func(ctx context.Context, _, address string) (net.Conn, error) {
				dialled <- address
				return (&net.Dialer{}).DialContext(ctx, "tcp", server.Listener.Addr().String())
			}
			caller := httpClient(t, newTokens(t, func(config *client.Config) {
				config.Credentials, config.AllowPlainHTTP, config.Transport = newVault(p.credentials(oldSecret)), true, network
			}), c.api)
			send(t, caller, http.MethodGet, c.api+"/redirect", nil)
			api, target := <-dialled, <-dialled
			if !<-authorized {
				t.Error("the API got no token")
			}
			if c.dialled == "" {
				if got := <-authorized; !got {
					t.Errorf("%s, the API in another form, got no token", target)
				}
			} else if got := <-authorized; got || target != c.dialled || target == api {
				t.Errorf("dialled %s, want %s; it got the token: %t", target, c.dialled, got)
			}
		})
	}
}

// The transport below gets the name that was compared, not one that it would map by a table of its
// own.
func TestHostIsSentOnAsCompared(t *testing.T) {
	t.Parallel()
	p := newPool(t, oldSecret)
	hosts := make(chan string, 1)
	below := inProcess{http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { hosts <- r.URL.Host })}
	caller := httpClient(t, p.tokens(t, func(c *client.Config) { c.Transport = below }), apiURL)
	send(t, caller, http.MethodGet, "https://ａｐｉ.example.com/", nil)
	if got := <-hosts; got != "api.example.com:443" {
		t.Errorf("got %s, want api.example.com:443", got)
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
		{"http://LOCALHOST:4000", true, true},
		{"http://ｌocalhost:4000", true, true},
		{"http://127.9.9.9:4000", true, true},
		{"http://[::ffff:127.0.0.1]:4000", true, true},
		{"http://[::1%25lo]:4000", true, true},
		{"http://[fe80::1%25lo]:4000", false, true},
		{"http://0.0.0.0:4000", false, true},
		{"http://[::]:4000", false, true},
		{"http://:4000", false, false},
		{"http://localhost\u0130:4000", false, true},
		{"https://api\u200d.example.com", false, false},
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
