package soak

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

// token asks for an access token as the published client does.
func (e *environment) token(ctx context.Context, client string) (string, error) {
	config := clientcredentials.Config{
		ClientID:     e.Clients[client].ClientID,
		ClientSecret: string(e.Clients[client].ClientSecret),
		TokenURL:     e.TokenEndpoint,
		AuthStyle:    oauth2.AuthStyleInHeader,
	}
	issued, err := config.Token(ctx)
	if err != nil {
		return "", err
	}
	return issued.AccessToken, nil
}

func (e *environment) mustToken(t *testing.T, client string) string {
	t.Helper()
	issued, err := e.token(t.Context(), client)
	if err != nil {
		t.Fatalf("a token for %s: %v\n%s", client, err, e.Stderr)
	}
	return issued
}

// get makes requests for a path of the API.
func (e *environment) get(t testing.TB, path, token string) func() *http.Request {
	t.Helper()
	made, err := http.NewRequestWithContext(t.Context(), http.MethodGet, e.APIURL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	made.Header.Set("Authorization", "Bearer "+token)
	return func() *http.Request { return made.Clone(made.Context()) }
}

// load is how a number of calls went.
type load struct {
	statuses map[int]int // how often each came; 0 for no answer
	each     []time.Duration
	took     time.Duration
}

// drive makes calls over so many keep-alive connections, each of them busy all the time.
func drive(connections, calls int, request func(i int) *http.Request) load {
	transport := &http.Transport{MaxIdleConnsPerHost: connections, MaxConnsPerHost: connections}
	defer transport.CloseIdleConnections()
	statuses, each := make([]int, calls), make([]time.Duration, calls)
	var next atomic.Int64
	var callers sync.WaitGroup
	begun := time.Now()
	for range connections {
		callers.Go(func() {
			for i := int(next.Add(1)) - 1; i < calls; i = int(next.Add(1)) - 1 {
				called := time.Now()
				statuses[i], _ = send(transport, request(i))
				each[i] = time.Since(called)
			}
		})
	}
	callers.Wait()
	l := load{statuses: map[int]int{}, each: each, took: time.Since(begun)}
	for _, status := range statuses {
		l.statuses[status]++
	}
	return l
}

// send returns the status, 0 for no answer, and the start of the body.
func send(transport http.RoundTripper, request *http.Request) (status int, body string) {
	response, err := transport.RoundTrip(request)
	if err != nil {
		return 0, err.Error()
	}
	defer response.Body.Close()
	var start strings.Builder
	if _, err := io.CopyN(&start, response.Body, 256); err != nil && err != io.EOF { //nolint:errorlint // io promises EOF itself
		return 0, err.Error()
	}
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return 0, err.Error()
	}
	return response.StatusCode, start.String()
}

// all reports an error unless every call got one status.
func (l load) all(t *testing.T, want int) {
	t.Helper()
	if l.statuses[want] != len(l.each) {
		t.Errorf("%d calls got %v, want only %d", len(l.each), l.statuses, want)
	}
}

// perSecond is the rate of the calls.
func (l load) perSecond() float64 { return float64(len(l.each)) / l.took.Seconds() }

// percentile is the duration that p percent of the calls did not exceed.
func (l load) percentile(p int) time.Duration {
	sorted := slices.Sorted(slices.Values(l.each))
	return sorted[(len(sorted)-1)*p/100]
}

// noKeepAlive is for single calls: it leaves no connection that a runtime would wait for, or that a
// later one on the same address would be mistaken for.
var noKeepAlive = &http.Transport{DisableKeepAlives: true}
