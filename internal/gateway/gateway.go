package gateway

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"strings"
	"time"

	"cognito-m2m/internal/chaos"
	"cognito-m2m/internal/httpapi"
)

// Gateway serves one HTTP API. It is an http.Handler and must be the handler of its server itself:
// behind an http.ServeMux, paths would be cleaned before they are matched.
type Gateway struct {
	api          API
	routes       httpapi.Table[*route]
	stages       map[string]*stage
	defaultStage *stage

	accessLog *accessLog
	observe   func(Request) // nil observes nothing
	weather   func(route, clientID string) chaos.Decision
	ids       *requestIDs
	now       func() time.Time
	log       *slog.Logger
}

// New checks cfg and compiles it. The error joins every problem found, each naming the stage,
// route, integration or authorizer it is about.
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
		weather:      cfg.Weather,
		ids:          newRequestIDs(cfg.Rand),
		now:          cfg.Now,
		log:          cfg.Log,
	}, nil
}

// pipeline is what happens to a request, in order. It ends at the first step that refuses or
// replies.
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
	(*Gateway).foresee,
	(*Gateway).invoke,
}

// ServeHTTP answers one request as the API's stages and routes say.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := newExchange(g.api, r, g.ids, g.now())
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

// checkLimits refuses what AWS would not take in. A body of undeclared length is checked when it is
// read.
func (g *Gateway) checkLimits(x *exchange) *refusal {
	if headerBytes(x.request) > httpapi.MaxHeaderBytes {
		return headersTooLarge()
	}
	if x.request.ContentLength > httpapi.MaxBodyBytes {
		return bodyTooLarge()
	}
	return nil
}

// chooseStage finds the stage that the path's first segment names, else $default.
func (g *Gateway) chooseStage(x *exchange) *refusal {
	path, ok := httpapi.CanonicalPath(x.request.URL)
	if !ok {
		x.path, x.stage = x.request.URL.Path, g.defaultStage // for the access log
		return notFound()
	}
	first, _, _ := strings.Cut(path[1:], "/")
	x.path, x.routePath, x.stage = path, path, g.defaultStage
	if named := g.stages[first]; named != nil && first != httpapi.DefaultStage {
		x.stage = named
		x.routePath = "/" + strings.TrimPrefix(path[1+len(first):], "/")
	}
	if x.stage == nil {
		return notFound()
	}
	return nil
}

// answerPreflight replies to a preflight request (Fetch standard, section 3.2.2), whether or not it
// has a route. The exception is AWS's: on a route with an authorizer, which ANY and $default routes
// often are, the preflight is refused like any request without a token (API Gateway developer guide
// on $default; anomalyco/sst #5493 on ANY).
//
// Parity: CORS: form of the preflight response
func (g *Gateway) answerPreflight(x *exchange) *refusal {
	if g.api.CORS == nil || !isPreflight(x.request) {
		return nil
	}
	if matched, _, found := g.routes.Match(x.request.Method, x.routePath); found && matched.authorizer != nil {
		return nil
	}
	x.preflight = true
	x.reply = &reply{status: http.StatusNoContent, header: http.Header{}}
	return nil
}

// matchRoute finds the route of a request, or refuses before any authorizer runs. There is no 405.
func (g *Gateway) matchRoute(x *exchange) *refusal {
	var found bool
	x.route, x.pathParameters, found = g.routes.Match(x.request.Method, x.routePath)
	if !found {
		return notFound()
	}
	return nil
}

func (g *Gateway) throttle(x *exchange) *refusal {
	limiter := x.stage.limiters[x.route]
	if limiter == nil || limiter.AllowN(x.received, 1) {
		return nil
	}
	return tooManyRequests()
}

func (g *Gateway) authorize(x *exchange) *refusal { return x.authorize() }

// checkInvokePermission refuses as AWS does, with a 500 that says nothing.
func (g *Gateway) checkInvokePermission(x *exchange) *refusal {
	if x.stage.permitted[x.route] {
		return nil
	}
	x.invocation.err = missingPermission(x.route.integration.functionARN, sourceARN(g.api, x.stage.name, x.route))
	return internalServerError(x.invocation.err)
}

func (g *Gateway) buildEvent(x *exchange) *refusal { return x.buildEvent() }

func (g *Gateway) foresee(x *exchange) *refusal { return x.foresee(g.weather) }

// invoke calls the route's function and reads its response.
func (g *Gateway) invoke(x *exchange) *refusal {
	target, started := x.route.integration, g.now()
	x.invocation = target.call(x.request.Context(), x.event)
	x.spoil(x.request.Context(), target.timeout-g.now().Sub(started))
	x.invocation.latency = g.now().Sub(started)
	switch {
	case errors.Is(x.invocation.err, errIntegrationTimeout):
		return serviceUnavailable(fmt.Errorf("%w after %s", x.invocation.err, target.timeout))
	case x.invocation.err != nil:
		return internalServerError(fmt.Errorf("invoking function: %w", x.invocation.err))
	}
	answer, err := parseFunctionResponse(x.invocation.response)
	if err != nil {
		x.invocation.err = err
		return internalServerError(fmt.Errorf("reading function response: %w", err))
	}
	x.invocation.status = answer.status
	x.reply = answer
	return nil
}

// finish logs the exchange and sends its reply. The logs come first: once the response has arrived,
// its line can be read.
func (g *Gateway) finish(w http.ResponseWriter, x *exchange) {
	g.setHeaders(w.Header(), x)
	x.latency = g.now().Sub(x.received)
	if g.accessLog.out != nil || g.observe != nil {
		x.logLine = logLine(x)
	}
	g.accessLog.write(x.logLine)
	if g.observe != nil {
		g.observe(x.record())
	}
	g.logCause(x)
	if x.weather.Kind == chaos.Cut {
		x.reply.cut(w, x.request, x.weather.Within)
	}
	x.reply.write(w)
}

// setHeaders sets the reply's, and those that are the gateway's own.
func (g *Gateway) setHeaders(header http.Header, x *exchange) {
	maps.Copy(header, x.reply.header)
	if g.api.CORS != nil {
		g.api.CORS.replaceHeaders(header, x.request.Header.Get("Origin"), x.preflight)
	}
	header["Apigw-Requestid"] = []string{x.id}
	header["Connection"] = keepAlive
}

// keepAlive is what net/http makes close where the connection ends.
var keepAlive = []string{"keep-alive"}

// logCause logs for the operator what a refusal hides from the caller. The weather has told of what
// it caused.
func (g *Gateway) logCause(x *exchange) {
	if x.refusal == nil || x.refusal.cause == nil || errors.Is(x.refusal.cause, errWeather) || x.weather.Kind == chaos.Unavailable {
		return
	}
	g.log.Warn("request refused", "requestId", x.id, "routeKey", x.routeKey(),
		"status", x.refusal.status, "cause", withoutTokens(x.refusal.cause.Error()))
}
