package access

import (
	"net/url"
	"strings"

	"cognito-m2m/internal/httpapi"
)

// Match is the route that matches a request, nil if none does. The target is a path as a request
// has it: escaped if needed, with or without a query.
func (e *Environment) Match(method, target string) *Route {
	location, err := url.ParseRequestURI(target)
	if err != nil {
		return nil
	}
	path, ok := httpapi.CanonicalPath(location)
	if !ok {
		return nil
	}
	var entries []httpapi.Entry[*Route]
	for i := range e.Routes {
		if pattern, err := httpapi.ParseRouteKey(e.Routes[i].Key); err == nil {
			entries = append(entries, httpapi.Entry[*Route]{Pattern: pattern, Route: &e.Routes[i]})
		}
	}
	route, _, _ := httpapi.NewTable(entries).Match(method, path)
	return route
}

// Route is the route with that key or, if there is none, the one that matches a request with key as
// its method and path; nil if none does.
func (e *Environment) Route(key string) *Route {
	for i := range e.Routes {
		if e.Routes[i].Key == key {
			return &e.Routes[i]
		}
	}
	method, target, _ := strings.Cut(key, " ")
	return e.Match(strings.ToUpper(method), strings.TrimSpace(target))
}
