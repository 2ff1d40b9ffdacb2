package httpapi

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// CanonicalPath returns the one form of a path that stage choice, routing and the function all see,
// and false for a path that has none. A request is matched once, on this form, so that no other
// spelling of a path can reach a function through a route with a weaker authorizer.
//
// The form is the path percent-decoded once, an encoded slash included: AWS delivers it so in
// rawPath (honojs/hono
// #2156, middleapi/standard-server #93, live captures).
//
// Parity: Routing: encoded paths
// Parity: Routing: dot segments and empty segments
func CanonicalPath(u *url.URL) (string, bool) {
	path, _, _ := strings.Cut(u.Path, "?") // AWS ends the path at an encoded question mark (same captures)
	if !strings.HasPrefix(path, "/") || strings.Contains(path, "//") {
		return "", false
	}
	if !utf8.ValidString(path) || strings.ContainsFunc(path, unicode.IsControl) {
		return "", false
	}
	for segment := range strings.SplitSeq(path, "/") {
		if segment == "." || segment == ".." {
			return "", false
		}
	}
	return path, true
}
