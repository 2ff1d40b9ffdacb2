package access_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"cognito-m2m/internal/access"
	"cognito-m2m/internal/access/accesstest"
)

// TestMatchIsTheGateways asks the gateway with every method and path which route
// takes it.
func TestMatchIsTheGateways(t *testing.T) {
	t.Parallel()
	paths := []string{
		"/", "/a", "/a/", "/a/b", "/a/b/", "/a/b/c", "/a/b/c/d", "/b", "/b/1", "/b/1/c", "/b/x", "/b/x/c", "/c", "/c/d", "/c/d/e", "/z",
	}
	for name, keys := range map[string][]string{
		"texts and variables":  {"GET /a", "ANY /a", "GET /b/{id}", "GET /b/x", "ANY /b/{id}/c", "GET /b/x/{more}", "POST /"},
		"greedy":               {"GET /a/{proxy+}", "ANY /a/b/{proxy+}", "GET /a/b/c", "ANY /{proxy+}", "GET /b/{id}/{proxy+}"},
		"default":              {"$default", "GET /a", "ANY /c/{x}", "GET /c/{proxy+}"},
		"one method or all":    {"ANY /a/{x}", "GET /a/{proxy+}", "GET /{x}/b", "ANY /a/b", "ANY /c", "GET /c", "POST /b", "ANY /b"},
		"a variable goes last": {"GET /{x}/b", "GET /a/{y}", "GET /{x}/{y}"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := &access.Environment{}
			for _, key := range keys {
				e.Routes = append(e.Routes, access.Route{Key: key})
			}
			api, err := accesstest.Gateway(e, "", answerRouteKey)
			if err != nil {
				t.Fatal(err)
			}
			for _, method := range access.Methods {
				for _, path := range paths {
					want := ask(t, api, method, path)
					if got := keyOf(e.Match(method, path)); got != want {
						t.Errorf("%s %s: got route %q, and the gateway takes %q", method, path, got, want)
					}
				}
			}
		})
	}
}

func keyOf(r *access.Route) string {
	if r == nil {
		return ""
	}
	return r.Key
}

// answerRouteKey is a function that answers with the route that took the request.
func answerRouteKey(_ context.Context, payload []byte) ([]byte, string, error) {
	var event struct{ RouteKey string }
	if err := json.Unmarshal(payload, &event); err != nil {
		return nil, "", err
	}
	response, err := json.Marshal(map[string]any{"statusCode": 200, "headers": map[string]string{"x-route": event.RouteKey}})
	return response, "", err
}

func ask(t *testing.T, api http.Handler, method, path string) string {
	t.Helper()
	answer := httptest.NewRecorder()
	api.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), method, path, http.NoBody))
	return answer.Header().Get("x-route")
}

func TestMatchTakesNothingElse(t *testing.T) {
	t.Parallel()
	e := &access.Environment{Routes: []access.Route{{Key: "$default"}, {Key: "ANY /{proxy+}"}}}
	for _, request := range [][2]string{{"get", "/a"}, {"PROPFIND", "/a"}, {"GET", "a"}, {"GET", ""}, {"GET", "/a//b"}} {
		if found := e.Match(request[0], request[1]); found != nil {
			t.Errorf("%v: got %q", request, found.Key)
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
