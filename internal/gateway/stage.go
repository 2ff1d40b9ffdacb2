package gateway

import (
	"strings"

	"golang.org/x/time/rate"

	"cognito-m2m/internal/httpapi"
)

// Stage is an AWS::ApiGatewayV2::Stage.
type Stage struct {
	// Name is "$default" or the first segment of the paths the stage serves.
	Name string
	// Variables are handed to every function as stageVariables.
	Variables map[string]string
	// AccessLogFormat is the stage's access log template; "" writes no access log.
	AccessLogFormat string
	// DefaultRouteSettings apply to every route that has none of its own.
	DefaultRouteSettings RouteSettings
	// RouteSettings are by route key.
	RouteSettings map[string]RouteSettings
}

// stage is a Stage with everything that depends on both a stage and a route worked out beforehand.
type stage struct {
	name      string
	variables map[string]string
	logFormat logFormat
	limiters  map[*route]*rate.Limiter // routes without throttling are absent
	permitted map[*route]bool          // routes that may invoke their function
}

func compileStages(cfg Config, routes []*route, found *problems) map[string]*stage {
	stages := make(map[string]*stage, len(cfg.Stages))
	for _, s := range cfg.Stages {
		if stages[s.Name] != nil {
			found.add("stage %q: there are two stages of this name", s.Name)
		}
		stages[s.Name] = compileStage(cfg, s, routes, found)
	}
	return stages
}

func compileStage(cfg Config, s Stage, routes []*route, found *problems) *stage {
	format, err := compileLogFormat(s.AccessLogFormat)
	if err != nil {
		found.add("stage %q: compiling access log format: %w", s.Name, err)
	}
	return &stage{
		name:      s.Name,
		variables: s.Variables,
		logFormat: format,
		limiters:  compileLimiters(s, routes),
		permitted: permittedRoutes(cfg, s.Name, routes),
	}
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
