package httpapi

import "strings"

// IsScope says whether a route can ask for this scope: a text that could not stand in a challenge is none (RFC 6749
// section 3.3).
func IsScope(scope string) bool {
	return scope != "" && !strings.ContainsFunc(scope, func(c rune) bool {
		return c <= ' ' || c > '~' || c == '"' || c == '\\'
	})
}
