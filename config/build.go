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
)

// environment turns a file without problems into an Environment: defaults filled in, everything sorted.
func (f *file) environment() *Environment {
	return &Environment{
		Name:    string(f.Name),
		Region:  string(f.Region),
		Account: string(f.Account),
		Identity: Identity{
			DomainPrefix:       string(f.Identity.Domain.Prefix),
			DeletionProtection: f.Identity.DeletionProtection,
		},
		ResourceServers: f.ResourceServers.sorted(),
		Clients:         f.Clients.sorted(),
		Secrets:         Secrets{CustomerKey: f.Secrets.CustomerKey},
		API: API{
			Routes: f.API.Routes.sorted(),
			Throttle: Throttle{
				Rate:  cmp.Or(float64(f.API.Throttle.Rate), defaultRate),
				Burst: cmp.Or(int(f.API.Throttle.Burst), defaultBurst),
			},
		},
	}
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
			AccessTokenValidity: cmp.Or(w.AccessTokenValidity.duration(), defaultAccessTokenValidity),
			Rotation:            Rotation{EveryDays: cmp.Or(int(w.Rotation.EveryDays), defaultRotationDays)},
			SecretReaders:       sortedStrings(w.SecretReaders),
		})
	}
	return sorted
}

func (written routes) sorted() []Route {
	sorted := make([]Route, 0, len(written))
	for _, w := range written {
		sorted = append(sorted, w.route())
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
	}
}

// duration is the validity as written, and 0 for an empty one.
func (v validity) duration() time.Duration {
	d, err := time.ParseDuration(string(v))
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
