package gateway_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/gateway"
)

const notFound = `{"message":"Not Found"}`

// routed is where a request ended up.
type routed struct {
	RouteKey   string
	Parameters map[string]string
}

func (a *api) route(t testing.TB, method, path string) routed {
	t.Helper()
	before := a.function.calls()
	got := a.call(t, method, path)
	if got.status == 404 {
		if got.body != notFound && method != http.MethodHead {
			t.Errorf("%s %s: got body %s", method, path, got.body)
		}
		if a.function.calls() != before {
			t.Errorf("%s %s: the function was called for a 404", method, path)
		}
		return routed{}
	}
	event := a.lastEvent(t)
	if event.RouteKey != event.RequestContext.RouteKey {
		t.Errorf("route keys %q and %q differ", event.RouteKey, event.RequestContext.RouteKey)
	}
	return routed{event.RouteKey, event.PathParameters}
}

func TestRoutePrecedence(t *testing.T) {
	t.Parallel()
	a := newAPI(t, func(a *api) {
		// The least specific come first: order in the template means nothing.
		a.config.Routes = openRoutes(
			"ANY /{proxy+}", "GET /pets/{proxy+}", "GET /pets/{kind}/{id}", "GET /pets/dog/{id}", "GET /pets/dog/1",
			"ANY /orders", "POST /orders", "GET /", "GET /books/new/{proxy+}", "GET /books/{id}/{part}",
		)
	})
	for _, c := range []struct {
		method, path string
		want         routed
	}{
		{"GET", "/pets/dog/1", routed{"GET /pets/dog/1", nil}},
		{"GET", "/pets/dog/2", routed{"GET /pets/dog/{id}", map[string]string{"id": "2"}}},
		{"GET", "/pets/cat/1", routed{"GET /pets/{kind}/{id}", map[string]string{"kind": "cat", "id": "1"}}},
		{"GET", "/pets/cat/1/toys", routed{"GET /pets/{proxy+}", map[string]string{"proxy": "cat/1/toys"}}},
		{"GET", "/pets/cat", routed{"GET /pets/{proxy+}", map[string]string{"proxy": "cat"}}},
		{"POST", "/pets/dog/1", routed{"ANY /{proxy+}", map[string]string{"proxy": "pets/dog/1"}}},
		{"GET", "/pets", routed{"ANY /{proxy+}", map[string]string{"proxy": "pets"}}},
		{"GET", "/books/new/x", routed{"GET /books/{id}/{part}", map[string]string{"id": "new", "part": "x"}}},
		{"GET", "/books/new/x/y", routed{"GET /books/new/{proxy+}", map[string]string{"proxy": "x/y"}}},
		{"POST", "/orders", routed{"POST /orders", nil}},
		{"GET", "/orders", routed{"ANY /orders", nil}},
		{"DELETE", "/orders", routed{"ANY /orders", nil}},
		{"HEAD", "/orders", routed{"ANY /orders", nil}},
		{"OPTIONS", "/orders", routed{"ANY /orders", nil}},
		{"GET", "/", routed{"GET /", nil}},
		{"POST", "/", routed{}},
		{"GET", "/Orders", routed{"ANY /{proxy+}", map[string]string{"proxy": "Orders"}}},
		{"GET", "/thing/", routed{"ANY /{proxy+}", map[string]string{"proxy": "thing/"}}},
	} {
		t.Run(c.method+" "+c.path, func(t *testing.T) {
			if diff := cmp.Diff(c.want, a.route(t, c.method, c.path)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDefaultRouteIsLast(t *testing.T) {
	t.Parallel()
	a := newAPI(t, func(a *api) { a.config.Routes = openRoutes("$default", "GET /x", "ANY /y/{proxy+}") })
	for _, c := range []struct{ method, path, want string }{
		{"GET", "/x", "GET /x"},
		{"POST", "/x", "$default"},
		{"GET", "/y/1", "ANY /y/{proxy+}"},
		{"GET", "/y", "$default"},
		{"GET", "/", "$default"},
		{"DELETE", "/any/thing", "$default"},
	} {
		if got := a.route(t, c.method, c.path); got.RouteKey != c.want {
			t.Errorf("%s %s: got %q, want %q", c.method, c.path, got.RouteKey, c.want)
		}
	}
}

// There is no 405, and no authorizer runs for a path without a route.
func TestUnmatchedRequests(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	for _, c := range [][2]string{{"POST", "/open"}, {"GET", "/"}, {"GET", "/test_jwt/other"}, {"GET", "/nothing"}, {"POST", "/test_jwt/read"}} {
		got := a.call(t, c[0], c[1], "Authorization", "Bearer garbage")
		if got.status != 404 || got.body != notFound || got.header.Get("Www-Authenticate") != "" {
			t.Errorf("%s %s: got %d %s", c[0], c[1], got.status, got.body)
		}
	}
	if got := a.issuer.discovery.Load(); got != 0 {
		t.Errorf("the issuer was asked %d times", got)
	}
}

func TestStages(t *testing.T) {
	t.Parallel()
	both := []gateway.Stage{{Name: "$default"}, {Name: "dev", Variables: map[string]string{"color": "green"}}}
	for _, c := range []struct {
		name, path            string
		stages                []gateway.Stage
		status                int
		stage, rawPath, proxy string
	}{
		{"default", "/x", both, 200, "$default", "/x", "x"},
		{"named", "/dev/x", both, 200, "dev", "/dev/x", "x"},
		{"named, escaped", "/%64ev/x", both, 200, "dev", "/dev/x", "x"},
		{"name as a prefix", "/develop/x", both, 200, "$default", "/develop/x", "develop/x"},
		{"name elsewhere", "/x/dev", both, 200, "$default", "/x/dev", "x/dev"},
		{"name of the default stage", "/$default/x", both, 200, "$default", "/$default/x", "$default/x"},
		{"other case", "/DEV/x", both, 200, "$default", "/DEV/x", "DEV/x"},
		{"no default", "/x", both[1:], 404, "", "", ""},
		{"only named", "/dev/x", both[1:], 200, "dev", "/dev/x", "x"},
		{"root of a named stage", "/dev", both[1:], 404, "", "", ""},
		{"no stages", "/x", nil, 404, "", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a := newAPI(t, func(a *api) {
				a.config.Stages, a.config.Routes = c.stages, openRoutes("ANY /{proxy+}")
			})
			got := a.call(t, http.MethodGet, c.path)
			if got.status != c.status {
				t.Fatalf("got %d, want %d", got.status, c.status)
			}
			if c.status != 200 {
				return
			}
			event := a.lastEvent(t)
			if event.RequestContext.Stage != c.stage || event.RawPath != c.rawPath || event.RequestContext.HTTP.Path != c.rawPath {
				t.Errorf("got stage %q, rawPath %q, path %q", event.RequestContext.Stage, event.RawPath, event.RequestContext.HTTP.Path)
			}
			if event.PathParameters["proxy"] != c.proxy {
				t.Errorf("got proxy %q, want %q", event.PathParameters["proxy"], c.proxy)
			}
			if (c.stage == "dev") != (event.StageVariables["color"] == "green") {
				t.Errorf("got stage variables %v", event.StageVariables)
			}
		})
	}
}

func TestEncodedPathsAreDecodedOnce(t *testing.T) {
	t.Parallel()
	a := newAPI(t, func(a *api) { a.config.Routes = openRoutes("GET /pets/{name}", "GET /files/{path+}") })
	for _, c := range []struct{ target, rawPath, name, path string }{
		{"/pets/Chester%20Mall", "/pets/Chester Mall", "Chester Mall", ""},
		{"/pets/%E3%83%9D%E3%83%81", "/pets/ポチ", "ポチ", ""},
		{"/pets/a%2Bb+c", "/pets/a+b+c", "a+b+c", ""},
		{"/%70ets/x", "/pets/x", "x", ""},
		{"/pets/a%3Fb", "/pets/a", "a", ""},
		{"/files/%40id%2Fassets%2Fx.js%23save.txt", "/files/@id/assets/x.js#save.txt", "", "@id/assets/x.js#save.txt"},
	} {
		if got := a.call(t, http.MethodGet, c.target); got.status != 200 {
			t.Errorf("%s: got %d", c.target, got.status)
			continue
		}
		event := a.lastEvent(t)
		if event.RawPath != c.rawPath || event.PathParameters["name"] != c.name || event.PathParameters["path"] != c.path {
			t.Errorf("%s: got rawPath %q, parameters %v", c.target, event.RawPath, event.PathParameters)
		}
	}
}
