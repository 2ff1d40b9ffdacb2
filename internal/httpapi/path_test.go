package httpapi_test

import (
	"errors"
	"net/url"
	"testing"

	"cognito-m2m/internal/httpapi"
)

func TestCanonicalPath(t *testing.T) {
	t.Parallel()
	for target, want := range map[string]string{ // "" for a path that has no form
		"/": "/", "/a/": "/a/", "/a?b=/../c": "/a", "/%61/b%20c+d": "/a/b c+d", "/a%2Fb": "/a/b", "/a%3Fb": "/a", "/a%253F": "/a%3F", "/...": "/...",
		"//a": "", "/a//b": "", "/a%2F%2Fb": "", "/.": "", "/a/../b": "", "/%2e%2E/a": "", "/a%00": "", "/a%0a": "", "/a%ff": "", "*": "",
	} {
		location, err := url.ParseRequestURI(target)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := httpapi.CanonicalPath(location); got != want || ok != (want != "") {
			t.Errorf("%s: got %q, %t, want %q", target, got, ok, want)
		}
	}
}

func TestParseIdentitySource(t *testing.T) {
	t.Parallel()
	const header, query = "$request.header.", "$request.querystring."
	for name, c := range map[string]struct {
		expressions []string
		want        httpapi.IdentitySource
	}{
		"header":          {[]string{header + "X-Token"}, httpapi.IdentitySource{Header: "X-Token"}},
		"query parameter": {[]string{query + "t"}, httpapi.IdentitySource{Query: "t"}},
		"none":            {nil, httpapi.IdentitySource{}},
		"two":             {[]string{header + "A", query + "t"}, httpapi.IdentitySource{}},
		"no name":         {[]string{query}, httpapi.IdentitySource{}},
		"no header name":  {[]string{header + "a b"}, httpapi.IdentitySource{}},
		"another place":   {[]string{"$context.stage"}, httpapi.IdentitySource{}},
	} {
		got, err := httpapi.ParseIdentitySource(c.expressions)
		wrong := c.want == (httpapi.IdentitySource{})
		if got != c.want || wrong != errors.Is(err, httpapi.ErrIdentitySource) {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
	}
}
