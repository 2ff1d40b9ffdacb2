package access

import (
	"net/http"
	"regexp"
	"slices"
	"strings"

	"cognito-m2m/internal/httpapi"
)

var (
	variable = regexp.MustCompile(`\{[^}+]*\}`)
	greedy   = regexp.MustCompile(`\{[^}]*\+\}`)
)

// deepest is the largest number of segments for a greedy parameter.
const deepest = 3

// Request is a request that matches this route and no other, with placeholder for every path
// parameter. A route for all methods gets a GET, unless that matches another route. It is false if
// no such request is found.
func (e *Environment) Request(route Route, placeholder string) (method, path string, ok bool) {
	method, path, _ = strings.Cut(route.Key, " ")
	methods := []string{method}
	if route.Key == httpapi.DefaultRoute {
		path = "/{default+}"
	}
	if method == httpapi.AnyMethod || route.Key == httpapi.DefaultRoute {
		methods = httpapi.Methods()
	}
	path = variable.ReplaceAllString(path, placeholder)
	for _, method := range methods {
		for depth := range deepest {
			target := greedy.ReplaceAllString(path, placeholder+strings.Repeat("/"+placeholder, depth))
			if found := e.Match(method, target); found != nil && found.Key == route.Key {
				return method, target, true
			}
		}
	}
	return methods[0], "", false
}

// Reads says whether a request with the method changes nothing (RFC 9110 section 9.2.1).
func Reads(method string) bool {
	return slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodOptions}, method)
}
