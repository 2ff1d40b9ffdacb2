package httpapi

import "slices"

// Entry is a route in a Table, whatever its owner knows of it.
type Entry[R any] struct {
	Pattern Pattern
	Route   R
}

// Table finds the route of a request. It is sorted: the first that matches takes it.
type Table[R any] struct{ entries []Entry[R] }

// NewTable makes a table of the routes of one API. Of two routes of one shape the first counts.
func NewTable[R any](entries []Entry[R]) Table[R] {
	sorted := slices.Clone(entries)
	slices.SortStableFunc(sorted, func(a, b Entry[R]) int { return a.Pattern.compare(b.Pattern) })
	return Table[R]{sorted}
}

// Match returns the route that takes a method and a canonical path, with its path parameters. There
// is none for a method that API Gateway does not know.
func (t Table[R]) Match(method, path string) (route R, parameters map[string]string, found bool) {
	if !IsMethod(method) {
		return route, nil, false
	}
	for _, entry := range t.entries {
		if parameters, ok := entry.Pattern.match(method, path); ok {
			return entry.Route, parameters, true
		}
	}
	return route, nil, false
}
