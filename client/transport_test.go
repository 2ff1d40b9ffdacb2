package client_test

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"cognito-m2m/client"
)

// api answers 401 to tokens that it does not accept, and records the rest.
type api struct {
	mu       sync.Mutex
	rejected map[string]bool
	calls    int
	bodies   []string
}

func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.calls++
	a.bodies = append(a.bodies, string(body))
	value, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !bearer || a.rejected[value] || a.rejected["*"] {
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
		http.Error(w, `{"message":"Unauthorized"}`, http.StatusUnauthorized)
	}
}

func (a *api) reject(value string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.rejected = map[string]bool{value: true}
}

func (a *api) received() (calls int, bodies []string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.calls, a.bodies
}

const apiURL = "https://api.example.com/v1"

// callAPI returns an API, the token source for it and the client, all in-process.
func callAPI(t *testing.T, p *pool, source client.Source) (*api, *client.TokenSource, *http.Client) {
	t.Helper()
	a := &api{}
	tokens := p.tokens(t, func(c *client.Config) { c.Credentials, c.Transport = source, inProcess{a} })
	return a, tokens, httpClient(t, tokens, apiURL)
}

// callRefusingAPI is callAPI when the first token is two minutes old, so that it may be replaced,
// and the API refuses it.
func callRefusingAPI(t *testing.T, p *pool, source client.Source) (*api, *client.TokenSource, *http.Client) {
	t.Helper()
	a, tokens, caller := callAPI(t, p, source)
	first := token(t, tokens)
	time.Sleep(2 * time.Minute)
	a.reject(first)
	return a, tokens, caller
}

func httpClient(t *testing.T, tokens *client.TokenSource, url string) *http.Client {
	t.Helper()
	caller, err := tokens.HTTPClient(url)
	if err != nil {
		t.Fatal(err)
	}
	return caller
}

func send(t *testing.T, caller *http.Client, method, url string, body io.Reader) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	response, err := caller.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		t.Fatal(err)
	}
	if shown := response.Request.Header.Get("Authorization"); shown != "" {
		t.Error("the response's request shows the token")
	}
	return response.StatusCode
}

func TestUnauthorizedAfterARotation(t *testing.T) {
	t.Parallel()
	once := func() io.Reader { return io.MultiReader(strings.NewReader("body")) } // no GetBody
	again := func() io.Reader { return strings.NewReader("body") }
	cases := []struct {
		method string
		body   func() io.Reader
		want   int
	}{
		{http.MethodGet, nil, http.StatusOK},
		{http.MethodHead, nil, http.StatusOK},
		{http.MethodOptions, nil, http.StatusOK},
		{http.MethodTrace, nil, http.StatusOK},
		{http.MethodDelete, nil, http.StatusOK},
		{http.MethodPut, again, http.StatusOK},
		{http.MethodPut, once, http.StatusUnauthorized},
		{http.MethodPost, again, http.StatusUnauthorized},
		{http.MethodPost, nil, http.StatusUnauthorized},
		{http.MethodPatch, again, http.StatusUnauthorized},
	}
	for _, c := range cases {
		t.Run(c.method, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := newPool(t, oldSecret, newSecret)
				source := newVault(p.credentials(oldSecret))
				a, tokens, caller := callAPI(t, p, source)
				a.reject(token(t, tokens))
				source.hold(p.credentials(newSecret), nil)
				var body io.Reader
				wantBody := ""
				if c.body != nil {
					body, wantBody = c.body(), "body"
				}
				if got := send(t, caller, c.method, apiURL+"/orders", body); got != c.want {
					t.Errorf("status: got %d, want %d", got, c.want)
				}
				calls, bodies := a.received()
				if wantCalls := map[int]int{http.StatusOK: 2, http.StatusUnauthorized: 1}[c.want]; calls != wantCalls {
					t.Errorf("calls: got %d, want %d", calls, wantCalls)
				}
				for _, got := range bodies {
					if got != wantBody {
						t.Errorf("body: got %q, want %q", got, wantBody)
					}
				}
				synctest.Wait()
				if got := send(t, caller, http.MethodPost, apiURL, nil); got != http.StatusOK {
					t.Errorf("the next call: got %d, want 200", got)
				}
				wantAsked(t, p, 2)
			})
		})
	}
}

func TestConcurrentUnauthorizedReadTheSecretOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPool(t, oldSecret, newSecret)
		source := newVault(p.credentials(oldSecret))
		a, tokens, caller := callAPI(t, p, source)
		a.reject(token(t, tokens))
		source.hold(p.credentials(newSecret), nil)
		p.answer(func(w http.ResponseWriter, r *http.Request) { time.Sleep(time.Second); p.server.ServeHTTP(w, r) })
		var all sync.WaitGroup
		for range 200 {
			all.Go(func() {
				if got := send(t, caller, http.MethodGet, apiURL, nil); got != http.StatusOK {
					t.Errorf("status: got %d, want 200", got)
				}
			})
		}
		all.Wait()
		wantAsked(t, p, 2)
		if got := source.readCount(); got != 2 {
			t.Errorf("reads of the credentials: got %d, want 2", got)
		}
	})
}

// An API that refuses every token must not cost a token for every call.
func TestLastingUnauthorizedIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPool(t, oldSecret)
		source := newVault(p.credentials(oldSecret))
		a, _, caller := callAPI(t, p, source)
		a.reject("*")
		for range 10 * 60 { // a call each second, for ten minutes
			if got := send(t, caller, http.MethodGet, apiURL, nil); got != http.StatusUnauthorized {
				t.Fatalf("status: got %d, want 401", got)
			}
			time.Sleep(time.Second)
		}
		wantAsked(t, p, 2) // the first, and the one that replaced it after a minute
		if got := source.readCount(); got < 2 || got > 11 {
			t.Errorf("reads of the credentials in ten minutes: got %d, want at most one a minute", got)
		}
	})
}

func TestOldTokenIsReplacedOnceThoughTheCredentialsAreTheSame(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPool(t, oldSecret)
		a, tokens, caller := callAPI(t, p, newVault(p.credentials(oldSecret)))
		first := token(t, tokens)
		a.reject(first) // as after a change of signing keys
		if got := send(t, caller, http.MethodGet, apiURL, nil); got != http.StatusUnauthorized {
			t.Errorf("token just issued: got %d, want 401 handed through", got)
		}
		time.Sleep(2 * time.Minute)
		if got := send(t, caller, http.MethodGet, apiURL, nil); got != http.StatusOK {
			t.Errorf("token two minutes old: got %d, want 200", got)
		}
		wantAsked(t, p, 2)
	})
}

func TestUnauthorizedWhileTheSecretStoreIsDown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPool(t, oldSecret)
		source := newVault(p.credentials(oldSecret))
		a, tokens, caller := callAPI(t, p, source)
		a.reject(token(t, tokens))
		source.hold(client.Credentials{}, io.ErrUnexpectedEOF)
		for range 30 { // ten minutes
			send(t, caller, http.MethodGet, apiURL, nil)
			time.Sleep(20 * time.Second)
		}
		if got := send(t, caller, http.MethodGet, apiURL, nil); got != http.StatusOK {
			t.Errorf("status in the end: got %d, want 200", got)
		}
		wantAsked(t, p, 2)
		if got := source.readCount(); got > 11 {
			t.Errorf("reads of the credentials in ten minutes: got %d, want at most one a minute", got)
		}
	})
}

func TestFailedReplacementLeavesTheRenewalWhereItIs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPool(t, oldSecret)
		a, tokens, caller := callAPI(t, p, newVault(p.credentials(oldSecret)))
		first := token(t, tokens)
		time.Sleep(2 * time.Minute)
		a.reject(first)
		p.answer(refuse(http.StatusBadRequest, "invalid_grant"))
		if got := send(t, caller, http.MethodGet, apiURL, nil); got != http.StatusUnauthorized {
			t.Errorf("status: got %d, want 401", got)
		}
		wantAsked(t, p, 2)
		a.reject("another")
		p.answer(nil)
		time.Sleep(2 * time.Minute)
		if got := send(t, caller, http.MethodGet, apiURL, nil); got != http.StatusOK {
			t.Errorf("status with the first token: got %d, want 200", got)
		}
		synctest.Wait()
		wantAsked(t, p, 2)
	})
}

func TestCallWithoutATokenIsNotSent(t *testing.T) {
	t.Parallel()
	p := newPool(t, newSecret)
	a, _, caller := callAPI(t, p, newVault(p.credentials(oldSecret)))
	closed := make(chan struct{})
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPut, apiURL, closer{strings.NewReader("body"), closed})
	if err != nil {
		t.Fatal(err)
	}
	response, err := caller.Do(request)
	if err == nil {
		response.Body.Close()
	}
	wantRefusal(t, err, http.StatusBadRequest, "invalid_client")
	select {
	case <-closed:
	default:
		t.Error("the request's body was left open")
	}
	if calls, _ := a.received(); calls != 0 {
		t.Errorf("calls: got %d, want 0", calls)
	}
}

type closer struct {
	io.Reader
	closed chan struct{}
}

func (c closer) Close() error { close(c.closed); return nil }
