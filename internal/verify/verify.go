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
)

// Config says what to verify.
type Config struct {
	// Environment is what is wanted.
	Environment *access.Environment
	// APIURL is where the HTTP API is.
	APIURL string
	// Credentials is where those of a client come from.
	Credentials func(client string) client.Source
	// Try are the keys of routes that may be asked with a token that they accept,
	// beside those that are read with a plain GET.
	Try []string
	// Patience is how long one answer may take; 0 is ten seconds.
	Patience time.Duration

	// Wait is how long to wait for what a first deployment still lacks: secrets that
	// are not rotated yet, and domains that do not answer yet. A refusal is not
	// waited for.
	Wait time.Duration
	// Pause is how long to wait before looking again; 0 is five seconds.
	Pause time.Duration
	// Waiting is told, once each, what is waited for; nil: nobody is.
	Waiting func(reason string)
}

const (
	defaultPatience = 10 * time.Second
	defaultPause    = 5 * time.Second
	// atOnce is how many requests are under way at a time. It keeps far below the
	// throttling of an API that is not made for bursts.
	atOnce = 8
)

// Run verifies the environment. The report is whole also if ctx ends: what was
// not asked is then not tried. An error says that nothing could be asked.
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
	report := &Report{}
	checks, err := r.getTokens(ctx)
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
	noted map[string]bool // what is waited for
}

// route makes the checks of one route, one after the other.
func (r *run) route(ctx context.Context, route access.Route) []Check {
	p, ok := r.probeOf(route)
	var checks []Check
	unsafe := false // it did not refuse what it must
	for _, wanted := range r.cases(route, p) {
		switch {
		case wanted.Outcome != "":
		case !ok:
			wanted.skip("other routes take every request that it could be asked with")
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

// try says whether the route may be asked with a token that it accepts.
func (r *run) try(route access.Route, p probe) bool {
	readsPlainly := p.method == http.MethodGet && !strings.Contains(route.Key, "{") && route.Key != "$default"
	return readsPlainly || slices.Contains(r.config.Try, route.Key)
}
