package page

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"cognito-m2m/internal/access"
	"cognito-m2m/internal/explain"
	"cognito-m2m/internal/jwtauth"
	"cognito-m2m/internal/serving"
)

// mostRequests is how many requests are kept, the newest.
const mostRequests = 100

// traffic is what came along, and what became of it.
type traffic struct {
	counters counters
	last     int // the number of the newest request
	requests []*request
	token    *serving.TokenRequest // the newest
}

// request is one request to an HTTP API.
type request struct {
	serving.Request

	Number int
	Env    string // "" in a run of one
	Report *explain.Report
	// settled says that there is all that will be known of it: no report is to come.
	settled bool
}

// requestsView are requests, the newest first.
type requestsView []*request

// Reason is why it was refused, as far as that is known: in the words of the explanation, or else
// in those of the gateway.
func (r *request) Reason() string {
	if r.Report != nil && r.Report.Status == r.Status {
		return r.Report.Why()
	}
	return r.Refused
}

// spoken is a refusal in words.
func (r *request) spoken() string {
	return fmt.Sprintf("%d for %s on %s %s: %s", r.Status, named(r.Client), r.Method, r.Path, r.Refused)
}

func newTraffic(now time.Time) traffic { return traffic{counters: newCounters(now)} }

// Called hears of a request to an HTTP API.
func (p *Page) Called(r serving.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := &p.traffic
	t.counters.add(r)
	t.last++
	kept := &request{Request: r, Number: t.last, settled: true}
	if e := p.of(r.APIID); e != nil {
		kept.settled = !explainable(r.Status) || e.access() == nil
		if p.config.Empty {
			kept.Env = e.name
		}
	}
	if len(t.requests) == mostRequests {
		t.requests = append(t.requests[:0], t.requests[1:]...)
	}
	t.requests = append(t.requests, kept)
	if r.Refused != "" {
		p.speak(kept.spoken)
	}
	p.change("flow", "charts", "requests")
}

// TokenRequested hears of a token request.
func (p *Page) TokenRequested(r serving.TokenRequest) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.traffic.token = &r
	p.change("flow")
}

// explain explains the refusals among the requests that are kept and that are not explained yet.
// What a request was sent with is forgotten then. The lock must not be held.
func (p *Page) explain(ctx context.Context) {
	p.explaining.Lock()
	defer p.explaining.Unlock()
	byEnvironment := map[*environment][]*request{}
	p.mu.Lock()
	for _, r := range p.traffic.requests {
		switch e := p.of(r.APIID); {
		case r.settled:
		case e == nil || e.access() == nil: // it has gone meanwhile
			r.settled, r.Sent = true, ""
		default:
			byEnvironment[e] = append(byEnvironment[e], r)
		}
	}
	p.mu.Unlock()
	for e, requests := range byEnvironment {
		config := p.explainConfig(ctx, e)
		reports := make([]*explain.Report, len(requests))
		for i, r := range requests {
			reports[i] = explained(r.Request, config)
		}
		p.mu.Lock()
		for i, r := range requests {
			r.Report, r.Sent, r.settled = reports[i], "", true
		}
		p.change("flow", "requests")
		p.mu.Unlock()
	}
}

func explainable(status int) bool {
	return status == http.StatusUnauthorized || status == http.StatusForbidden || status == http.StatusNotFound
}

// explainConfig is what the tokens of an environment are explained with.
func (p *Page) explainConfig(ctx context.Context, e *environment) explain.Config {
	config := explain.Config{Environment: e.access(), Now: p.config.Now, Flags: p.config.Flags(e.name)}
	var keys jwtauth.KeySet
	if keys, config.NoKeys = e.keys(ctx); config.NoKeys == "" {
		config.Keys = keys
	}
	return config
}

// explained is why a request was refused, nil if that is not about its token or route.
func explained(r serving.Request, config explain.Config) *explain.Report {
	config.Now = func() time.Time { return r.Received }
	config.Route = r.Route
	if config.Route == "" {
		config.Route = r.Method + " " + r.Path
	}
	report, err := explain.Explain(string(r.Sent), config)
	if err != nil {
		return nil
	}
	return report
}

// wanted is what a call behind a cell is expected to get, 0 if that is not known.
func wanted(route access.Route, named string, clients []access.Client) int {
	if route.Authorizer == nil {
		return http.StatusOK
	}
	if named == "" {
		return http.StatusUnauthorized
	}
	for _, c := range clients {
		switch {
		case c.Name != named:
		case route.Accepts(c):
			return http.StatusOK
		case route.Forbids(c):
			return http.StatusForbidden
		default:
			return route.Authorizer.Refused()
		}
	}
	return 0
}
