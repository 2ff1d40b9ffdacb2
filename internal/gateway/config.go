package gateway

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"cognito-m2m/internal/chaos"
	"cognito-m2m/internal/clock"
	"cognito-m2m/internal/lambdapolicy"
	"cognito-m2m/internal/redacted"
)

// Invoker runs a Lambda function once.
type Invoker interface {
	// Invoke hands payload to the function and returns its response and the id of the invocation. A
	// non-nil error says that the function did not answer: it timed out, crashed or reported an
	// error. One with a method LambdaStatus() int says that the Lambda service refused, with that
	// HTTP status. The context ends when the integration times out; Invoke returns then, whatever
	// the function does.
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

	// Functions holds the functions of integrations and authorizers by ARN.
	Functions map[string]Invoker
	// OIDC returns the base URL under which an issuer's discovery document is served on this
	// machine, and "" for an issuer that is not. Nil knows no issuer.
	OIDC func(issuer string) (baseURL string)
	// HTTPClient fetches discovery documents and keys; nil is a client without a proxy.
	HTTPClient *http.Client
	// AccessLog receives the stages' access logs, one line per Write; nil discards them.
	AccessLog io.Writer
	// Observe is called once per request, before its answer is sent and from the request's own
	// goroutine; nil observes nothing.
	Observe func(Request)
	// Weather decides what becomes of a call that is about to reach its function, by the route's
	// key and the client_id of the token, "" without one. It is called from several goroutines; nil
	// is fair weather.
	Weather func(route, clientID string) chaos.Decision
	// Now is the wall clock for tokens, key cache, remembered answers, throttling and logs; nil is
	// time.Now.
	Now func() time.Time
	// Monotonic is the other clock that can end the life of keys, tokens and remembered answers, as
	// in package clock; nil is the runtime's.
	Monotonic func() time.Duration
	// Rand is the source of request ids; nil is crypto/rand.
	Rand io.Reader
	// Log receives the causes of 5xx responses, which callers never see; nil discards them.
	Log *slog.Logger
}

// Request is what became of one request, as Config.Observe receives it. No value of it but Sent
// holds a token, or a character that could end a line or a quoted field; see redact.go.
type Request struct {
	// Received is when the request arrived, Duration how long its answer took.
	Received time.Time
	Duration time.Duration
	Method   string
	// Path is decoded, and has no query. It can have blanks.
	Path string
	// ClientID is the client_id of a verified token, or what a Lambda authorizer's context has
	// under that name; "" without one.
	ClientID string
	// Status is the HTTP status of the answer.
	Status int
	// Refused says in a few words why the gateway answered instead of the function: the
	// authorizer's error, or the integration's. It is "" if the function answered.
	Refused string
	// ID is the request's id, which the caller gets as apigw-requestid, and Route the key of its
	// route, "" if none takes it.
	ID, Route string
	// LogLine is its line in the stage's access log, without the end of line; "" if the stage has
	// none.
	LogLine string
	// Sent is what a request that an authorizer refused has where that looks for a token, for
	// those who explain it.
	Sent redacted.Text
}

// permits says whether a function's policy lets the API invoke it on behalf of a part of the API.
func (c Config) permits(functionARN, sourceARN string) bool {
	source := lambdapolicy.Source{Principal: lambdapolicy.APIGateway, ARN: sourceARN, Account: c.API.AccountID}
	return slices.ContainsFunc(c.Permissions, func(p Permission) bool {
		return p.FunctionARN == functionARN && p.Allows(source)
	})
}

// missingPermission is for the operator's log: that the function's policy does not name the source
// is a mistake in the template, not the caller's.
func missingPermission(functionARN, sourceARN string) error {
	return fmt.Errorf("no permission to invoke %s: add an AWS::Lambda::Permission for %s whose SourceArn matches %s",
		functionARN, lambdapolicy.APIGateway, sourceARN)
}

func (c Config) clock() clock.Clock { return clock.Clock{Wall: c.Now, Monotonic: c.Monotonic} }

func withDefaults(cfg Config) Config {
	if cfg.OIDC == nil {
		cfg.OIDC = func(string) string { return "" }
	}
	if cfg.HTTPClient == nil {
		cfg.HTTPClient = &http.Client{Transport: &http.Transport{}}
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Rand == nil {
		cfg.Rand = rand.Reader
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return cfg
}
