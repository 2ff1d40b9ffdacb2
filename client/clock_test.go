package client_test

import (
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"cognito-m2m/client"
	"cognito-m2m/internal/clock/clocktest"
)

// wall is a Config.Now that a test sets apart from the monotonic clock, which is the one that
// time.Sleep waits for.
type wall struct{ ahead atomic.Int64 }

func (w *wall) set(ahead time.Duration) { w.ahead.Store(int64(ahead)) }

func (w *wall) now() time.Time { return time.Now().Round(0).Add(time.Duration(w.ahead.Load())) }

func (w *wall) config(c *client.Config) { c.Now = w.now }

// While a machine sleeps its monotonic clock stands still, and that is the one with which two
// readings of time.Now are compared.
func TestSleepEndsATokensLife(t *testing.T) {
	t.Parallel()
	p := startPool(t, oldSecret)
	begun := time.Now() // what the test itself takes, on a busy machine, is no part of the sleep
	var slept atomic.Int64
	tokens := newTokens(t, func(c *client.Config) {
		c.Credentials = newVault(p.credentials(oldSecret))
		c.Now = func() time.Time { return clocktest.Asleep(t, begun, time.Duration(slept.Load())) }
	})
	first := token(t, tokens)
	slept.Store(int64(lifetime - 11*time.Second))
	if got := token(t, tokens); got != first {
		t.Error("before its end: got another token")
	}
	slept.Store(int64(lifetime))
	if got := token(t, tokens); got == first {
		t.Error("after an hour of sleep: got the expired token")
	}
}

// A sleep during the lifetime starts the renewal when the machine is awake again.
func TestSleepStartsTheRenewal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPool(t, oldSecret)
		var w wall
		tokens := p.tokens(t, w.config)
		token(t, tokens)
		w.set(lifetime * 8 / 10)
		token(t, tokens)
		synctest.Wait()
		wantAsked(t, p, 2)
	})
}

func TestClockSetBackDoesNotLengthenATokensLife(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, dir string }{{"in memory", ""}, {"in the cache", t.TempDir()}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := newPool(t, oldSecret)
				var w wall
				tokens := p.tokens(t, w.config, cachedIn(c.dir))
				first := token(t, tokens)
				time.Sleep(lifetime)
				w.set(-lifetime * 3 / 4)
				if got := token(t, tokens); got == first {
					t.Error("after an hour, by a clock set back: got the expired token")
				}
				wantAsked(t, p, 2)
			})
		})
	}
}

// What a token's file says is of the wall clock; from its reading on both clocks count.
func TestEitherClockEndsACachedTokensLife(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name            string
		slept, setAhead time.Duration
	}{
		{"asleep", 0, lifetime / 2},
		{"set back", lifetime / 2, -lifetime},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p, dir := newPool(t, oldSecret), t.TempDir()
				first := token(t, p.tokens(t, cachedIn(dir)))
				time.Sleep(lifetime / 2)
				var w wall
				tokens := p.tokens(t, w.config, cachedIn(dir))
				if got := token(t, tokens); got != first {
					t.Error("half an hour later: got another token")
				}
				time.Sleep(c.slept)
				w.set(c.setAhead)
				if got := token(t, tokens); got == first {
					t.Error("an hour later: got the expired token")
				}
			})
		})
	}
}

func TestTokenOfTheFutureIsNotTakenFromTheCache(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, dir := newPool(t, oldSecret), t.TempDir()
		first := token(t, p.tokens(t, cachedIn(dir)))
		var w wall
		w.set(-time.Hour)
		if got := token(t, p.tokens(t, w.config, cachedIn(dir))); got == first {
			t.Error("got a token that the clock says is not issued yet")
		}
	})
}

// A clock that is set back lengthens no pause and no minute either.
func TestClockSetBackDoesNotLengthenAPause(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPool(t, oldSecret)
		var w wall
		tokens := p.tokens(t, w.config)
		p.answer(refuse(http.StatusBadRequest, "invalid_grant"))
		_, err := tokens.Token()
		wantRefusal(t, err, http.StatusBadRequest, "invalid_grant")
		p.answer(nil)
		w.set(-2 * time.Hour)
		time.Sleep(time.Second)
		token(t, tokens)
	})
}

func TestEitherClockEndsTheMinuteBetweenRechecks(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name            string
		slept, setAhead time.Duration
	}{
		{"asleep", 0, time.Minute},
		{"set back", time.Minute, -30 * time.Minute},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := newPool(t, oldSecret)
				source, a := newVault(p.credentials(oldSecret)), &api{}
				var w wall
				tokens := p.tokens(t, w.config, func(c *client.Config) { c.Credentials, c.Transport = source, inProcess{a} })
				caller := httpClient(t, tokens, apiURL)
				a.reject(token(t, tokens))
				if got := send(t, caller, http.MethodGet, apiURL, nil); got != http.StatusUnauthorized {
					t.Errorf("token just issued: got %d, want 401 handed through", got)
				}
				time.Sleep(c.slept)
				w.set(c.setAhead)
				if got := send(t, caller, http.MethodGet, apiURL, nil); got != http.StatusOK {
					t.Errorf("a minute later: got %d, want 200", got)
				}
				if got := source.readCount(); got != 3 {
					t.Errorf("reads of the credentials: got %d, want 3", got)
				}
			})
		})
	}
}

// Others compare the expiry with time.Now, as oauth2.ReuseTokenSource does: it must not stop them
// at a clock that stands still.
func TestExpiryIsOfTheWallClock(t *testing.T) {
	t.Parallel()
	p := startPool(t, oldSecret)
	got, err := newTokens(t, func(c *client.Config) { c.Credentials = newVault(p.credentials(oldSecret)) }).Token()
	if err != nil {
		t.Fatal(err)
	}
	if got.Expiry != got.Expiry.Round(0) {
		t.Error("the expiry has a monotonic reading")
	}
}
