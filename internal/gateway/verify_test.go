package gateway_test

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// A token that was let in is remembered, and everything but its signature is asked again.
func TestRememberedTokens(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	longLived := map[string]any{"exp": start.Add(day).Unix()}
	for name, change := range map[string]func(*api){
		"has expired":                         func(a *api) { a.clock.Advance(day) },
		"is of the future, clock set back":    func(a *api) { a.clock.Move(-time.Second, 0) },
		"has expired while the machine slept": func(a *api) { a.clock.Move(day, 0) },
		"is of a key that was withdrawn": func(a *api) {
			a.issuer.setKeys(map[string]any{"key-2": rsaKeys()[1].Public()})
			a.clock.Advance(2 * time.Hour)
		},
		"is of a key id that now names another key": func(a *api) {
			a.issuer.setKeys(map[string]any{"key-1": rsaKeys()[1].Public()})
			a.clock.Advance(2 * time.Hour)
		},
		"is of an issuer that is not there any more": func(a *api) {
			a.issuer.server.Close()
			a.clock.Advance(2 * time.Hour)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAPI(t)
			token := sign(t, with(longLived))
			for range 2 {
				if got := a.status(t, token); got != 200 {
					t.Fatalf("got %d before", got)
				}
			}
			change(a)
			for range 2 {
				if got := a.status(t, token); got != 401 {
					t.Errorf("got %d", got)
				}
			}
		})
	}
}

// A clock that is set back does not lengthen the life of a token that the gateway has seen before.
func TestClockSetBackDoesNotLengthenARememberedToken(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	token := sign(t, with(map[string]any{"iat": start.Add(-2 * time.Hour).Unix(), "exp": start.Add(time.Hour).Unix()}))
	if got := a.status(t, token); got != 200 {
		t.Fatalf("got %d before", got)
	}
	a.clock.Move(-time.Hour, time.Hour-time.Nanosecond)
	if got := a.status(t, token); got != 200 {
		t.Errorf("before an hour has passed: got %d", got)
	}
	a.clock.Move(0, time.Nanosecond)
	got := a.call(t, http.MethodGet, "/test_jwt", "Authorization", token)
	if header := got.header.Get("Www-Authenticate"); got.status != 401 || !strings.Contains(header, "expired") {
		t.Errorf("after an hour: got %d %s", got.status, header)
	}
}

// Nothing of a remembered token opens the door for another one.
func TestRememberedTokenIsTheWholeToken(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	token := sign(t, validClaims())
	if got := a.status(t, token); got != 200 {
		t.Fatalf("got %d", got)
	}
	segments := strings.Split(token, ".")
	other := strings.Split(sign(t, with(map[string]any{"scope": "test-api/admin"})), ".")
	for name, changed := range map[string]string{
		"another payload":      segments[0] + "." + other[1] + "." + segments[2],
		"another signature":    segments[0] + "." + segments[1] + "." + other[2],
		"without signature":    segments[0] + "." + segments[1] + ".",
		"another character":    token[:len(token)-1] + otherThan(token[len(token)-1]),
		"a character less":     token[:len(token)-1],
		"a character more":     token + "A",
		"a segment more":       token + ".",
		"two of them":          token + "," + token,
		"another case":         strings.ToLower(token),
		"padding at the end":   token + "==",
		"a line break, folded": segments[0] + "." + segments[1] + ".\t" + segments[2],
	} {
		if got := a.status(t, changed); got != 401 {
			t.Errorf("%s: got %d", name, got)
		}
	}
	if got := a.status(t, token); got != 200 {
		t.Errorf("got %d after", got)
	}
}

// The authorizers of one issuer differ in whom they let in, and the routes of one authorizer in the
// scope they ask for.
func TestRememberedTokenOfAnotherAuthorizer(t *testing.T) {
	t.Parallel()
	a := newAPI(t, func(a *api) {
		others := a.config.Authorizers[0]
		others.ID, others.Audience = "others", []string{"another-client"}
		a.config.Authorizers = append(a.config.Authorizers, others)
		theirs := jwtRoute("GET /others")
		theirs.AuthorizerID = "others"
		a.config.Routes = append(a.config.Routes, theirs)
	})
	token := sign(t, with(map[string]any{"scope": "test-api/write"}))
	for range 2 {
		for path, want := range map[string]int{"/test_jwt": 200, "/others": 401, "/test_jwt/read": 403} {
			if got := a.call(t, http.MethodGet, path, "Authorization", token).status; got != want {
				t.Errorf("%s: got %d, want %d", path, got, want)
			}
		}
	}
}

// More tokens than are remembered are all let in, again and again.
func TestMoreTokensThanAreRemembered(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	tokens := make([]string, 300)
	for i := range tokens {
		tokens[i] = sign(t, with(map[string]any{"jti": i}))
	}
	for range 2 {
		for _, token := range tokens {
			if got := a.status(t, token); got != 200 {
				t.Fatalf("got %d", got)
			}
		}
	}
}

func otherThan(c byte) string {
	if c == 'A' {
		return "Q"
	}
	return "A"
}
