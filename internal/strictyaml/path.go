package strictyaml

import (
	"regexp"
	"strconv"
	"strings"
)

var plainKey = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*$`)

// KeyPath is the path of a key below a path: "clients.reader", or `clients["a.b"]`.
func KeyPath[T ~string](path string, key T) string {
	switch {
	case !plainKey.MatchString(string(key)):
		return path + "[" + Quote(key) + "]"
	case path == "":
		return string(key)
	default:
		return path + "." + string(key)
	}
}

// IndexPath is the path of an entry of a list, counted from 0: "api.routes[0]".
func IndexPath(path string, i int) string {
	return path + "[" + strconv.Itoa(i) + "]"
}

// parentPath takes the last key or index off a path of a key that may be missing, and is "" in the
// end.
func parentPath(path string) string {
	return path[:max(0, strings.LastIndexAny(path, ".["))]
}
