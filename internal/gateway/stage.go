package gateway

import (
	"golang.org/x/time/rate"

	"cognito-m2m/internal/httpapi"
)

// stage is a Stage with everything that depends on both a stage and a route worked out beforehand.
type stage struct {
	name      string
	variables map[string]string
	logFormat []httpapi.LogPart        // nil writes no log
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
	var format []httpapi.LogPart
	if s.AccessLogFormat != "" {
		var err error
		if format, err = httpapi.ParseLogFormat(s.AccessLogFormat); err != nil {
			found.add("stage %q: compiling access log format: %w", s.Name, err)
		}
	}
	return &stage{
		name:      s.Name,
		variables: s.Variables,
		logFormat: format,
		limiters:  compileLimiters(s, routes),
		permitted: permittedRoutes(cfg, s.Name, routes),
	}
}
