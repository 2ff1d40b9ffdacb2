package page

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
)

const (
	secretBytes = 32 // of codes, keys and cookies
	folderBytes = 12 // of the page's folder, which opens nothing by itself
	mostCodes   = 16 // that are not used yet: of more, the oldest are forgotten
)

// random is a new text of so many random bytes that can stand in a URL.
func random(bytes int) string {
	raw := make([]byte, bytes)
	_, _ = rand.Read(raw) // it does not fail
	return base64.RawURLEncoding.EncodeToString(raw)
}

// door lets in who has a code, once for each.
type door struct {
	key string // for which there are codes

	mu       *sync.Mutex
	codes    []string
	sessions map[[sha256.Size]byte]bool // by the hash of their cookie
}

func newDoor() door {
	return door{key: random(secretBytes), mu: &sync.Mutex{}, sessions: map[[sha256.Size]byte]bool{}}
}

// newCode is a code that opens the door once.
func (d *door) newCode() string {
	code := random(secretBytes)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.codes = append(d.codes, code)
	d.codes = d.codes[max(0, len(d.codes)-mostCodes):]
	return code
}

// enter takes a code for the value of a cookie. False: it is none, or has been used.
func (d *door) enter(code string) (cookie string, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i := range d.codes {
		if same(d.codes[i], code) {
			d.codes = append(d.codes[:i], d.codes[i+1:]...)
			cookie = random(secretBytes)
			d.sessions[sha256.Sum256([]byte(cookie))] = true
			return cookie, true
		}
	}
	return "", false
}

func (d *door) knows(cookie string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.sessions[sha256.Sum256([]byte(cookie))]
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// cookieName is that of the cookie. Its path is the page's folder.
const cookieName = "m2m-page"

// policy allows what the page itself brings, and nothing else.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// guarded gives every answer what keeps browsers from misusing it, and refuses what does not come
// from the page itself. A browser says of each request where it comes from: Sec-Fetch-Site of all,
// Origin of those that do something. A plain visit, by a typed URL or a link, reads alone, and has
// no cookie if it comes from another site.
func guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		for name, value := range map[string]string{
			"Cache-Control":                "no-store",
			"Content-Security-Policy":      policy,
			"Cross-Origin-Opener-Policy":   "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin",
			"Referrer-Policy":              "no-referrer",
			"X-Content-Type-Options":       "nosniff",
			"X-Frame-Options":              "DENY",
		} {
			header.Set(name, value)
		}
		if reason := foreign(r); reason != "" {
			http.Error(w, reason, http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// foreign is why a request is not the page's own, "" if it is.
func foreign(r *http.Request) string {
	origins := r.Header.Values("Origin")
	own := len(origins) == 1 && ownOrigin(origins[0], r.Host)
	visit := r.Method == http.MethodGet && r.Header.Get("Sec-Fetch-Mode") == "navigate"
	switch site := r.Header.Get("Sec-Fetch-Site"); {
	case len(origins) > 0 && !own:
		return "this request comes from another origin than the page"
	case site != "" && site != "same-origin" && site != "none" && !visit:
		return "this request comes from another site than the page"
	}
	return ""
}

func ownOrigin(origin, host string) bool {
	location, err := url.Parse(origin)
	return err == nil && location.Scheme == "http" && location.Host == host && origin == "http://"+host
}

// onlyInside serves who has the cookie, and tells others how to get it. What does something must
// also say that it comes from the page.
func (p *Page) onlyInside(serve http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		cookie, err := r.Cookie(cookieName)
		switch {
		case err != nil || !p.door.knows(cookie.Value):
			p.serveClosed(w, r)
		case r.Method != http.MethodGet && r.Header.Get("Origin") == "":
			http.Error(w, "this request does not say where it comes from", http.StatusForbidden)
		default:
			serve(w, r)
		}
	}
}

// longestCode is far above what a code has.
const longestCode = 1 << 10

// serveEnter exchanges a code for the cookie.
func (p *Page) serveEnter(w http.ResponseWriter, r *http.Request) {
	code, err := io.ReadAll(http.MaxBytesReader(w, r.Body, longestCode))
	if tooLong := (*http.MaxBytesError)(nil); errors.As(err, &tooLong) {
		http.Error(w, "this is no code", http.StatusRequestEntityTooLarge)
		return
	}
	if r.Header.Get("Origin") == "" {
		http.Error(w, "this request does not say where it comes from", http.StatusForbidden)
		return
	}
	cookie, ok := p.door.enter(string(code))
	if err != nil || !ok {
		http.Error(w, "this code is none of this run's, or has been used", http.StatusForbidden)
		return
	}
	// There is no TLS on loopback, so no Secure.
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // G124: see above
		Name: cookieName, Value: cookie, Path: p.folder, HttpOnly: true, SameSite: http.SameSiteStrictMode,
	})
	w.WriteHeader(http.StatusNoContent)
}

// serveCode gives a new code to a process that has read the key in the folder of the state.
func (p *Page) serveCode(w http.ResponseWriter, r *http.Request) {
	key, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !same(key, p.door.key) {
		http.Error(w, "this is not the key of the page", http.StatusForbidden)
		return
	}
	_, _ = io.WriteString(w, p.door.newCode()) // who asked may have gone
}

// serveClosed says how to get in.
func (p *Page) serveClosed(w http.ResponseWriter, r *http.Request) {
	if !strings.HasPrefix(r.URL.Path, p.folder) {
		render(w, http.StatusNotFound, closedView{Elsewhere: true, Command: p.command()})
		return
	}
	render(w, http.StatusUnauthorized, closedView{Command: p.command()})
}

type closedView struct {
	Elsewhere bool // at another path than the page's: its stylesheet is not there
	Command   string
}

// command prints a new URL.
func (p *Page) command() string { return "m2m page" + p.config.Flags(p.config.Run) }
