package client_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"cognito-m2m/client"
)

func TestTemporaryFailuresAreTriedAgain(t *testing.T) {
	t.Parallel()
	broken := func(w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) }
	cases := []struct {
		name   string
		answer http.HandlerFunc
		want   int // token requests in all, when it does not end
	}{
		{"throttled", refuse(http.StatusTooManyRequests, ""), 4},
		{"server error", refuse(http.StatusInternalServerError, ""), 4},
		{"unavailable", refuse(http.StatusServiceUnavailable, ""), 4},
		{"connection cut", broken, 4},
		{"refused", refuse(http.StatusBadRequest, "invalid_grant"), 1},
		{"redirect", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		}, 1},
		{"success without a token", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{}`)) }, 1},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := startPool(t, oldSecret)
			p.answer(c.answer)
			config := func(config *client.Config) { config.Credentials = newVault(p.credentials(oldSecret)) }
			if _, err := newTokens(t, config).Token(); err == nil {
				t.Error("got no error")
			}
			wantAsked(t, p, c.want)
		})
	}
}

func TestWaitsDoubleWithinBounds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPool(t, oldSecret)
		p.answer(refuse(http.StatusServiceUnavailable, ""))
		_, err := p.tokens(t).Token()
		wantRefusal(t, err, http.StatusServiceUnavailable, "")
		asked := p.asked()
		if len(asked) != 4 {
			t.Fatalf("token requests: got %d, want 4", len(asked))
		}
		for i, longest := range []time.Duration{250 * time.Millisecond, 500 * time.Millisecond, time.Second} {
			if wait := asked[i+1].Sub(asked[i]); wait < longest/2 || wait > longest {
				t.Errorf("wait %d: got %s, want %s to %s", i, wait, longest/2, longest)
			}
		}
	})
}

func TestSuccessAfterFailures(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPool(t, oldSecret)
		p.answer(func(w http.ResponseWriter, r *http.Request) {
			if len(p.asked()) < 4 {
				refuse(http.StatusTooManyRequests, "")(w, r)
				return
			}
			p.server.ServeHTTP(w, r)
		})
		token(t, p.tokens(t))
		wantAsked(t, p, 4)
	})
}

func TestRetryAfterIsRespected(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		header func() string
		want   time.Duration
	}{
		{"seconds", func() string { return "7" }, 7 * time.Second},
		{"date", func() string { return time.Now().Add(9 * time.Second).UTC().Format(http.TimeFormat) }, 9 * time.Second},
		{"an hour is cut", func() string { return "3600" }, 20 * time.Second},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := newPool(t, oldSecret)
				p.answer(func(w http.ResponseWriter, r *http.Request) {
					p.answer(nil)
					w.Header().Set("Retry-After", c.header())
					refuse(http.StatusTooManyRequests, "")(w, r)
				})
				token(t, p.tokens(t))
				if got := p.asked()[1].Sub(p.asked()[0]); got != c.want {
					t.Errorf("waited %s, want %s", got, c.want)
				}
			})
		})
	}
}

// However the endpoint behaves, the getting of a token ends within a minute.
func TestSilentEndpoint(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPool(t, oldSecret)
		p.answer(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		before := time.Now()
		_, err := p.tokens(t).Token()
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want that no answer came in time", err)
		}
		if took := time.Since(before); took > time.Minute {
			t.Errorf("took %s, want at most 1m", took)
		}
	})
}
