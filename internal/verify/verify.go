package verify

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"cognito-m2m/client"
	"cognito-m2m/internal/access"
	"cognito-m2m/internal/httpapi"
)

// Config says what to verify.
type Config struct {
	// Environment is what the environment should be like.
	Environment *access.Environment
	// APIURL is where the HTTP API is.
	APIURL string
	// Credentials returns the source of a client's credentials.
	Credentials func(client string) client.Source
	// Try are the keys of routes that may get a request with a token that they accept, in addition
	// to those that a plain GET reads.
	Try []string
	// All asks every client. Otherwise, of more than 50 there are asked 20, or one of each kind.
	All bool
	// Patience is how long one answer may take; 0 is ten seconds.
	Patience time.Duration

	// Wait is how long to wait for what a first deployment still lacks: secrets that are not
	// rotated yet, and domains that do not answer yet. It does not apply to refusals.
	Wait time.Duration
	// Pause is how long to wait before looking again; 0 is five seconds.
	Pause time.Duration
	// Waiting receives, once each, what Run waits for; nil discards it.
	Waiting func(reason string)
}

const (
	defaultPatience = 10 * time.Second
	defaultPause    = 5 * time.Second
	// atOnce is how many requests are under way at a time. It is far below the throttling of an API
	// that is not made for bursts.
	atOnce = 8
)

// Run verifies the environment. The report is complete even if ctx ends: the rest is then NotTried.
// An error says that no request could be sent.
func Run(ctx context.Context, c Config) (*Report, error) {
	c.Patience = cmp.Or(c.Patience, defaultPatience)
	c.Pause = cmp.Or(c.Pause, defaultPause)
	r := &run{
		config:   c,
		deadline: time.Now().Add(c.Wait),
		http: &http.Client{
			Timeout:       c.Patience,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	clients := sample(c.Environment, c.All)
	report := &Report{Clients: len(c.Environment.Clients), ClientsAsked: len(clients)}
	checks, err := r.getTokens(ctx, clients)
	if err != nil {
		return nil, err
	}
	report.Checks = append(checks, r.wrongSecret(ctx)...)
	for _, t := range r.tokens {
		if t.value != "" {
			report.TokensSpent++
		}
	}
	byRoute := make([][]Check, len(c.Environment.Routes))
	var group errgroup.Group
	group.SetLimit(atOnce)
	for i, route := range c.Environment.Routes {
		group.Go(func() error {
			byRoute[i] = r.route(ctx, route)
			return nil
		})
	}
	_ = group.Wait() // no route returns an error
	report.Checks = append(report.Checks, slices.Concat(byRoute...)...)
	return report, nil
}

// run is one verification.
type run struct {
	config   Config
	http     *http.Client
	tokens   []token   // of the clients, in their order
	deadline time.Time // of waiting

	mu    sync.Mutex
	noted map[string]bool // what Waiting has received
}

// route makes the checks of one route, one after the other.
func (r *run) route(ctx context.Context, route access.Route) []Check {
	p, ok := r.probeOf(route)
	var checks []Check
	unsafe := false // it accepted what it must refuse
	for _, wanted := range r.cases(route, p) {
		switch {
		case wanted.Outcome != "":
		case !ok:
			wanted.skip("every request to it would match another route")
		case unsafe && !p.reads():
			wanted.notTried("the route did not refuse, and another request could change data")
		case ctx.Err() != nil:
			wanted.notTried("there was no time left")
		default:
			status, err := r.ask(ctx, p, wanted.token)
			wanted.judge(status, err)
			unsafe = unsafe || wanted.refusal() && err == nil && status != http.StatusUnauthorized && status != http.StatusForbidden
		}
		checks = append(checks, wanted.Check)
	}
	return checks
}

// try says whether the route may get a request with a token that it accepts.
func (r *run) try(route access.Route, p probe) bool {
	readsPlainly := p.method == http.MethodGet && !strings.Contains(route.Key, "{") && route.Key != httpapi.DefaultRoute
	return readsPlainly || slices.Contains(r.config.Try, route.Key)
}
