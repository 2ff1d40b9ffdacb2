package conformance

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
)

const userAgent = "m2m-conformance/1"

// session talks to a target and remembers every answer, so that rows on the same request share one
// exchange.
type session struct {
	plan
	client  *http.Client
	answers map[string]answer
	tokens  int // how many the token endpoint has issued
}

func newSession(p plan) *session {
	return &session{
		plan: p,
		client: &http.Client{
			Timeout:       time.Minute, // so that a run against a dead target ends
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		answers: map[string]answer{},
	}
}

// request is described, not sent yet.
type request struct {
	method, url string
	fields      [][2]string // header fields, in order
	body        string
	// authorization is the Authorization field; nil for none.
	authorization authorization
}

// authorization is a value that may take a token to be fetched.
type authorization func(context.Context, *session) (string, error)

func literally(value string) authorization {
	return func(context.Context, *session) (string, error) { return value, nil }
}

func bearer(token authorization) authorization {
	return func(ctx context.Context, s *session) (string, error) {
		value, err := token(ctx, s)
		return "Bearer " + value, err
	}
}

func (r request) field(name, value string) request {
	r.fields = append(slices.Clip(r.fields), [2]string{name, value})
	return r
}

func (r request) authorizedBy(a authorization) request {
	r.authorization = a
	return r
}

// answer is a response, and what the rows need to know of how it came about.
type answer struct {
	status int
	header http.Header
	body   []byte

	authorization string             // that was sent
	keys          jose.JSONWebKeySet // of the user pool, for rows that verify a signature
}

func send(r request) sending {
	return func(ctx context.Context, s *session) (answer, error) { return s.send(ctx, r) }
}

func (s *session) send(ctx context.Context, r request) (answer, error) {
	built, err := http.NewRequestWithContext(ctx, r.method, r.url, strings.NewReader(r.body))
	if err != nil {
		return answer{}, err
	}
	for _, field := range r.fields {
		built.Header.Add(field[0], field[1])
	}
	built.Header.Set("User-Agent", userAgent)
	if r.authorization != nil {
		value, err := r.authorization(ctx, s)
		if err != nil {
			return answer{}, err
		}
		built.Header.Set("Authorization", value)
	}
	return s.exchange(built, r.body)
}

// exchange sends a request, unless the same one has been sent before.
func (s *session) exchange(r *http.Request, body string) (answer, error) {
	key := fmt.Sprintf("%s %s %q %q", r.Method, r.URL, r.Header, body)
	if known, ok := s.answers[key]; ok {
		return known, nil
	}
	a, err := s.unthrottled(r, body)
	if err != nil {
		return answer{}, err
	}
	a.authorization = r.Header.Get("Authorization")
	if r.URL.String() == s.TokenEndpoint && bytes.Contains(a.body, []byte(`"access_token"`)) {
		s.tokens++
	}
	s.answers[key] = a
	return a, nil
}

// unthrottled repeats a request that meets the API's limit: the rows are sent as fast as they are
// answered.
func (s *session) unthrottled(r *http.Request, body string) (answer, error) {
	const patience = time.Minute
	for begun := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		again := r.Clone(r.Context())
		again.Body = io.NopCloser(strings.NewReader(body))
		a, err := s.once(again)
		if err != nil || a.status != http.StatusTooManyRequests || time.Since(begun) > patience {
			return a, err
		}
	}
}

func (s *session) once(r *http.Request) (answer, error) {
	response, err := s.client.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	received, err := io.ReadAll(response.Body)
	if err != nil {
		return answer{}, fmt.Errorf("reading the answer: %w", err)
	}
	return answer{status: response.StatusCode, header: response.Header, body: received}, nil
}

// tokenFrom is the access token that a request to the token endpoint gets.
func tokenFrom(sends sending) authorization {
	return func(ctx context.Context, s *session) (string, error) {
		a, err := sends(ctx, s)
		if err != nil {
			return "", err
		}
		token := accessToken(a)
		if token == "" {
			return "", fmt.Errorf("the token endpoint answered %d without a token", a.status)
		}
		return token, nil
	}
}

func accessToken(a answer) string {
	var body struct {
		AccessToken string `json:"access_token"`
	}
	_ = json.Unmarshal(a.body, &body) // no token is what the caller finds then
	return body.AccessToken
}

// publishedKeys is the JWK set of the user pool.
func (s *session) publishedKeys(ctx context.Context) (set jose.JSONWebKeySet, err error) {
	a, err := s.send(ctx, s.get(s.JWKSURI))
	if err != nil {
		return set, err
	}
	if err := json.Unmarshal(a.body, &set); err != nil {
		return set, fmt.Errorf("decoding the JWK set: %w", err)
	}
	if len(set.Keys) == 0 {
		return set, errors.New("the JWK set is empty")
	}
	return set, nil
}

func (p *plan) get(address string) request {
	return request{method: http.MethodGet, url: address}
}

// call is a request to the API.
func (p *plan) call(method, path string) request {
	return request{method: method, url: strings.TrimSuffix(p.APIURL, "/") + path}
}

// form is a POST of names and values to the token endpoint.
func (p *plan) form(pairs ...string) request {
	values := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	return request{method: http.MethodPost, url: p.TokenEndpoint, body: values.Encode()}.
		field("Content-Type", "application/x-www-form-urlencoded")
}
