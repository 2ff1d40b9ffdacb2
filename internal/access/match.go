package access

import (
	"slices"
	"strings"
)

// Methods are those that API Gateway routes; ANY and $default take no others.
var Methods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

// Match is the route that takes a request, nil if none does.
func (e *Environment) Match(method, path string) *Route {
	if !slices.Contains(Methods, method) || !strings.HasPrefix(path, "/") || strings.Contains(path, "//") {
		return nil
	}
	var best *Route
	var nearest []int
	for i := range e.Routes {
		distance, ok := distance(e.Routes[i].Key, method, path)
		if ok && (best == nil || slices.Compare(distance, nearest) < 0) {
			best, nearest = &e.Routes[i], distance
		}
	}
	return best
}

// Route is the route of that key, or else the one that takes the request that
// key is the method and path of; nil if there is none.
func (e *Environment) Route(key string) *Route {
	for i := range e.Routes {
		if e.Routes[i].Key == key {
			return &e.Routes[i]
		}
	}
	method, path, _ := strings.Cut(key, " ")
	path, _, _ = strings.Cut(path, "?")
	return e.Match(strings.ToUpper(method), strings.TrimSpace(path))
}

// How far a part of a route key is from what it matches. A full path goes before
// a greedy one and that before $default, and in each a text before a variable.
const (
	same     = 0
	variable = 1
	greedy   = 2
	anything = 3
)

// distance compares a route key with a request. Of two keys that match, the one
// with the lesser distance takes the request.
func distance(key, method, path string) ([]int, bool) {
	if key == "$default" {
		return []int{anything}, true
	}
	wantedMethod, pattern, _ := strings.Cut(key, " ")
	wanted, given := strings.Split(pattern, "/")[1:], strings.Split(path, "/")[1:]
	if last := len(wanted) - 1; strings.HasSuffix(wanted[last], "+}") && len(given) > last {
		given = append(given[:last:last], strings.Join(given[last:], "/"))
	}
	if len(given) != len(wanted) {
		return nil, false
	}
	found := make([]int, 1, len(wanted)+2) // the first is of the path as a whole
	for i, part := range wanted {
		kind := kindOf(part)
		if kind == same && part != given[i] || kind != same && given[i] == "" {
			return nil, false
		}
		found = append(found, kind)
		found[0] = max(found[0], kind&greedy)
	}
	switch wantedMethod {
	case method:
		return append(found, same), true
	case "ANY":
		return append(found, anything), true
	}
	return nil, false
}

func kindOf(part string) int {
	switch {
	case strings.HasSuffix(part, "+}"):
		return greedy
	case strings.HasPrefix(part, "{"):
		return variable
	}
	return same
}
