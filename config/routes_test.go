package config_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/config"
)

func TestRouteKeys(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		route config.Route
		want  []string
	}{
		"one method":  {config.Route{Path: "/x", Methods: []string{"GET"}}, []string{"GET /x"}},
		"two methods": {config.Route{Path: "/x/{id}", Methods: []string{"GET", "PUT"}}, []string{"GET /x/{id}", "PUT /x/{id}"}},
		"default":     {config.Route{Path: "$default"}, []string{"$default"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, c.route.Keys()); diff != "" {
				t.Errorf("keys (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRoutes(t *testing.T) {
	t.Parallel()
	const (
		second  = "    - {path: /test_jwt/read, methods: [GET], scopes: [test-api/read], function: echo}\n"
		block   = "\n    - {path: /test_jwt, methods: [ANY], scopes: []}\n" + second
		addOne  = "(add one, for example {path: /orders, methods: [GET], scopes: [orders/read]})"
		methods = "(write [ANY] or the methods, for example [GET, POST])"
	)
	// route is a third entry of api.routes, on line 18.
	route := func(written, want string) faulty { return faulty{second, second + "    - " + written + "\n", want} }
	path := func(written string) faulty {
		return route("{path: \""+written+"\", methods: [GET], scopes: []}", `18:14: api.routes[2].path: "`+written+
			`" is not a valid route path ("/" or "/"-separated segments of letters, digits, . _ ~ : @ - and {parameters}; no "/" last; {proxy+} last only)`)
	}
	reject(t, map[string]faulty{
		"none":                 {block, " []\n", "15:3: api.routes: has no routes " + addOne},
		"left out":             {"  routes:" + block, "", "14:1: api.routes: is missing " + addOne},
		"no api":               {"api:\n  routes:" + block + "  throttle: {rate: 100, burst: 200}\n", "", "1:1: api: is missing (add it with at least one route)"},
		"no path":              route("{methods: [GET], scopes: []}", "18:7: api.routes[2].path: is missing"),
		"empty path":           path(""),
		"no slash first":       path("x"),
		"slash last":           path("/x/"),
		"empty segment":        path("/x//y"),
		"query":                path("/x?y"),
		"greedy in the middle": path("/{proxy+}/x"),
		"greedy part":          path("/x{proxy+}"),
		"open brace":           path("/{x"),
		"unnamed parameter":    path("/{}"),
		"$default and more":    path("$default/x"),
		"parameter twice":      route(`{path: "/{a}/{b}/{a+}", methods: [GET], scopes: []}`, `18:14: api.routes[2].path: has two parameters called "a" (rename one)`),
		"no methods":           route("{path: /x, scopes: []}", "18:7: api.routes[2].methods: is missing "+methods),
		"empty methods":        route("{path: /x, methods: [], scopes: []}", "18:18: api.routes[2].methods: has no methods"),
		"unknown method":       route("{path: /x, methods: [GTE], scopes: []}", `18:28: api.routes[2].methods[0]: unknown HTTP method "GTE" (did you mean "GET"?)`),
		"foreign method":       route("{path: /x, methods: [CONNECT], scopes: []}", `18:28: api.routes[2].methods[0]: unknown HTTP method "CONNECT" (known: ANY, DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT)`),
		"method twice":         route("{path: /x, methods: [GET, get], scopes: []}", `18:33: api.routes[2].methods[1]: "GET" is already at api.routes[2].methods[0] (remove one)`),
		"ANY and GET":          route("{path: /x, methods: [ANY, GET], scopes: []}", "18:18: api.routes[2].methods: ANY can't be combined with other methods (it covers the others; give them a route of their own if they differ)"),
		"methods of $default":  route("{path: $default, methods: [ANY], scopes: []}", "18:24: api.routes[2].methods: can't be combined with $default ($default takes every method; remove methods)"),
		"no scopes":            route("{path: /x, methods: [GET]}", "18:7: api.routes[2].scopes: is missing (write [] to accept any token of a known client)"),
		"null scopes":          route("{path: /x, methods: [GET], scopes: }", "18:34: api.routes[2].scopes: has no value (write [] to accept any token of a known client)"),
		"unknown scope":        route("{path: /x, methods: [GET], scopes: [test-api/reed]}", `18:43: api.routes[2].scopes[0]: unknown scope "test-api/reed" (did you mean "test-api/read"?)`),
		"unknown function":     route("{path: /x, methods: [GET], scopes: [], function: eco}", `18:56: api.routes[2].function: no function "eco": lambda/eco/main.go is not there (did you mean "echo"?)`),
		"folder without main":  route("{path: /x, methods: [GET], scopes: [], function: notes}", `18:56: api.routes[2].function: no function "notes": lambda/notes/main.go is not there (known: echo)`),
		"rotation function":    route("{path: /x, methods: [GET], scopes: [], function: rotate}", `18:56: api.routes[2].function: "rotate" rotates the clients' secrets and answers no requests (known: echo)`),
		"function elsewhere":   route("{path: /x, methods: [GET], scopes: [], function: ../lambda/echo}", `18:56: api.routes[2].function: "../lambda/echo" is not a valid function name (a folder under lambda/: lower-case letters, digits, hyphens and underscores, a letter first)`),
		"rate 0":               {"rate: 100", "rate: 0", "18:20: api.throttle.rate: 0 is too small, it must be above 0"},
		"rate negative":        {"rate: 100", "rate: -1.5", "18:20: api.throttle.rate: -1.5 is too small, it must be above 0"},
		"rate infinite":        {"rate: 100", "rate: .inf", `18:20: api.throttle.rate: want a number, got ".inf"`},
		"rate not a number":    {"rate: 100", "rate: .nan", `18:20: api.throttle.rate: want a number, got ".nan"`},
		"burst 0":              {"burst: 200", "burst: 0", "18:32: api.throttle.burst: 0 is too small, it must be above 0"},
		"burst broken":         {"burst: 200", "burst: 0.5", `18:32: api.throttle.burst: want a whole number, got "0.5"`},
		"burst huge":           {"burst: 200", "burst: 3000000000", "18:32: api.throttle.burst: 3000000000 is too large, at most 2147483647 is allowed"},
	})
}

func TestRouteScopeLimit(t *testing.T) {
	t.Parallel()
	scopes := repeat(11, "x/s%d", ", ")
	content := strings.NewReplacer(
		"clients:\n", "  - {identifier: x, scopes: {"+repeat(11, "s%d: S", ", ")+"}}\nclients:\n",
		"reader: {scopes: [test-api/read]}", "reader: {scopes: [test-api/read, "+scopes+"]}",
		"scopes: []", "scopes: ["+scopes+"]",
	).Replace(valid)
	reject(t, map[string]faulty{"11": {
		new:  content,
		want: "17:41: api.routes[0].scopes: has 11 scopes, at most 10 are allowed (API Gateway's limit for a route)",
	}})
}

func TestDuplicateRoutes(t *testing.T) {
	t.Parallel()
	const second = "    - {path: /test_jwt/read, methods: [GET], scopes: [test-api/read], function: echo}\n"
	cases := map[string]struct{ routes, want string }{
		"same key":               {"{path: /a, methods: [GET], scopes: []}\n{path: /a, methods: [POST, GET], scopes: []}", `19:7: api.routes[3]: duplicate route "GET /a" (it is already at api.routes[2])`},
		"ANY twice":              {"{path: /a, methods: [ANY], scopes: []}\n{path: /a, methods: [ANY], scopes: []}", `19:7: api.routes[3]: duplicate route "ANY /a" (it is already at api.routes[2])`},
		"other parameter name":   {"{path: '/a/{x}', methods: [GET], scopes: []}\n{path: '/a/{y}', methods: [GET], scopes: []}", `19:7: api.routes[3]: duplicate route "GET /a/{y}" (it matches the same requests as "GET /a/{x}" at api.routes[2])`},
		"other greedy name":      {"{path: '/a/{x+}', methods: [GET], scopes: []}\n{path: '/a/{y+}', methods: [GET], scopes: []}", `19:7: api.routes[3]: duplicate route "GET /a/{y+}" (it matches the same requests as "GET /a/{x+}" at api.routes[2])`},
		"$default twice":         {"{path: $default, scopes: []}\n{path: $default, scopes: []}", `19:7: api.routes[3]: duplicate route "$default" (it is already at api.routes[2])`},
		"ANY beside GET":         {"{path: /a, methods: [ANY], scopes: []}\n{path: /a, methods: [GET], scopes: []}", ""},
		"parameter beside plain": {"{path: '/a/{x}', methods: [GET], scopes: []}\n{path: /a/x, methods: [GET], scopes: []}\n{path: '/a/{x+}', methods: [GET], scopes: []}", ""},
		"methods apart":          {"{path: /a, methods: [GET], scopes: []}\n{path: /a, methods: [PUT], scopes: []}", ""},
		"letters apart":          {"{path: /a, methods: [GET], scopes: []}\n{path: /A, methods: [GET], scopes: []}", ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			added := "    - " + strings.ReplaceAll(c.routes, "\n", "\n    - ") + "\n"
			_, got := load(t, "dev.yaml", edit(t, second, second+added))
			line := strings.TrimPrefix(strings.Join(got, "\n"), "environments/dev.yaml:")
			if diff := cmp.Diff(c.want, line); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}
