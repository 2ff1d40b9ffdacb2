package gateway

import (
	"crypto/rand"
	"log/slog"
	"net/http"
	"time"

	"cognito-m2m/internal/httpapi"
)

// Gateway serves one HTTP API. It is an http.Handler and must be the handler of its server itself: behind an
// http.ServeMux, paths would be cleaned before they are matched.
type Gateway struct {
	api          API
	routes       httpapi.Table[*route]
	stages       map[string]*stage
	defaultStage *stage

	accessLog *accessLog
	observe   func(Request) // nil if nobody does
	ids       *requestIDs
	now       func() time.Time
	log       *slog.Logger
}

// New checks cfg and compiles it. The error joins every problem found, each naming the stage, route, integration or
// authorizer it is about.
func New(cfg Config) (*Gateway, error) {
	cfg = withDefaults(cfg)
	var found problems
	cfg.API.validate(&found)
	integrations := compileIntegrations(cfg, &found)
	authorizers := compileAuthorizers(cfg, &found)
	routes := compileRoutes(cfg, integrations, authorizers, &found)
	stages := compileStages(cfg, routes, &found)
	if err := found.join(); err != nil {
		return nil, err
	}
	return &Gateway{
		api:          cfg.API,
		routes:       tableOf(routes),
		stages:       stages,
		defaultStage: stages[httpapi.DefaultStage],
		accessLog:    &accessLog{out: cfg.AccessLog},
		observe:      cfg.Observe,
		ids:          &requestIDs{random: cfg.Rand},
		now:          cfg.Now,
		log:          cfg.Log,
	}, nil
}

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

// pipeline is what happens to a request, in order. It ends at the first step that refuses or replies.
//
// Parity: Pipeline: order of throttling and authorization
var pipeline = []func(*Gateway, *exchange) *refusal{
	(*Gateway).checkLimits,
	(*Gateway).chooseStage,
	(*Gateway).answerPreflight,
	(*Gateway).matchRoute,
	(*Gateway).throttle,
	(*Gateway).authorize,
	(*Gateway).checkInvokePermission,
	(*Gateway).buildEvent,
	(*Gateway).invoke,
}

// ServeHTTP answers one request as the API's stages and routes say.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := g.open(r)
	for _, step := range pipeline {
		if x.refusal = step(g, x); x.refusal != nil {
			x.reply = x.refusal.reply()
			break
		}
		if x.reply != nil {
			break
		}
	}
	g.finish(w, x)
}

// finish logs the exchange and sends its reply. The logs come first, so that whoever has the response can already read
// its line.
func (g *Gateway) finish(w http.ResponseWriter, x *exchange) {
	g.addHeaders(x)
	x.latency = g.now().Sub(x.received)
	if x.stage != nil {
		g.accessLog.write(x)
	}
	g.observeRequest(x)
	g.logCause(x)
	x.reply.write(w)
}

// logCause tells the operator what a refusal hides from the caller.
func (g *Gateway) logCause(x *exchange) {
	if x.refusal == nil || x.refusal.cause == nil {
		return
	}
	g.log.Warn("request refused", "requestId", x.id, "routeKey", x.routeKey(),
		"status", x.refusal.status, "cause", withoutTokens(x.refusal.cause.Error()))
}
