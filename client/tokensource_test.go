package client_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"cognito-m2m/client"
)

func TestThousandGoroutinesCostOneToken(t *testing.T) {
	t.Parallel()
	p := startPool(t, oldSecret)
	source := newVault(p.credentials(oldSecret))
	tokens := newTokens(t, func(c *client.Config) { c.Credentials = source })
	const goroutines = 1000
	got := make([]string, goroutines)
	var all sync.WaitGroup
	start := make(chan struct{})
	for i := range goroutines {
		all.Go(func() {
			<-start
			issued, err := tokens.Token()
			if err != nil {
				t.Error(err)
				return
			}
			got[i] = issued.AccessToken
		})
	}
	close(start)
	all.Wait()
	for i, value := range got {
		if value == "" || value != got[0] {
			t.Fatalf("goroutine %d got another token than goroutine 0, or none", i)
		}
	}
	wantAsked(t, p, 1)
	if reads := source.readCount(); reads != 1 {
		t.Errorf("reads of the credentials: got %d, want 1", reads)
	}
}

func TestTokenSaysWhenItExpires(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		got, err := newPool(t, oldSecret).tokens(t).Token()
		if err != nil {
			t.Fatal(err)
		}
		if want := time.Now().Add(lifetime); !got.Expiry.Equal(want) || got.Type() != "Bearer" {
			t.Errorf("got a %s token until %s, want Bearer until %s", got.Type(), got.Expiry, want)
		}
	})
}

func TestRenewalInTheBackground(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPool(t, oldSecret)
		tokens := p.tokens(t)
		first := token(t, tokens)
		time.Sleep(lifetime*3/4 - time.Second)
		if got := token(t, tokens); got != first {
			t.Error("before 75 % of the lifetime: got another token")
		}
		synctest.Wait()
		wantAsked(t, p, 1)

		release := make(chan struct{})
		p.answer(func(w http.ResponseWriter, r *http.Request) { <-release; p.server.ServeHTTP(w, r) })
		time.Sleep(lifetime/20 + time.Second)
		for range 3 {
			if got := token(t, tokens); got != first {
				t.Error("while the renewal is under way: got another token")
			}
			synctest.Wait()
		}
		wantAsked(t, p, 2)

		close(release)
		synctest.Wait()
		if got := token(t, tokens); got == first {
			t.Error("after the renewal: got the old token")
		}
		wantAsked(t, p, 2)
	})
}

// Without a call nothing happens: an idle process asks for no token.
func TestIdleSourceAsksForNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPool(t, oldSecret)
		tokens := p.tokens(t)
		first := token(t, tokens)
		time.Sleep(30 * lifetime)
		wantAsked(t, p, 1)
		if got := token(t, tokens); got == first {
			t.Error("after a long time: got the expired token")
		}
		wantAsked(t, p, 2)
	})
}

func TestFailingRenewalKeepsTheToken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPool(t, oldSecret)
		tokens := p.tokens(t)
		first := token(t, tokens)
		time.Sleep(lifetime * 8 / 10)
		p.answer(refuse(http.StatusBadRequest, "invalid_grant"))
		for range 10 * 60 { // a call each second, for ten of the twelve minutes that are left
			if got := token(t, tokens); got != first {
				t.Fatal("got another token while none is issued")
			}
			time.Sleep(time.Second)
		}
		// The pauses end at 15 to 30 seconds, after a few shorter ones.
		if got := len(p.asked()); got < 15 || got > 55 {
			t.Errorf("token requests in ten minutes of failure: got %d, want 15 to 55", got)
		}
		p.answer(nil)
		time.Sleep(31 * time.Second)
		token(t, tokens)
		synctest.Wait()
		if got := token(t, tokens); got == first {
			t.Error("after the failure has ended: got the old token")
		}
	})
}

func TestFailingRenewalThenExpiry(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPool(t, oldSecret)
		tokens := p.tokens(t)
		first := token(t, tokens)
		p.answer(refuse(http.StatusBadRequest, "invalid_grant"))
		time.Sleep(lifetime - 11*time.Second)
		if got := token(t, tokens); got != first {
			t.Error("shortly before the end: got another token")
		}
		synctest.Wait()
		time.Sleep(11 * time.Second)
		_, err := tokens.Token()
		wantRefusal(t, err, http.StatusBadRequest, "invalid_grant")
	})
}

// A call that needs a token does not get the failure of a renewal that nobody needed.
func TestExpiryDuringARenewalThatFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPool(t, oldSecret)
		tokens := p.tokens(t)
		token(t, tokens)
		time.Sleep(lifetime - 12*time.Second)
		p.answer(func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(5 * time.Second)
			p.answer(nil)
			refuse(http.StatusBadRequest, "invalid_grant")(w, r)
		})
		token(t, tokens) // starts the renewal
		time.Sleep(3 * time.Second)
		token(t, tokens) // waits for it, and then asks itself
		wantAsked(t, p, 3)
	})
}

func TestFailureIsRememberedForAPause(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPool(t, oldSecret)
		tokens := p.tokens(t)
		p.answer(refuse(http.StatusBadRequest, "invalid_grant"))
		for range 1000 {
			_, err := tokens.Token()
			wantRefusal(t, err, http.StatusBadRequest, "invalid_grant")
		}
		wantAsked(t, p, 1)
		p.answer(nil)
		time.Sleep(time.Second + time.Millisecond)
		token(t, tokens)
	})
}

func TestCallEndsWithItsContextAndTheRequestServesTheOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPool(t, oldSecret)
		tokens := p.tokens(t)
		p.answer(func(w http.ResponseWriter, r *http.Request) { time.Sleep(5 * time.Second); p.server.ServeHTTP(w, r) })
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		before := time.Now()
		if _, err := tokens.TokenContext(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want the context's error", err)
		}
		if waited := time.Since(before); waited != time.Second {
			t.Errorf("waited %s, want 1s", waited)
		}
		token(t, tokens)
		wantAsked(t, p, 1)
	})
}

func TestClockIsInjected(t *testing.T) {
	t.Parallel()
	p := startPool(t, oldSecret)
	var mu sync.Mutex
	now := time.Date(2031, 2, 3, 4, 5, 6, 0, time.UTC)
	tokens := newTokens(t, func(c *client.Config) {
		c.Credentials = newVault(p.credentials(oldSecret))
		c.Now = func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
	})
	first := token(t, tokens)
	mu.Lock()
	now = now.Add(lifetime)
	mu.Unlock()
	if got := token(t, tokens); got == first {
		t.Error("an hour later by Config.Now: got the expired token")
	}
	wantAsked(t, p, 2)
}

func TestScopes(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name                    string
		inConfig, inCredentials []string
		want                    string
		wantStatus              int
		wantCode                string
	}{
		{name: "none asks for all", want: ""},
		{name: "none asks for all, whatever the credentials say", inCredentials: []string{"orders/read"}, want: ""},
		{name: "narrowed", inCredentials: []string{"orders/read", "orders/write"}, inConfig: []string{"orders/read"}, want: "orders/read"},
		{name: "unknown", inConfig: []string{"orders/delete"}, want: "orders/delete", wantStatus: http.StatusBadRequest, wantCode: "invalid_scope"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newPool(t, oldSecret)
			var got string
			p.answer(func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				form, _ := url.ParseQuery(string(body))
				got = form.Get("scope")
				r.Body = io.NopCloser(bytes.NewReader(body))
				p.server.ServeHTTP(w, r)
			})
			credentials := p.credentials(oldSecret)
			credentials.Scopes = c.inCredentials
			_, err := p.tokens(t, func(config *client.Config) {
				config.Credentials, config.Scopes = newVault(credentials), c.inConfig
			}).Token()
			if c.wantCode != "" {
				wantRefusal(t, err, c.wantStatus, c.wantCode)
			} else if err != nil {
				t.Error(err)
			}
			if got != c.want {
				t.Errorf("asked for scope %q, want %q", got, c.want)
			}
		})
	}
}

func TestConfigIsRefused(t *testing.T) {
	t.Parallel()
	if _, err := client.NewTokenSource(client.Config{}); err == nil {
		t.Error("without credentials: got no error")
	}
	for _, scope := range []string{"", " orders/read", "orders/read\n"} {
		_, err := client.NewTokenSource(client.Config{Credentials: client.FromEnvironment(), Scopes: []string{"orders/write", scope}})
		if err == nil || !strings.Contains(err.Error(), "leave that out") {
			t.Errorf("scope %q: got %v, want an error that says what is wrong with it", scope, err)
		}
	}
}
