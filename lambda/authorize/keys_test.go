package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"cognito-m2m/internal/jwtauth"
	"cognito-m2m/internal/jwtauth/jwtauthtest"
)

func encode(t *testing.T, w http.ResponseWriter, value any) {
	t.Helper()
	if err := json.NewEncoder(w).Encode(value); err != nil {
		t.Error(err)
	}
}

// bySecondKey is a valid token, signed with the other key under an id.
func bySecondKey(t testing.TB, id string) string {
	t.Helper()
	return jwtauthtest.SignRaw(t, jose.RS256, jwtauthtest.Keys()[1], map[jose.HeaderKey]any{"kid": id}, jwtauthtest.PayloadOf(t, long(nil)))
}

func bothKeys() map[string]any {
	return map[string]any{"key-1": jwtauthtest.Keys()[0].Public(), "key-2": jwtauthtest.Keys()[1].Public()}
}

// TestKeyRotation: a pool adds a key, signs with it, and withdraws the old one.
func TestKeyRotation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.wants(t, true, "the first key")
	w.keys.publish(bothKeys())
	if w.lets(t, readRoute, bySecondKey(t, "key-2")) {
		t.Error("a key is known that was not read")
	}
	w.clock.Advance(time.Minute)
	if !w.lets(t, readRoute, bySecondKey(t, "key-2")) {
		t.Errorf("the second key, a minute after the last read: %s", w.log)
	}
	w.wants(t, true, "the first key, beside the second")
	w.keys.publish(map[string]any{"key-2": jwtauthtest.Keys()[1].Public()})
	w.clock.Advance(time.Hour - 1)
	w.wants(t, true, "the first key, withdrawn, for an hour")
	w.clock.Advance(1)
	w.wants(t, false, "the first key, withdrawn an hour ago")
	if !w.lets(t, readRoute, bySecondKey(t, "key-2")) {
		t.Errorf("the second key alone: %s", w.log)
	}
	if got := w.keys.asked.Load(); got != 3 {
		t.Errorf("the keys were read %d times, want 3", got)
	}
}

// A key id that now names another key makes the tokens of the old one invalid.
func TestKeyIDOfAnotherKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.wants(t, true, "at first")
	w.keys.publish(map[string]any{"key-1": jwtauthtest.Keys()[1].Public()})
	w.clock.Advance(time.Hour)
	w.wants(t, false, "the old key")
	if !w.lets(t, readRoute, bySecondKey(t, "key-1")) {
		t.Errorf("the new key: %s", w.log)
	}
}

// Made-up key ids cost the pool a read a minute and nobody else anything.
func TestUnknownKeysAreReadOnceAMinute(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.wants(t, true, "a known key")
	for minute := range 4 {
		var all sync.WaitGroup
		for i := range 20 {
			token := bySecondKey(t, strings.Repeat("x", i+1))
			all.Go(func() {
				if w.lets(t, readRoute, token) {
					t.Error("an unknown key is let in")
				}
			})
		}
		all.Wait()
		if got := w.keys.asked.Load(); got != int64(minute+1) {
			t.Fatalf("after %d minutes: %d reads", minute, got)
		}
		w.clock.Advance(time.Minute - 1)
		if w.lets(t, readRoute, bySecondKey(t, "x")) || w.keys.asked.Load() != int64(minute+1) {
			t.Fatalf("a nanosecond before the next minute: %d reads", w.keys.asked.Load())
		}
		w.clock.Advance(1)
	}
	w.wants(t, true, "a known key, after all")
}

// While the keys can't be read, the last ones count, and each failure is logged.
func TestKeysThatCannotBeReadAgain(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]http.HandlerFunc{
		"500":                    func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) },
		"404":                    http.NotFound,
		"not JSON":               func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) },
		"half of it":             func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"keys":[{"kty"`)) },
		"no keys":                func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"keys":[]}`)) },
		"an empty object":        func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{}`)) },
		"a redirect":             func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", http.StatusFound) },
		"too large":              func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(strings.Repeat(" ", 1<<20))) },
		"keys for another use":   func(w http.ResponseWriter, _ *http.Request) { encode(t, w, otherUse()) },
		"the connection ends":    func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"a redirect to the keys": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.String(), http.StatusFound) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.wants(t, true, "before")
			w.keys.answer(answer)
			w.clock.Advance(3 * time.Hour)
			w.wants(t, true, "with the keys that were read before")
			if got := w.lines(t); len(got) != 1 || got[0]["level"] != "ERROR" || got[0]["reason"] != errNoKeys.Error() || got[0]["error"] == "" {
				t.Errorf("logged %s, want one failed read", w.log)
			}
			if w.lets(t, readRoute, bySecondKey(t, "key-2")) {
				t.Error("an unknown key is let in")
			}
			w.keys.answer(nil)
			w.keys.publish(bothKeys())
			w.clock.Advance(time.Minute)
			if !w.lets(t, readRoute, bySecondKey(t, "key-2")) {
				t.Errorf("a minute later, the keys can be read: %s", w.log)
			}
		})
	}
}

// A read that takes too long is a failed one.
func TestKeysThatDoNotCome(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(s *settings) { s.limits.keys = 50 * time.Millisecond })
	w.keys.answer(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	w.wants(t, false, "the keys do not come")
	if got := w.lastReason(t); got != errNoKeys.Error() {
		t.Errorf("reason %q", got)
	}
}

// otherUse has the right key for something else.
func otherUse() jose.JSONWebKeySet {
	return jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: jwtauthtest.Keys()[0].Public(), KeyID: "key-1", Use: "enc"}}}
}

// A process that never had keys lets nobody in, and tries again each second.
func TestNoKeysYet(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.keys.answer(http.NotFound)
	for range 3 {
		w.wants(t, false, "without keys")
		if got := w.lastReason(t); got != errNoKeys.Error() {
			t.Errorf("reason %q", got)
		}
	}
	if got := w.keys.asked.Load(); got != 1 {
		t.Errorf("%d reads at one moment", got)
	}
	w.keys.answer(nil)
	w.clock.Advance(time.Second)
	w.wants(t, true, "a second later")
}

// Lambda stops the process between two invocations, and with it the monotonic clock.
func TestKeysOfAFrozenProcess(t *testing.T) {
	t.Parallel()
	for name, move := range map[string]struct{ wall, monotonic time.Duration }{
		"frozen":                {time.Hour, 0},
		"the clock is set back": {-time.Minute, time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			token := jwtauthtest.Sign(t, long(map[string]any{"iat": jwtauthtest.Start.Add(-time.Hour).Unix()}))
			if !w.lets(t, readRoute, token) {
				t.Fatalf("refused: %s", w.log)
			}
			w.keys.publish(map[string]any{"key-2": jwtauthtest.Keys()[1].Public()})
			w.clock.Move(move.wall, move.monotonic)
			if w.lets(t, readRoute, token) || w.lastReason(t) != jwtauth.ErrUnknownKey.Error() {
				t.Errorf("a withdrawn key is used for over an hour: %s", w.log)
			}
		})
	}
}

// Requests that come together share the reads of keys and list.
func TestFirstReadsAreShared(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.parameters.set("another")
	token := jwtauthtest.Sign(t, jwtauthtest.ValidClaims())
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if !w.lets(t, readRoute, token) {
				t.Error("refused")
			}
		})
	}
	all.Wait()
	if keys, list := w.keys.asked.Load(), w.parameters.asked.Load(); keys != 1 || list != 1 {
		t.Errorf("%d reads of the keys and %d of the list, want 1 each", keys, list)
	}
}
