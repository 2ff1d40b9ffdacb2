package client_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"cognito-m2m/client"
)

// hangingSource is a source that does not obey its context: while it hangs it answers when it is
// released.
type hangingSource struct {
	*vault
	release chan struct{}
	hangs   atomic.Bool
	inside  atomic.Int32
	most    atomic.Int32
}

func (s *hangingSource) Credentials(ctx context.Context) (client.Credentials, error) {
	s.most.Store(max(s.most.Load(), s.inside.Add(1)))
	defer s.inside.Add(-1)
	if s.hangs.Load() {
		<-s.release
	}
	return s.vault.Credentials(ctx)
}

func newHangingSource(p *pool) *hangingSource {
	return &hangingSource{vault: newVault(p.credentials(oldSecret)), release: make(chan struct{})}
}

func TestSourceThatHangs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPool(t, oldSecret)
		source := newHangingSource(p)
		defer close(source.release)
		tokens := p.tokens(t, func(c *client.Config) { c.Credentials = source })
		source.hangs.Store(true)
		began := time.Now()
		if _, err := tokens.Token(); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want that no answer came in time", err)
		}
		if took := time.Since(began); took > time.Minute {
			t.Errorf("took %s, want at most 1m", took)
		}
		source.hangs.Store(false) // the first reading still hangs
		time.Sleep(time.Second)
		token(t, tokens)
	})
}

func TestSourceThatHangsForLong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPool(t, oldSecret)
		source := newHangingSource(p)
		tokens := p.tokens(t, func(c *client.Config) { c.Credentials = source })
		source.hangs.Store(true)
		for range 1000 {
			if _, err := tokens.Token(); err == nil {
				t.Fatal("got a token without credentials")
			}
			time.Sleep(time.Second)
		}
		if got := source.most.Load(); got > 4 {
			t.Errorf("readings at once: got %d, want at most 4", got)
		}
		close(source.release)
		time.Sleep(30 * time.Second)
		token(t, tokens)
	})
}

// A token that the API refused is replaced with the credentials that are there.
func TestUnauthorizedWhileTheSourceHangs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPool(t, oldSecret)
		source := newHangingSource(p)
		defer close(source.release)
		_, _, caller := callRefusingAPI(t, p, source)
		source.hangs.Store(true)
		if got := send(t, caller, http.MethodGet, apiURL, nil); got != http.StatusOK {
			t.Errorf("status: got %d, want 200", got)
		}
	})
}

// A call that waits for a renewal which hangs, and then asks itself, still ends within a minute.
func TestCallEndsWithinAMinute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPool(t, oldSecret)
		tokens := p.tokens(t)
		token(t, tokens)
		p.answer(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		time.Sleep(lifetime - 10*time.Second - time.Millisecond)
		token(t, tokens) // starts the renewal
		time.Sleep(time.Millisecond)
		began := time.Now()
		if _, err := tokens.Token(); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want that no answer came in time", err)
		}
		if took := time.Since(began); took > time.Minute {
			t.Errorf("took %s, want at most 1m", took)
		}
		time.Sleep(time.Minute) // until the request has ended for the others
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(request *http.Request) (*http.Response, error) { return f(request) }

func TestTransportThatHangs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPool(t, oldSecret)
		release := make(chan struct{})
		defer close(release)
		var hangs atomic.Bool
		tokens := p.tokens(t, func(c *client.Config) {
			c.HTTPClient = &http.Client{Transport: roundTripper(func(request *http.Request) (*http.Response, error) {
				if hangs.Load() {
					<-release
				}
				return inProcess{p}.RoundTrip(request)
			})}
		})
		hangs.Store(true)
		began := time.Now()
		if _, err := tokens.Token(); !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), clientID) {
			t.Errorf("got %v, want that no answer came in time, for which client", err)
		}
		if took := time.Since(began); took > time.Minute {
			t.Errorf("took %s, want at most 1m", took)
		}
	})
}

// An API that sends the body of its refusal slowly does not keep the caller from the answer to the
// second request.
func TestUnauthorizedWithABodyThatDoesNotEnd(t *testing.T) {
	t.Parallel()
	p := startPool(t, oldSecret, newSecret)
	source := newVault(p.credentials(oldSecret))
	tokens := newTokens(t, func(c *client.Config) { c.Credentials = source })
	first := token(t, tokens)
	source.hold(p.credentials(newSecret), nil)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "Bearer "+first {
			w.WriteHeader(http.StatusUnauthorized)
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		}
	}))
	t.Cleanup(server.Close)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := httpClient(t, tokens, server.URL).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Errorf("status: got %d, want 200", response.StatusCode)
	}
}

func TestCloseIdleConnections(t *testing.T) {
	t.Parallel()
	closed := make(chan struct{}, 1)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateClosed {
			closed <- struct{}{}
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	p := newPool(t, oldSecret)
	network := &http.Transport{}
	t.Cleanup(network.CloseIdleConnections)
	caller := httpClient(t, p.tokens(t, func(c *client.Config) { c.Transport = network }), server.URL)
	send(t, caller, http.MethodGet, server.URL, nil)
	caller.CloseIdleConnections()
	select {
	case <-closed:
	case <-time.After(time.Minute):
		t.Error("the connection is still open")
	}
	httpClient(t, p.tokens(t, func(c *client.Config) { c.Transport = inProcess{p} }), server.URL).CloseIdleConnections() // has none
}
