package httpapi

import (
	"slices"
	"strings"
)

// IsScope says whether a route can ask for this scope: a text that could not stand in a challenge
// is none (RFC 6749 section 3.3).
func IsScope(scope string) bool {
	return scope != "" && !strings.ContainsFunc(scope, func(c rune) bool {
		return c <= ' ' || c > '~' || c == '"' || c == '\\'
	})
}

// Opens says whether a valid token with some scopes opens a route that asks for some: one of them
// is enough, and a route that asks for none takes every token.
func Opens(granted, required []string) bool {
	return len(required) == 0 ||
		slices.ContainsFunc(granted, func(scope string) bool { return slices.Contains(required, scope) })
}
