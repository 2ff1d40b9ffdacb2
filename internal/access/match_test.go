package access_test

import (
	"testing"

	"cognito-m2m/internal/access"
)

func keyOf(r *access.Route) string {
	if r == nil {
		return ""
	}
	return r.Key
}

// TestMatch asks with what people and package verify write; how routes go before each other is
// tested in httpapi.
func TestMatch(t *testing.T) {
	t.Parallel()
	e := &access.Environment{Routes: []access.Route{{Key: "$default"}, {Key: "GET /{proxy+}"}, {Key: "GET /a/{id}"}}}
	for target, want := range map[string]string{
		"/a/7": "GET /a/{id}", "/a/7?x=1": "GET /a/{id}", "/a/%37": "GET /a/{id}", "/a/7%2F8": "GET /{proxy+}", "/": "$default",
		"/a/{id}": "GET /a/{id}", "/a/b c": "GET /a/{id}",
		"a": "", "": "", "/a//b": "", "/a/../b": "", "/a/%2e": "", "/a/%": "", "*": "",
	} {
		if got := keyOf(e.Match("GET", target)); got != want {
			t.Errorf("GET %s: got route %q, want %q", target, got, want)
		}
	}
	for _, method := range []string{"get", "PROPFIND", "ANY", ""} {
		if found := e.Match(method, "/a/7"); found != nil {
			t.Errorf("%s: got %q", method, found.Key)
		}
	}
}

func TestRoute(t *testing.T) {
	t.Parallel()
	e := &access.Environment{Routes: []access.Route{{Key: "ANY /a"}, {Key: "GET /b/{id}"}, {Key: "POST /b/{id}"}}}
	for asked, want := range map[string]string{
		"ANY /a": "ANY /a", "GET /a": "ANY /a", "get /b/7?x=1": "GET /b/{id}", "POST /b/{id}": "POST /b/{id}", "GET  /a": "ANY /a",
		"PUT /b/7": "", "/a": "", "nonsense": "", "": "",
	} {
		if got := keyOf(e.Route(asked)); got != want {
			t.Errorf("%q: got %q, want %q", asked, got, want)
		}
	}
}
