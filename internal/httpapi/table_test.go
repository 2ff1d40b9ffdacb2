package httpapi_test

import (
	"testing"

	"cognito-m2m/internal/httpapi"
)

// table holds routes by their keys.
func table(t *testing.T, keys ...string) httpapi.Table[string] {
	t.Helper()
	var entries []httpapi.Entry[string]
	for _, key := range keys {
		pattern, err := httpapi.ParseRouteKey(key)
		if err != nil {
			t.Fatalf("%s: %v", key, err)
		}
		entries = append(entries, httpapi.Entry[string]{Pattern: pattern, Route: key})
	}
	return httpapi.NewTable(entries)
}

func TestTable(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		keys []string // in the order of a template, which means nothing
		want map[string]string
	}{
		"texts and variables": {
			[]string{"GET /b/{id}", "GET /b/x", "ANY /b/{id}/c", "GET /b/x/{more}", "POST /"},
			map[string]string{
				"GET /b/x": "GET /b/x", "GET /b/1": "GET /b/{id}", "POST /b/1": "", "GET /b/x/c": "GET /b/x/{more}", "GET /b/y/c": "ANY /b/{id}/c",
				"POST /": "POST /", "GET /": "", "GET /b": "", "GET /b/": "", "GET /b/1/": "", "GET /B/x": "",
			},
		},
		"greedy": {
			[]string{"ANY /{proxy+}", "GET /a/{proxy+}", "ANY /a/b/{proxy+}", "GET /a/b/c"},
			map[string]string{
				"GET /a/b/c": "GET /a/b/c", "PUT /a/b/c": "ANY /a/b/{proxy+}", "GET /a/b": "GET /a/{proxy+}", "GET /a/b/": "GET /a/{proxy+}",
				"PUT /a/b": "ANY /{proxy+}", "GET /a": "ANY /{proxy+}", "GET /a/": "ANY /{proxy+}", "GET /": "",
			},
		},
		"a full path before a greedy one": {
			[]string{"GET /books/new/{proxy+}", "GET /books/{id}/{part}"},
			map[string]string{"GET /books/new/x": "GET /books/{id}/{part}", "GET /books/new/x/y": "GET /books/new/{proxy+}", "GET /books/new": ""},
		},
		"default": {
			[]string{"$default", "GET /a", "ANY /c/{x}", "GET /c/{proxy+}"},
			map[string]string{
				"GET /a": "GET /a", "PUT /a": "$default", "GET /c/d": "ANY /c/{x}", "GET /c/d/e": "GET /c/{proxy+}", "PUT /c/d/e": "$default", "GET /": "$default",
			},
		},
		"a variable goes last": {
			[]string{"GET /{x}/{y}", "GET /{x}/b", "GET /a/{y}"},
			map[string]string{"GET /a/b": "GET /a/{y}", "GET /c/b": "GET /{x}/b", "GET /c/d": "GET /{x}/{y}"},
		},
		"one method or all": {
			[]string{"ANY /c", "GET /c", "ANY /a/b", "GET /a/{x}"},
			map[string]string{"GET /c": "GET /c", "HEAD /c": "ANY /c", "GET /a/b": "ANY /a/b", "GET /a/c": "GET /a/{x}"},
		},
		"methods that there are not": {
			[]string{"$default", "ANY /{proxy+}"},
			map[string]string{"get /a": "", "PROPFIND /a": "", "ANY /a": "", " /a": ""},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			routes := table(t, c.keys...)
			for request, want := range c.want {
				method, path := cut(request)
				if got, _, found := routes.Match(method, path); got != want || found != (want != "") {
					t.Errorf("%s: got route %q, %t, want %q", request, got, found, want)
				}
			}
		})
	}
}

func TestPathParameters(t *testing.T) {
	t.Parallel()
	routes := table(t, "GET /a/{id}/{rest+}", "GET /b")
	if _, parameters, _ := routes.Match("GET", "/a/7/x/y"); len(parameters) != 2 || parameters["id"] != "7" || parameters["rest"] != "x/y" {
		t.Errorf("got %v", parameters)
	}
	if _, parameters, found := routes.Match("GET", "/b"); !found || parameters != nil {
		t.Errorf("without parameters: got %v", parameters)
	}
}
