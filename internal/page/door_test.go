package page_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"cognito-m2m/internal/listener"
	"cognito-m2m/internal/page"
)

// open is a page of nothing yet.
func open(t *testing.T, config page.Config) *page.Page {
	t.Helper()
	if config.Addr == "" {
		config.Addr = "127.0.0.1:0"
	}
	config.Run = "dev"
	p, err := page.Open(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return p
}

// answer is what a server has answered.
type answer struct {
	status int
	header http.Header
	body   string
}

// ask sends a request as it is. A header named Host is the request's own.
func ask(t *testing.T, method, url, body string, headers ...string) answer {
	t.Helper()
	const limit = time.Minute // for an answer that does not end
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			request.Host = headers[i+1]
			continue
		}
		request.Header.Add(headers[i], headers[i+1])
	}
	transport := &http.Transport{DisableKeepAlives: true}
	response, err := transport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, string(content)}
}

// origin is that of a URL.
func origin(url string) string { return strings.Join(strings.SplitN(url, "/", 4)[:3], "/") }

// enter exchanges the code of an invitation for the cookie, as the page's script does.
func enter(t *testing.T, invitation string) (cookie string) {
	t.Helper()
	url, code, _ := strings.Cut(invitation, "#")
	got := ask(t, http.MethodPost, url+"enter", code, "Origin", origin(url))
	if got.status != http.StatusNoContent {
		t.Fatalf("entering: %d %s", got.status, got.body)
	}
	cookie, _, _ = strings.Cut(got.header.Get("Set-Cookie"), ";")
	return cookie
}

func TestCodeIsExchangedForACookieOnce(t *testing.T) {
	t.Parallel()
	p := open(t, page.Config{})
	url, code, _ := strings.Cut(p.Invitation(), "#")
	got := ask(t, http.MethodPost, url+"enter", code, "Origin", origin(url))
	set := got.header.Get("Set-Cookie")
	folder := strings.TrimPrefix(url, origin(url))
	if want := "; Path=" + folder + "; HttpOnly; SameSite=Strict"; got.status != http.StatusNoContent || !strings.HasSuffix(set, want) {
		t.Errorf("%d, cookie with %q, want %q", got.status, set[strings.Index(set, ";"):], want)
	}
	cookie, _, _ := strings.Cut(set, ";")
	if got := ask(t, http.MethodGet, url, "", "Cookie", cookie); got.status != http.StatusOK || !strings.Contains(got.body, `data-follow`) {
		t.Errorf("with the cookie: %d", got.status)
	}
	if got := ask(t, http.MethodPost, url+"enter", code, "Origin", origin(url)); got.status != http.StatusForbidden || got.header.Get("Set-Cookie") != "" {
		t.Errorf("with a code that was used: %d %s", got.status, got.header)
	}
	if enter(t, p.Invitation()) == cookie {
		t.Error("two codes give one cookie")
	}
}

func TestOnlyTheLastCodesCount(t *testing.T) {
	t.Parallel()
	p := open(t, page.Config{})
	first := p.Invitation()
	for range 20 {
		p.Invitation()
	}
	url, code, _ := strings.Cut(first, "#")
	if got := ask(t, http.MethodPost, url+"enter", code, "Origin", origin(url)); got.status != http.StatusForbidden {
		t.Errorf("%d, want a code that is forgotten", got.status)
	}
}

// TestDoorIsClosed has all that is not the page's own: nothing of it gets in, reads or does
// anything.
func TestDoorIsClosed(t *testing.T) {
	t.Parallel()
	p := open(t, page.Config{})
	url := p.URL()
	own := origin(url)
	cookie := enter(t, p.Invitation())
	_, unused, _ := strings.Cut(p.Invitation(), "#")
	for _, c := range []struct {
		name, method, path, body string
		headers                  []string
		want                     int
	}{
		{"no cookie", "GET", "", "", nil, 401},
		{"no cookie, events", "GET", "events", "", nil, 401},
		{"no cookie, a token", "POST", "token", "", []string{"Origin", own}, 401},
		{"no cookie, a secret", "POST", "secret", "", []string{"Origin", own}, 401},
		{"no cookie, a call", "POST", "call", "", []string{"Origin", own}, 401},
		{"guessed cookie", "GET", "", "", []string{"Cookie", "m2m-page=" + strings.Repeat("A", 43)}, 401},
		{"empty cookie", "GET", "events", "", []string{"Cookie", "m2m-page="}, 401},
		{"the code as cookie", "GET", "", "", []string{"Cookie", "m2m-page=" + unused}, 401},
		{"code in the query", "GET", "?code=" + unused, "", nil, 401},
		{"guessed code", "POST", "enter", strings.Repeat("A", 43), []string{"Origin", own}, 403},
		{"no code", "POST", "enter", "", []string{"Origin", own}, 403},
		{"long code", "POST", "enter", strings.Repeat("A", 5000), []string{"Origin", own}, 413},
		{"code of no origin", "POST", "enter", unused, nil, 403},
		{"code of another origin", "POST", "enter", unused, []string{"Origin", "http://evil.example"}, 403},
		{"code of another port", "POST", "enter", unused, []string{"Origin", "http://127.0.0.1:1"}, 403},
		{"code of a hidden origin", "POST", "enter", unused, []string{"Origin", "null"}, 403},
		{"code of two origins", "POST", "enter", unused, []string{"Origin", own, "Origin", "http://evil.example"}, 403},
		{"code over TLS", "POST", "enter", unused, []string{"Origin", strings.Replace(own, "http:", "https:", 1)}, 403},
		{"wrong host", "GET", "", "", []string{"Cookie", cookie, "Host", "evil.example"}, 421},
		{"wrong host with the port", "POST", "secret", "", []string{"Cookie", cookie, "Host", "evil.example:4003", "Origin", "http://evil.example:4003"}, 421},
		{"another host's origin", "GET", "events", "", []string{"Cookie", cookie, "Origin", "http://evil.example"}, 403},
		{"localhost's origin at an address", "POST", "token", "", []string{"Cookie", cookie, "Origin", strings.Replace(own, "127.0.0.1", "localhost", 1)}, 403},
		{"a form without an origin", "POST", "secret", "", []string{"Cookie", cookie}, 403},
		{"a form of another origin", "POST", "secret", "", []string{"Cookie", cookie, "Origin", "http://evil.example"}, 403},
		{"an image of another site", "GET", "assets/icon.svg", "", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors"}, 403},
		{"events for another port", "GET", "events", "", []string{"Cookie", cookie, "Sec-Fetch-Site", "same-site", "Sec-Fetch-Mode", "cors"}, 403},
		{"a key that is none", "POST", "code", "", []string{"Authorization", "Bearer " + strings.Repeat("A", 43)}, 403},
		{"a cookie as key", "POST", "code", "", []string{"Authorization", "Bearer " + strings.TrimPrefix(cookie, "m2m-page=")}, 403},
		{"no key", "POST", "code", "", nil, 403},
		{"a secret by GET", "GET", "secret", "", []string{"Cookie", cookie}, 401},
		{"a link from another site", "GET", "", "", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate"}, 401},
	} {
		got := ask(t, c.method, url+c.path, c.body, c.headers...)
		if got.status != c.want {
			t.Errorf("%s: %d, want %d", c.name, got.status, c.want)
		}
		if got.header.Get("Set-Cookie") != "" || strings.Contains(got.body, "data-follow") {
			t.Errorf("%s: it gets in", c.name)
		}
	}
	// After all that, the code is as good as new.
	if got := ask(t, http.MethodPost, url+"enter", unused, "Origin", own); got.status != http.StatusNoContent {
		t.Errorf("the code that only others have tried: %d", got.status)
	}
}

// TestFolderIsNotGuessed sees that whoever does not have the page's URL does not get it: another
// user's server on this machine could have cookies sent to it there.
func TestFolderIsNotGuessed(t *testing.T) {
	t.Parallel()
	p := open(t, page.Config{})
	folder := strings.TrimPrefix(p.URL(), origin(p.URL()))
	for _, path := range []string{"/", "/index.html", "/page.js", "/assets/page.css", "/x/"} {
		got := ask(t, http.MethodGet, origin(p.URL())+path, "", "Cookie", enter(t, p.Invitation()))
		if got.status != http.StatusNotFound || !strings.Contains(got.body, "m2m page") {
			t.Errorf("%s: %d, want 404 and how to get in", path, got.status)
		}
		if strings.Contains(got.body, folder) || strings.Contains(got.header.Get("Location"), folder) {
			t.Errorf("%s says where the page is", path)
		}
	}
}

func TestEveryAnswerIsGuarded(t *testing.T) {
	t.Parallel()
	p := open(t, page.Config{})
	cookie := enter(t, p.Invitation())
	for _, path := range []string{"", "assets/page.js", "assets/page.css", "assets/none", "nothing"} {
		got := ask(t, http.MethodGet, p.URL()+path, "", "Cookie", cookie)
		policy := got.header.Get("Content-Security-Policy")
		if !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "frame-ancestors 'none'") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: policy %q", path, policy)
		}
		for name, want := range map[string]string{
			"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY",
			"Cross-Origin-Resource-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin",
		} {
			if got.header.Get(name) != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got.header.Get(name), want)
			}
		}
		if allowed := got.header.Get("Access-Control-Allow-Origin"); allowed != "" {
			t.Errorf("%s: the origin %s may read it", path, allowed)
		}
	}
}

// TestAnotherCode is what m2m page does.
func TestAnotherCode(t *testing.T) {
	t.Parallel()
	p := open(t, page.Config{})
	access := p.Access()
	got := ask(t, http.MethodPost, access.URL+"code", "", "Authorization", "Bearer "+string(access.Key))
	if got.status != http.StatusOK {
		t.Fatalf("%d %s", got.status, got.body)
	}
	enter(t, page.Invitation(access.URL, got.body))
}

func TestPageTakesAFreePortOnlyUnasked(t *testing.T) {
	t.Parallel()
	taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	addr := taken.Addr().String()
	p := open(t, page.Config{Addr: addr, Fallback: true})
	if !p.Moved() || strings.Contains(p.URL(), addr) {
		t.Errorf("moved: %t, to %s", p.Moved(), origin(p.URL()))
	}
	_, err = page.Open(page.Config{Addr: addr, Run: "dev"})
	if _, ok := errors.AsType[*listener.AddressError](err); !ok {
		t.Errorf("an address that was asked for: %v", err)
	}
}
