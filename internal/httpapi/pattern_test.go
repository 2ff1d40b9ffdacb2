package httpapi_test

import (
	"errors"
	"strings"
	"testing"

	"cognito-m2m/internal/httpapi"
)

func cut(request string) (method, path string) {
	method, path, _ = strings.Cut(request, " ")
	return method, path
}

func TestParseRouteKeyRefuses(t *testing.T) {
	t.Parallel()
	for _, key := range []string{
		"", "/x", "GET", "GET x", "get /x", "TRACE /x", "GET /x/", "GET //x", "GET  /x", "GET /{proxy+}/x", "GET /{a", "GET /a}",
		"GET /{}", "GET /x{a}", "GET /{a+}{b}", "$default /x", "ANY", "GET /{a b}",
	} {
		if _, err := httpapi.ParseRouteKey(key); !errors.Is(err, httpapi.ErrRouteKey) {
			t.Errorf("%q: got %v", key, err)
		}
	}
}

// TestShape compares keys that take the same requests, and such that do not.
func TestShape(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"GET /a/{x}", "GET /a/{y}", true},
		{"GET /{x+}", "GET /{y+}", true},
		{"$default", "$default", true},
		{"GET /a/{x}", "GET /a/{x+}", false},
		{"GET /a", "ANY /a", false},
		{"GET /a", "GET /A", false},
		{"ANY /{x+}", "$default", false},
		{"GET /", "GET /{x}", false},
	} {
		a, errA := httpapi.ParseRouteKey(c.a)
		b, errB := httpapi.ParseRouteKey(c.b)
		if errA != nil || errB != nil || (a.Shape() == b.Shape()) != c.same {
			t.Errorf("%s and %s: got %q and %q", c.a, c.b, a.Shape(), b.Shape())
		}
	}
}
