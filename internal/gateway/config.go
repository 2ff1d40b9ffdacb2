package gateway

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"time"

	"cognito-m2m/internal/clock"
)

// Invoker runs a Lambda function once.
type Invoker interface {
	// Invoke hands payload to the function and returns its response and the id of the invocation.
	// A non-nil error says that the function did not answer: it timed out, crashed or reported an error. One with a
	// method LambdaStatus() int says that the Lambda service refused, with that HTTP status.
	// The context ends when the integration times out; Invoke returns then, whatever the function does.
	Invoke(ctx context.Context, payload []byte) (response []byte, requestID string, err error)
}

// Config describes one HTTP API and what it needs from outside.
type Config struct {
	API          API
	Stages       []Stage
	Routes       []Route
	Integrations []Integration
	Authorizers  []Authorizer
	Permissions  []Permission

	// Functions holds the functions by ARN.
	Functions map[string]Invoker
	// OIDC returns the base URL under which an issuer's discovery document is served on this machine,
	// and "" for an issuer that is not. Nil knows no issuer.
	OIDC func(issuer string) (baseURL string)
	// HTTPClient fetches discovery documents and keys; nil is a client without a proxy.
	HTTPClient *http.Client
	// AccessLog receives the stages' access logs, one line per Write; nil discards them.
	AccessLog io.Writer
	// Observe is called once per request, before its answer is sent and from the request's own goroutine; nil observes
	// nothing.
	Observe func(Request)
	// Now is the wall clock for tokens, key cache, throttling and logs; nil is time.Now.
	Now func() time.Time
	// Monotonic is the other clock that can end the life of keys and tokens, as in package clock; nil is the runtime's.
	Monotonic func() time.Duration
	// Rand is the source of request ids; nil is crypto/rand.
	Rand io.Reader
	// Log receives the causes of 5xx responses, which callers never see; nil discards them.
	Log *slog.Logger
}

func (c Config) clock() clock.Clock { return clock.Clock{Wall: c.Now, Monotonic: c.Monotonic} }

// API is an AWS::ApiGatewayV2::Api of protocol type HTTP.
type API struct {
	// ID is the API id, the first label of its domain name.
	ID        string
	Region    string
	AccountID string
	// CORS makes the gateway answer preflight requests; nil leaves CORS to the functions.
	CORS *CORS
}

// domainName is the host AWS would serve the API on.
func (a API) domainName() string {
	return a.ID + ".execute-api." + a.Region + ".amazonaws.com"
}

func (a API) validate(found *problems) {
	if a.ID == "" || a.Region == "" || a.AccountID == "" {
		found.add("API %q: id, region and account id are all needed", a.ID)
	}
}
