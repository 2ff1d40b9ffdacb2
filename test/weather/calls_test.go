package weather

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"cognito-m2m/client"
	"cognito-m2m/internal/m2mtest"
	"cognito-m2m/internal/serving"
)

// caller is a program with a client of its own: a token source, and what it sends.
type caller struct {
	name   string
	id     string // of the app client
	clock  *m2mtest.Clock
	tokens *client.TokenSource
	api    *http.Client
	url    string

	asks  *sent // of the token endpoint
	calls *sent // of the API
	log   *m2mtest.Buffer

	made int             // calls
	seen map[string]bool // tokens

	mu      sync.Mutex
	results map[string]int // of the calls, as the program sees them
}

// newCaller reads its credentials from the run's Secrets Manager, as on AWS.
func newCaller(t *testing.T, d *serving.Description, name string, clock *m2mtest.Clock) *caller {
	t.Helper()
	c := &caller{name: name, id: d.Clients[name].ClientID, clock: clock, url: d.APIURL, log: &m2mtest.Buffer{}, seen: map[string]bool{}, results: map[string]int{}}
	c.asks = &sent{base: &http.Transport{}}
	// net/http itself repeats a GET on a connection that was kept and breaks before the answer.
	// Here no connection is kept, so that all that is repeated is client's.
	c.calls = &sent{base: &http.Transport{DisableKeepAlives: true}}
	t.Cleanup(c.asks.base.CloseIdleConnections)
	vault := secretsmanager.New(secretsmanager.Options{
		Region: d.Region, BaseEndpoint: &d.AWSEndpoint,
		Credentials: credentials.NewStaticCredentialsProvider(d.AccessKeyID, string(d.SecretAccessKey), ""),
	})
	var err error
	c.tokens, err = client.NewTokenSource(client.Config{
		Credentials: client.FromSecretsManager(vault, d.Clients[name].SecretARN),
		HTTPClient:  &http.Client{Transport: c.asks},
		Transport:   c.calls,
		Log:         slog.New(slog.NewTextHandler(c.log, nil)),
		Now:         clock.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	if c.api, err = c.tokens.HTTPClient(d.APIURL); err != nil {
		t.Fatal(err)
	}
	return c
}

// sent is a transport that remembers what it sent and what came back.
type sent struct {
	base *http.Transport

	mu  sync.Mutex
	all []exchange
}

// exchange is one request on the wire.
type exchange struct {
	call, method, token string
	status              int // 0 for none
}

// RoundTrip implements http.RoundTripper.
func (s *sent) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := s.base.RoundTrip(request)
	x := exchange{call: request.URL.RawQuery, method: request.Method, token: request.Header.Get("Authorization")}
	if err == nil {
		x.status = response.StatusCode
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = append(s.all, x)
	return response, err
}

func (s *sent) list() []exchange {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]exchange(nil), s.all...)
}

func (s *sent) count(fits func(exchange) bool) (n int) {
	for _, x := range s.list() {
		if fits(x) {
			n++
		}
	}
	return n
}

// calls are what a program calls at each step, all at once.
var calls = []struct{ method, path, route, body string }{
	{http.MethodGet, "/test_jwt", "ANY /test_jwt", ""},
	{http.MethodPost, "/test_jwt", "ANY /test_jwt", "ordered"},
	{http.MethodPut, "/test_jwt", "ANY /test_jwt", "changed"},
	{http.MethodDelete, "/test_jwt", "ANY /test_jwt", ""},
}

// call makes them, and checks each answer.
func (c *caller) call(t *testing.T) {
	t.Helper()
	var all sync.WaitGroup
	for i := range calls {
		c.made++
		id := fmt.Sprintf("call=%s-%d", c.name, c.made)
		all.Go(func() { c.one(t, id, i) })
	}
	all.Wait()
}

func (c *caller) one(t *testing.T, id string, which int) {
	of := calls[which]
	request, err := http.NewRequestWithContext(context.Background(), of.method, c.url+of.path+"?"+id, strings.NewReader(of.body))
	if err != nil {
		t.Error(err)
		return
	}
	request.Header.Set("Content-Type", "text/plain")
	response, err := c.api.Do(request)
	if err != nil {
		c.count(noAnswer(err))
		return
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	switch {
	case err != nil && errors.Is(err, io.ErrUnexpectedEOF):
		c.count("half an answer")
	case err != nil:
		t.Errorf("%s: reading the answer: %v", id, err)
	case response.StatusCode == http.StatusOK:
		c.checkEcho(t, id, which, body)
		c.count("200")
	default:
		if want := refusals[response.StatusCode]; string(body) != want {
			t.Errorf("%s: %d with %s, want %s", id, response.StatusCode, body, want)
		}
		c.count(fmt.Sprint(response.StatusCode))
	}
}

// refusals are the bodies of the API's answers, byte for byte.
var refusals = map[int]string{
	401: `{"message":"Unauthorized"}`, 429: `{"message":"Too Many Requests"}`,
	500: `{"message":"Internal Server Error"}`, 503: `{"message":"Service Unavailable"}`,
}

// noAnswer tells calls without a token from those without an answer.
func noAnswer(err error) string {
	if strings.Contains(err.Error(), "getting a token") {
		return "no token"
	}
	return "no answer"
}

// checkEcho wants the event of this very call.
func (c *caller) checkEcho(t *testing.T, id string, which int, body []byte) {
	var event struct {
		RouteKey       string `json:"routeKey"`
		RawQueryString string `json:"rawQueryString"`
		Body           string `json:"body"`
		RequestContext struct {
			HTTP       struct{ Method string }
			Authorizer struct {
				JWT struct{ Claims map[string]string }
			}
		} `json:"requestContext"`
	}
	if err := json.Unmarshal(body, &event); err != nil {
		t.Errorf("%s: believed %q: %v", id, body, err)
	}
	of, claims := calls[which], event.RequestContext.Authorizer.JWT.Claims
	if event.RawQueryString != id || event.RouteKey != of.route || event.RequestContext.HTTP.Method != of.method || event.Body != of.body || claims["client_id"] != c.id {
		t.Errorf("%s %s as %s: believed the answer of %s %s, %s, as %s, with %q",
			of.method, id, c.id, event.RequestContext.HTTP.Method, event.RouteKey, event.RawQueryString, claims["client_id"], event.Body)
	}
}

func (c *caller) count(result string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.results[result]++
}

// sees looks for another token until there have been so many. It asks for no more: after a request
// that failed, to ask is to try again once a pause is over, which ends by the machine's clock, too.
func (c *caller) sees(tokens int) bool {
	if len(c.seen) < tokens {
		if token, err := c.tokens.Token(); err == nil {
			c.seen[token.AccessToken] = true
		}
	}
	return len(c.seen) >= tokens
}

// renewalsFailed is how often the client has said so.
func (c *caller) renewalsFailed() int {
	said := c.log.String()
	return strings.Count(said, "token not renewed; the old one is still usable") + strings.Count(said, "no other token in place of the one that the API refused")
}

// checkRepeats wants each call sent once, or twice if the API answered 401 to the first, the method
// is idempotent, and there was another token.
func (c *caller) checkRepeats(t *testing.T) (repeats, unsent int) {
	t.Helper()
	by := map[string][]exchange{}
	for _, x := range c.calls.list() {
		by[x.call] = append(by[x.call], x)
	}
	for id, sends := range by {
		switch {
		case len(sends) == 1:
		case len(sends) == 2 && sends[0].status == http.StatusUnauthorized && sends[0].method != http.MethodPost && sends[1].token != sends[0].token:
			repeats++
		default:
			t.Errorf("%s was sent %d times: %s", c.name, len(sends), id)
		}
	}
	return repeats, c.made - len(by)
}
