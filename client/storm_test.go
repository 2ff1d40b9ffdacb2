package client_test

import (
	"context"
	"io"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"cognito-m2m/client"
)

// However often the API refuses the token within a minute, it costs one attempt at another one.
func TestRefusedTokenCostsOneAttemptAMinute(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name        string
		age         time.Duration
		answer      http.HandlerFunc
		asks, reads int
	}{
		{"invalid_client", 2 * time.Minute, refuse(http.StatusBadRequest, "invalid_client"), 1, 2},
		{"invalid_grant", 2 * time.Minute, refuse(http.StatusBadRequest, "invalid_grant"), 1, 1},
		{"unavailable", 2 * time.Minute, refuse(http.StatusServiceUnavailable, ""), 4, 1},
		{"throttled", 2 * time.Minute, refuse(http.StatusTooManyRequests, ""), 4, 1},
		{"invalid_client, at a renewal", lifetime * 8 / 10, refuse(http.StatusBadRequest, "invalid_client"), 1, 1},
		{"unavailable, at a renewal", lifetime * 8 / 10, refuse(http.StatusServiceUnavailable, ""), 4, 0},
		{"issued", 2 * time.Minute, nil, 1, 1},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := newPool(t, oldSecret)
				source := newVault(p.credentials(oldSecret))
				a, tokens, caller := callAPI(t, p, source)
				token(t, tokens)
				time.Sleep(c.age)
				a.reject("*")
				p.answer(c.answer)
				other := httpClient(t, tokens, apiURL) // it shares the token, and what is known of it
				for began := time.Now(); time.Since(began) < time.Minute; time.Sleep(50 * time.Millisecond) {
					for _, caller := range []*http.Client{caller, other} {
						if got := send(t, caller, http.MethodGet, apiURL, nil); got != http.StatusUnauthorized {
							t.Fatalf("status: got %d, want 401", got)
						}
					}
				}
				synctest.Wait()
				wantAsked(t, p, 1+c.asks)
				if got := source.readCount(); got != 1+c.reads {
					t.Errorf("reads of the credentials: got %d, want %d", got, 1+c.reads)
				}
			})
		})
	}
}

// An answer of invalid_client is asked once more with credentials that have changed, and not a
// third time.
func TestRefusedTokenAndChangingCredentials(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPool(t, oldSecret)
		source := newVault(p.credentials(oldSecret))
		a, _, caller := callRefusingAPI(t, p, source)
		a.reject("*")
		p.answer(func(w http.ResponseWriter, r *http.Request) {
			source.hold(p.credentials(client.Secret("s"+time.Now().Format("150405.000"))), nil)
			time.Sleep(time.Second)
			refuse(http.StatusBadRequest, "invalid_client")(w, r)
		})
		for range 50 {
			send(t, caller, http.MethodGet, apiURL, nil)
			time.Sleep(time.Second)
		}
		wantAsked(t, p, 1+2)
		if got := source.readCount(); got != 1+2 {
			t.Errorf("reads of the credentials: got %d, want 3", got)
		}
	})
}

// Credentials that were refused are not sent again before they have been read again, and while they
// can't be there is one reading for each attempt.
func TestRefusedCredentialsThatCannotBeReadAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPool(t, oldSecret)
		source := newVault(p.credentials(oldSecret))
		a, _, caller := callRefusingAPI(t, p, source)
		a.reject("*")
		p.answer(refuse(http.StatusBadRequest, "invalid_client"))
		send(t, caller, http.MethodGet, apiURL, nil)
		source.hold(client.Credentials{}, io.ErrUnexpectedEOF)
		time.Sleep(2 * time.Minute)
		reads := source.readCount()
		send(t, caller, http.MethodGet, apiURL, nil)
		wantAsked(t, p, 2)
		if got := source.readCount() - reads; got != 1 {
			t.Errorf("reads of the credentials: got %d, want 1", got)
		}
	})
}

func TestChangedCredentialsThatAreRefusedTooAreReadAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPool(t, newSecret)
		source := newVault(p.credentials(oldSecret))
		tokens := p.tokens(t, func(c *client.Config) { c.Credentials = source })
		p.answer(func(w http.ResponseWriter, r *http.Request) {
			source.hold(p.credentials("2othersecret"), nil)
			p.server.ServeHTTP(w, r)
		})
		_, err := tokens.Token()
		wantRefusal(t, err, http.StatusBadRequest, "invalid_client")
		wantAsked(t, p, 2)
		p.answer(nil)
		source.hold(p.credentials(newSecret), nil)
		time.Sleep(time.Second)
		token(t, tokens)
		wantAsked(t, p, 3)
	})
}

// What an outage has left of a pause ends with it.
func TestRefusedTokenAfterAnOutage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPool(t, oldSecret, newSecret)
		source := newVault(p.credentials(oldSecret))
		a, tokens, caller := callAPI(t, p, source)
		first := token(t, tokens)
		time.Sleep(lifetime * 8 / 10)
		p.answer(refuse(http.StatusBadRequest, "invalid_grant"))
		for range 10 {
			token(t, tokens)
			time.Sleep(30 * time.Second)
		}
		p.answer(nil)
		token(t, tokens)
		synctest.Wait()
		renewed := token(t, tokens)
		if renewed == first {
			t.Error("after the outage: got the old token")
		}
		a.reject(renewed)
		source.hold(p.credentials(newSecret), nil)
		if got := send(t, caller, http.MethodGet, apiURL, nil); got != http.StatusOK {
			t.Errorf("the API refuses the renewed token: got %d, want 200", got)
		}
	})
}

// A renewal that failed when nobody needed it does not fail the first call that needs a token,
// though the replacement of a refused token failed long before.
func TestFailedReplacementIsForgotten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPool(t, oldSecret)
		a, tokens, caller := callRefusingAPI(t, p, newVault(p.credentials(oldSecret)))
		p.answer(refuse(http.StatusBadRequest, "invalid_grant"))
		send(t, caller, http.MethodGet, apiURL, nil)
		a.reject("another")
		time.Sleep(lifetime - 2*time.Minute - 10*time.Second - time.Millisecond)
		token(t, tokens) // starts the renewal
		synctest.Wait()
		wantAsked(t, p, 3)
		p.answer(nil)
		time.Sleep(time.Millisecond)
		token(t, tokens)
	})
}

// While the token endpoint is down, only the call that starts an attempt waits for it, and attempts
// become rarer.
func TestRefusedTokenWhileTheEndpointIsDown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPool(t, oldSecret)
		_, _, caller := callRefusingAPI(t, p, newVault(p.credentials(oldSecret)))
		p.answer(refuse(http.StatusServiceUnavailable, ""))
		var attempts []time.Time
		for began := time.Now(); time.Since(began) < 30*time.Minute; time.Sleep(time.Second) {
			before, asked := time.Now(), len(p.asked())
			send(t, caller, http.MethodGet, apiURL, nil)
			if len(p.asked()) > asked {
				attempts = append(attempts, before)
			} else if waited := time.Since(before); waited > 0 {
				t.Fatalf("a call between two attempts waited %s", waited)
			}
		}
		if len(attempts) < 4 || len(attempts) > 9 {
			t.Fatalf("attempts in half an hour: got %d, want 4 to 9", len(attempts))
		}
		for i, least := range []time.Duration{time.Minute, 2 * time.Minute, 4 * time.Minute} {
			if gap := attempts[i+1].Sub(attempts[i]); gap < least {
				t.Errorf("pause %d: got %s, want at least %s", i, gap, least)
			}
		}
		p.answer(nil)
		time.Sleep(8 * time.Minute)
		if got := send(t, caller, http.MethodGet, apiURL, nil); got != http.StatusOK {
			t.Errorf("after the outage: got %d, want 200", got)
		}
	})
}

// Without a token there is the same: an error at once during a pause, and pauses that double up to
// half a minute.
func TestNoTokenWhileTheEndpointIsDown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPool(t, oldSecret)
		tokens := p.tokens(t)
		p.answer(refuse(http.StatusServiceUnavailable, ""))
		var attempts []time.Time
		for began := time.Now(); time.Since(began) < 5*time.Minute; time.Sleep(100 * time.Millisecond) {
			before, asked := time.Now(), len(p.asked())
			_, err := tokens.Token()
			wantRefusal(t, err, http.StatusServiceUnavailable, "")
			if len(p.asked()) > asked {
				attempts = append(attempts, before)
			} else if waited := time.Since(before); waited > 0 {
				t.Fatalf("a call during a pause waited %s", waited)
			}
		}
		if len(attempts) < 10 || len(attempts) > 24 {
			t.Errorf("attempts in five minutes: got %d, want 10 to 24", len(attempts))
		}
		if last := len(attempts) - 1; attempts[last].Sub(attempts[last-1]) < 15*time.Second {
			t.Errorf("the last pause: got %s, want at least 15s", attempts[last].Sub(attempts[last-1]))
		}
	})
}

// A call that waits for the replacement of a refused token, because that has expired meanwhile,
// gets the failure: another attempt would be the second one of the minute.
func TestExpiryDuringAReplacementThatFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPool(t, oldSecret)
		a, tokens, caller := callAPI(t, p, newVault(p.credentials(oldSecret)))
		first := token(t, tokens)
		a.reject(first)
		p.answer(func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(5 * time.Second)
			refuse(http.StatusBadRequest, "invalid_grant")(w, r)
		})
		time.Sleep(lifetime - 12*time.Second)
		var all sync.WaitGroup
		all.Go(func() { send(t, caller, http.MethodGet, apiURL, nil) })
		time.Sleep(3 * time.Second)
		_, err := tokens.Token()
		wantRefusal(t, err, http.StatusBadRequest, "invalid_grant")
		all.Wait()
		wantAsked(t, p, 2)
	})
}

// A call that waits while another token is looked for in vain does not get the one that has expired
// meanwhile.
func TestExpiryWhileARefusedTokenIsKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPool(t, oldSecret)
		source, a := newVault(p.credentials(oldSecret)), &api{}
		var slow time.Duration
		var w wall
		tokens := p.tokens(t, w.config, func(c *client.Config) {
			c.Transport = inProcess{a}
			c.Credentials = sourceFunc(func(ctx context.Context) (client.Credentials, error) {
				time.Sleep(slow)
				return source.Credentials(ctx)
			})
		})
		caller := httpClient(t, tokens, apiURL)
		a.reject(token(t, tokens))
		time.Sleep(2 * time.Minute)
		send(t, caller, http.MethodGet, apiURL, nil)
		second := token(t, tokens) // which has replaced the first, so it is kept
		a.reject("*")
		time.Sleep(2 * time.Minute)
		slow = 5 * time.Second
		var all sync.WaitGroup
		all.Go(func() { send(t, caller, http.MethodGet, apiURL, nil) })
		time.Sleep(time.Second)
		w.set(lifetime) // asleep
		if got := token(t, tokens); got == second {
			t.Error("got the expired token")
		}
		all.Wait()
		wantAsked(t, p, 3)
	})
}
