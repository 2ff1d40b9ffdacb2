package config

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// What a file gets that does not say otherwise.
const (
	defaultAccessTokenValidity = 60 * time.Minute // Cognito's own default
	defaultRotationDays        = 30
	defaultFunction            = "echo"
	defaultRate                = 100
	defaultBurst               = 200
	defaultMemoryMB            = 128
	defaultFunctionTimeout     = 10 * time.Second
	defaultRetentionDays       = 30
)

// environment turns a file without problems into an Environment: defaults filled in, everything sorted.
func (f *file) environment() *Environment {
	return &Environment{
		Name:    string(f.Name),
		Region:  string(f.Region),
		Account: string(f.Account),
		Identity: Identity{
			DomainPrefix:       string(f.Identity.Domain.Prefix),
			CustomDomain:       f.Identity.Domain.CustomDomain.environment(),
			FeaturePlan:        string(f.Identity.FeaturePlan),
			IssuerType:         cmp.Or(string(f.Identity.IssuerType), issuerOriginal),
			DeletionProtection: f.Identity.DeletionProtection,
		},
		ResourceServers: f.ResourceServers.sorted(),
		Clients:         f.Clients.sorted(),
		Secrets:         Secrets{CustomerKey: f.Secrets.CustomerKey, GraceHours: (*int)(f.Secrets.GraceHours)},
		API:             f.API.environment(),
		Functions:       f.usedFunctions(),
		Logs:            Logs{RetentionDays: cmp.Or(int(f.Logs.RetentionDays), defaultRetentionDays), CustomerKey: f.Logs.CustomerKey},
		Alarms:          f.Alarms.environment(),
		Dashboard:       f.Dashboard,
		Tracing:         f.Tracing,
		Tags:            f.Tags.sorted(),
		Disposable:      f.Match != "",
	}
}

func (a api) environment() API {
	throttle := Throttle{
		Rate:  cmp.Or(float64(a.Throttle.Rate), defaultRate),
		Burst: cmp.Or(int(a.Throttle.Burst), defaultBurst),
	}
	return API{
		CustomDomain: a.CustomDomain.environment(),
		CORS:         a.CORS.environment(),
		Routes:       a.Routes.sorted(throttle),
		Throttle:     throttle,
	}
}

// usedFunctions are those that routes name, with the settings that are written for them.
func (f *file) usedFunctions() []Function {
	var used []Function
	for _, name := range f.API.Routes.functions() {
		written := f.Functions[functionName(name)]
		used = append(used, Function{
			Name:        name,
			MemoryMB:    cmp.Or(int(written.MemoryMB), defaultMemoryMB),
			Timeout:     cmp.Or(duration(written.Timeout), defaultFunctionTimeout),
			Environment: written.Environment.plain(),
		})
	}
	return used
}

// functions are the names of the functions behind the routes, sorted, each once.
func (written routes) functions() []string {
	names := make([]string, 0, len(written))
	for _, w := range written {
		names = append(names, w.route().Function)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (written variables) plain() map[string]string {
	if len(written) == 0 {
		return nil
	}
	plain := make(map[string]string, len(written))
	for name, value := range written {
		plain[string(name)] = string(value)
	}
	return plain
}

func (written tags) sorted() []Tag {
	var sorted []Tag
	for _, key := range slices.Sorted(maps.Keys(written)) {
		sorted = append(sorted, Tag{Key: string(key), Value: string(written[key])})
	}
	return sorted
}

func (written resourceServers) sorted() []ResourceServer {
	servers := make([]ResourceServer, 0, len(written))
	for _, w := range written {
		server := ResourceServer{Identifier: string(w.Identifier)}
		for _, name := range slices.Sorted(maps.Keys(w.Scopes)) {
			server.Scopes = append(server.Scopes, Scope{Name: string(name), Description: string(w.Scopes[name])})
		}
		servers = append(servers, server)
	}
	slices.SortFunc(servers, func(a, b ResourceServer) int { return cmp.Compare(a.Identifier, b.Identifier) })
	return servers
}

func (written clients) sorted() []Client {
	sorted := make([]Client, 0, len(written))
	for _, name := range slices.Sorted(maps.Keys(written)) {
		w := written[name]
		sorted = append(sorted, Client{
			Name:                string(name),
			Scopes:              sortedStrings(w.Scopes),
			AccessTokenValidity: cmp.Or(duration(w.AccessTokenValidity), defaultAccessTokenValidity),
			Rotation:            Rotation{EveryDays: cmp.Or(int(w.Rotation.EveryDays), defaultRotationDays)},
			SecretReaders:       sortedStrings(w.SecretReaders),
		})
	}
	return sorted
}

// sorted fills in the stage's throttle where a route has only half of one, which API Gateway would not, or the word for
// it.
func (written routes) sorted(stage Throttle) []Route {
	sorted := make([]Route, 0, len(written))
	for _, w := range written {
		route := w.route()
		if w.Throttle != (routeThrottle{}) {
			route.Throttle = &Throttle{
				Rate:  cmp.Or(float64(w.Throttle.Rate), stage.Rate),
				Burst: cmp.Or(int(w.Throttle.Burst), stage.Burst),
			}
		}
		sorted = append(sorted, route)
	}
	slices.SortFunc(sorted, func(a, b Route) int { return slices.Compare(a.Keys(), b.Keys()) })
	return sorted
}

func (w route) route() Route {
	return Route{
		Path:     string(w.Path),
		Methods:  sortedStrings(w.Methods),
		Scopes:   sortedStrings(w.Scopes),
		Function: cmp.Or(string(w.Function), defaultFunction),
		Verify:   w.Verify,
	}
}

// duration is a time as it is written, and 0 for an empty one.
func duration[T ~string](written T) time.Duration {
	d, err := time.ParseDuration(string(written))
	if err != nil {
		return 0 // the reader lets nothing else through
	}
	return d
}

// sortedStrings leaves out what the reader refused.
func sortedStrings[S ~[]E, E ~string](values S) []string {
	var sorted []string
	for _, value := range values {
		if value != "" {
			sorted = append(sorted, string(value))
		}
	}
	slices.Sort(sorted)
	return sorted
}
