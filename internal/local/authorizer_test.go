package local_test

import (
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"

	"cognito-m2m/internal/serving"
	"cognito-m2m/internal/serving/servingtest"
)

// askingDir is an assembly whose routes ask a Lambda authorizer for a word.
func askingDir(t *testing.T, word string, changes ...func(servingtest.Template)) string {
	t.Helper()
	dir := servingtest.AssemblyDir(t, func(api servingtest.Template) {
		servingtest.AskFunction(api, word)
		unthrottled(api)
		for _, change := range changes {
			change(api)
		}
	})
	servingtest.AddAuthorize(t, dir)
	return dir
}

// contextOf is what the authorizer's function said, out of the event that echo answers with.
type contextOf struct {
	Asked    int    `json:"asked"`
	ClientID string `json:"client_id"`
	Keys     string `json:"keys"`
	Route    string `json:"route"`
}

// ask calls a route with a word, and returns what the function behind it was told by the
// authorizer.
func ask(t *testing.T, d *serving.Description, path, word string) (status int, told contextOf) {
	t.Helper()
	status, body := servingtest.Status(t, d, path, word)
	if status != 200 {
		return status, told
	}
	var event struct {
		RequestContext struct {
			Authorizer struct {
				Lambda contextOf `json:"lambda"`
			} `json:"authorizer"`
		} `json:"requestContext"`
	}
	if err := json.Unmarshal([]byte(body), &event); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	return status, event.RequestContext.Authorizer.Lambda
}

// TestLambdaAuthorizerOfATemplate runs a function that only an authorizer calls, in a process of
// its own.
func TestLambdaAuthorizerOfATemplate(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var callers []string
	_, d := start(t, serving.Config{Observe: func(r serving.Request) {
		mu.Lock()
		defer mu.Unlock()
		callers = append(callers, r.Client)
	}}, askingDir(t, "sesame"))
	if got, _ := ask(t, d, "/test_jwt", ""); got != 401 {
		t.Errorf("without a word: %d", got)
	}
	if got, _ := ask(t, d, "/test_jwt", "wrong"); got != 403 {
		t.Errorf("with another word: %d", got)
	}
	got, told := ask(t, d, "/test_jwt", "sesame")
	want := contextOf{Asked: told.Asked, ClientID: d.Clients["reader"].ClientID, Keys: d.JWKSURI, Route: "ANY /test_jwt"}
	if got != 200 || told != want || told.Asked == 0 {
		t.Errorf("got %d, %+v, want %+v", got, told, want)
	}
	if _, again := ask(t, d, "/test_jwt", "sesame"); again != told {
		t.Errorf("the answer is not remembered: %+v, then %+v", told, again)
	}
	if _, other := ask(t, d, "/test_jwt/read", "sesame"); other.Route != "GET /test_jwt/read" {
		t.Errorf("the answer for one route holds for another: %+v", other)
	}
	mu.Lock()
	defer mu.Unlock()
	if want := []string{"", "reader", "reader", "reader", "reader"}; !slices.Equal(callers, want) {
		t.Errorf("observed %q, want %q", callers, want)
	}
}

// TestAuthorizersThatMayNotInvoke: a permission for another authorizer is none.
func TestAuthorizersThatMayNotInvoke(t *testing.T) {
	t.Parallel()
	_, d := start(t, serving.Config{}, askingDir(t, "sesame", func(api servingtest.Template) {
		api.Resources()["AuthorizePermission"].(map[string]any)["Properties"].(map[string]any)["SourceArn"] = "arn:aws:execute-api:*:*:*/authorizers/other"
	}))
	if got, _ := ask(t, d, "/test_jwt", "sesame"); got != 500 {
		t.Errorf("got %d", got)
	}
}

// TestApplyAuthorizers changes a run from the JWT authorizer to a function, to another word and
// back. What was remembered before a change does not outlive it.
func TestApplyAuthorizers(t *testing.T) {
	t.Parallel()
	run, d := start(t, serving.Config{}, servingtest.AssemblyDir(t, unthrottled))
	token := servingtest.Token(t, d, "reader")
	for _, step := range []struct {
		dir           string
		token, sesame int
		word          int // simsim
	}{
		{askingDir(t, "sesame"), 403, 200, 403},
		{askingDir(t, "simsim"), 403, 403, 200},
		{servingtest.AssemblyDir(t, unthrottled), 200, 401, 401},
	} {
		d, _ = apply(t, run, step.dir)
		for sent, want := range map[string]int{token: step.token, "sesame": step.sesame, "simsim": step.word} {
			for range 2 {
				if got, body := servingtest.Status(t, d, "/test_jwt", sent); got != want {
					t.Errorf("%.6s: %d, want %d: %s", sent, got, want, body)
				}
			}
		}
	}
}

// TestChangesNameAuthorizers: m2m up --watch tells of an authorizer that is another one.
func TestChangesNameAuthorizers(t *testing.T) {
	t.Parallel()
	run, _ := start(t, serving.Config{}, askingDir(t, "sesame"))
	_, changes := apply(t, run, askingDir(t, "sesame", func(api servingtest.Template) {
		api.Authorizer()["AuthorizerResultTtlInSeconds"] = 0
	}))
	if got := strings.Join(changes.Changed, ", "); got != "authorizer Jwt" {
		t.Errorf("changed: %s", got)
	}
}

// TestScopesBehindAFunction: a description has the scopes that the template tells, and null where
// nobody knows.
func TestScopesBehindAFunction(t *testing.T) {
	t.Parallel()
	_, d := start(t, serving.Config{}, askingDir(t, "sesame", func(api servingtest.Template) {
		for _, resource := range api.Resources() {
			route := resource.(map[string]any)
			if properties, ok := route["Properties"].(map[string]any); ok && properties["RouteKey"] == "GET /test_jwt/read" {
				route["Metadata"] = map[string]any{"m2m:scopes": []any{"test-api/read"}}
			}
		}
	}))
	for _, route := range d.Routes {
		told := route.RouteKey == "GET /test_jwt/read"
		if told && !slices.Equal(route.Scopes, []string{"test-api/read"}) || !told && route.Scopes != nil {
			t.Errorf("%s has the scopes %q", route.RouteKey, route.Scopes)
		}
	}
}
