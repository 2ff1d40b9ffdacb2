package gateway_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/gateway"
	"cognito-m2m/internal/m2mtest"
)

const (
	simpleYes = `{"isAuthorized":true,"context":{"client_id":"reader","number":1,"truth":true,"list":["a"]}}`
	simpleNo  = `{"isAuthorized":false,"context":{"client_id":"reader"}}`
)

// asks makes two routes ask a Lambda authorizer with simple responses, whose function answers with
// output.
func asks(output string, changes ...func(*gateway.Authorizer)) func(*api) {
	return func(a *api) {
		a.asked = answering(output)
		authorizer := gateway.Authorizer{
			ID: "asking", Name: "Asking", IdentitySource: []string{"$request.header.Authorization"},
			Function: &gateway.AuthorizerFunction{ARN: askedARN, PayloadFormatVersion: "2.0", SimpleResponses: true, ResultTTL: time.Minute},
		}
		for _, change := range changes {
			change(&authorizer)
		}
		a.config.Authorizers = append(a.config.Authorizers, authorizer)
		for _, key := range []string{"GET /orders/{id}", "ANY /admin"} {
			a.config.Routes = append(a.config.Routes, gateway.Route{
				Key: key, AuthorizationType: "CUSTOM", AuthorizerID: "asking", IntegrationID: "echo",
			})
		}
		toAuthorizer := permission("authorizers/asking")
		toAuthorizer.FunctionARN = askedARN
		a.config.Permissions = append(a.config.Permissions, toAuthorizer)
	}
}

func withPolicy(a *gateway.Authorizer) { a.Function.SimpleResponses = false }
func forgetting(a *gateway.Authorizer) { a.Function.ResultTTL = 0 }
func version1(a *gateway.Authorizer) {
	a.Function.PayloadFormatVersion, a.Function.SimpleResponses = "1.0", false
}

func sources(s ...string) func(*gateway.Authorizer) {
	return func(a *gateway.Authorizer) { a.IdentitySource = s }
}

// policyFor is an answer that has an effect on a resource of the API.
func policyFor(effect, resource string) string {
	return `{"principalId":"reader","policyDocument":{"Version":"2012-10-17","Statement":[{"Action":"execute-api:Invoke","Effect":"` + effect +
		`","Resource":"arn:aws:execute-api:us-east-1:123456789012:` + apiID + "/" + resource + `"}]},"context":{"client_id":"reader"}}`
}

func TestAnswersOfAuthorizers(t *testing.T) {
	t.Parallel()
	const (
		forbidden = `{"message":"Forbidden"}`
		internal  = `{"message":"Internal Server Error"}`
	)
	for _, c := range []struct {
		name, output string
		changes      []func(*gateway.Authorizer)
		status       int
		body         string
		logged       string // $context.authorizer.error and $context.error.responseType
	}{
		{"yes", simpleYes, nil, 200, "", "-;-"},
		{"yes, and nothing else", `{"isAuthorized":true}`, nil, 200, "", "-;-"},
		{"no", simpleNo, nil, 403, forbidden, "-;ACCESS_DENIED"},
		{"a policy that allows", policyFor("Allow", "$default/GET/orders/1"), []func(*gateway.Authorizer){withPolicy}, 200, "", "-;-"},
		{"a policy that allows all", policyFor("Allow", "*"), []func(*gateway.Authorizer){version1}, 200, "", "-;-"},
		{"a policy that denies", policyFor("Deny", "*"), []func(*gateway.Authorizer){withPolicy}, 403, forbidden, "-;ACCESS_DENIED"},
		{"a policy for another route", policyFor("Allow", "$default/GET/orders/2"), []func(*gateway.Authorizer){version1}, 403, forbidden, "-;ACCESS_DENIED"},
		{"a policy that allows nothing", `{"principalId":"a","policyDocument":{"Statement":[]}}`, []func(*gateway.Authorizer){withPolicy}, 403, forbidden, "-;ACCESS_DENIED"},
		{
			"not JSON", "yes", nil, 500, internal,
			"The response from the Lambda Authorizer function doesn't match the format that API Gateway expects. Invalid json in authorizer response;AUTHORIZER_CONFIGURATION_ERROR",
		},
		{
			"neither yes nor no", `{"isAuthorized":"true"}`, nil, 500, internal,
			"The response from the Lambda Authorizer function doesn't match the format that API Gateway expects. 'isAuthorized' is not true or false;AUTHORIZER_CONFIGURATION_ERROR",
		},
		{
			"a policy where none is expected", policyFor("Allow", "*"), nil, 500, internal,
			"The response from the Lambda Authorizer function doesn't match the format that API Gateway expects. Simple response did not include 'isAuthorized';AUTHORIZER_CONFIGURATION_ERROR",
		},
		{
			"a yes where a policy is expected", simpleYes,
			[]func(*gateway.Authorizer){withPolicy},
			500, internal,
			"The response from the Lambda Authorizer function doesn't match the format that API Gateway expects. 'principalId' is not a text;AUTHORIZER_CONFIGURATION_ERROR",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a := newAPI(t, asks(c.output, c.changes...), logging("$context.requestId;$context.authorizer.error;$context.error.responseType"))
			got := a.call(t, http.MethodGet, "/orders/1", "Authorization", "Bearer secret")
			if got.status != c.status || got.status != 200 && got.body != c.body {
				t.Errorf("got %d %s", got.status, got.body)
			}
			if challenge, ok := got.header["Www-Authenticate"]; ok {
				t.Errorf("got www-authenticate %q", challenge)
			}
			if _, logged, _ := strings.Cut(strings.TrimSuffix(a.log.String(), "\n"), ";"); logged != c.logged {
				t.Errorf("logged %s", logged)
			}
			if calls := a.function.calls(); (calls == 1) != (c.status == 200) {
				t.Errorf("the route's function was called %d times", calls)
			}
		})
	}
}

// A function that fails, and what a caller is told of it: nothing.
func TestAuthorizersThatDoNotAnswer(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*api)
		logged []string
	}{
		{"a crash", func(a *api) {
			a.asked.respond = func(context.Context, []byte) ([]byte, string, error) { return nil, "", errCrash }
		}, []string{"the authorizer's function failed: the process exited", "AUTHORIZER_FAILURE"}},
		{"Lambda refuses", func(a *api) {
			a.asked.respond = func(context.Context, []byte) ([]byte, string, error) { return nil, "", throttled{} }
		}, []string{"the authorizer's function failed: throttled", "AUTHORIZER_FAILURE"}},
		{"no permission", func(a *api) { a.config.Permissions = a.config.Permissions[:1] }, []string{
			"The IAM role configured on the authorizer or API Gateway doesn't have permissions to call the authorizer. Check the permissions and try again.",
			"AUTHORIZER_CONFIGURATION_ERROR", "arn:aws:execute-api:us-east-1:123456789012:" + apiID + "/authorizers/asking", askedARN,
		}},
		{"permission for another authorizer", func(a *api) {
			a.config.Permissions[1].SourceARN += "2"
		}, []string{"doesn't have permissions to call the authorizer"}},
		{"permission of another account", func(a *api) {
			a.config.Permissions[1].SourceAccount = "210987654321"
		}, []string{"doesn't have permissions to call the authorizer"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var log m2mtest.Buffer
			a := newAPI(t, asks(simpleYes), c.change, logging("$context.requestId $context.authorizer.error $context.error.responseType"), func(a *api) {
				a.config.Log = slog.New(slog.NewTextHandler(&log, nil))
			})
			got := a.call(t, http.MethodGet, "/orders/1", "Authorization", "Bearer secret")
			if got.status != 500 || got.body != `{"message":"Internal Server Error"}` || got.header.Get("Www-Authenticate") != "" {
				t.Errorf("got %d %s %v", got.status, got.body, got.header)
			}
			if a.function.calls() > 0 {
				t.Error("the route's function was called")
			}
			m2mtest.Contains(t, a.log.String()+log.String(), c.logged...)
		})
	}
}

func TestAuthorizerPermissions(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*api){
		"as CDK writes it": func(*api) {},
		"any authorizer":   func(a *api) { a.config.Permissions[1] = toAsked("authorizers/*") },
		"the whole API":    func(a *api) { a.config.Permissions[1] = toAsked("*") },
		"without a source": func(a *api) { a.config.Permissions[1].SourceARN = "" },
		"a role of the authorizer": func(a *api) {
			a.config.Permissions, a.config.Authorizers[1].Function.HasRole = a.config.Permissions[:1], true
		},
		"two authorizers, one of two": func(a *api) { a.config.Permissions = append(a.config.Permissions, toAsked("authorizers/other")) },
	} {
		a := newAPI(t, asks(simpleYes), change)
		if got := a.call(t, http.MethodGet, "/orders/1", "Authorization", "x"); got.status != 200 {
			t.Errorf("%s: got %d", name, got.status)
		}
	}
}

func toAsked(resource string) gateway.Permission {
	p := permission(resource)
	p.FunctionARN = askedARN
	return p
}

// An authorizer has 10 seconds, whatever the integration and the function's own limit are.
func TestAuthorizersHaveTenSeconds(t *testing.T) {
	t.Parallel()
	var g http.Handler
	asked := answering(simpleYes)
	a := newAPI(t, asks(""), func(a *api) { a.asked = asked })
	g = a.handler()
	for takes, want := range map[time.Duration]int{
		10*time.Second - time.Millisecond: 200,
		10*time.Second + time.Millisecond: 500,
		time.Minute:                       500,
	} {
		synctest.Test(t, func(t *testing.T) {
			asked.mu.Lock()
			asked.respond = func(ctx context.Context, _ []byte) ([]byte, string, error) {
				select {
				case <-time.After(takes):
					return []byte(simpleYes), "", nil
				case <-ctx.Done():
					return nil, "", ctx.Err()
				}
			}
			asked.mu.Unlock()
			began := time.Now()
			request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/orders/1", nil)
			request.Header.Set("Authorization", takes.String())
			recorder := httptest.NewRecorder()
			g.ServeHTTP(recorder, request)
			if took := time.Since(began); recorder.Code != want || took > 10*time.Second {
				t.Errorf("a function that takes %s: got %d after %s", takes, recorder.Code, took)
			}
		})
	}
}

// A caller that goes away does not end the call of its authorizer's function, as it does not end
// that of a route's.
func TestCallersThatGoAwayDoNotEndTheirAuthorizer(t *testing.T) {
	t.Parallel()
	ended := make(chan error, 1)
	a := newAPI(t, asks(simpleYes))
	a.asked.respond = func(ctx context.Context, _ []byte) ([]byte, string, error) {
		ended <- ctx.Err()
		return []byte(simpleYes), "", nil
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	request := httptest.NewRequestWithContext(ctx, http.MethodGet, "/orders/1", nil)
	request.Header.Set("Authorization", "x")
	a.handler().ServeHTTP(httptest.NewRecorder(), request)
	if err := <-ended; err != nil {
		t.Errorf("the function was called with %v", err)
	}
}

func TestIdentitySourcesOfAuthorizers(t *testing.T) {
	t.Parallel()
	const header, query = "$request.header.", "$request.querystring."
	for _, c := range []struct {
		name    string
		sources []string
		target  string
		headers []string
		want    []string // what the function was told; nil where it must not be asked
	}{
		{"a header", []string{header + "authorization"}, "/orders/1", []string{"Authorization", "Bearer x"}, []string{"Bearer x"}},
		{"a header that is missing", []string{header + "Authorization"}, "/orders/1", nil, nil},
		{"a header that is empty", []string{header + "Authorization"}, "/orders/1", []string{"Authorization", ""}, nil},
		{"a header that is blank", []string{header + "Authorization"}, "/orders/1", []string{"Authorization", "  "}, nil},
		{"a header twice", []string{header + "X-Key"}, "/orders/1", []string{"X-Key", "a", "X-Key", "b"}, []string{"a,b"}},
		{"the host", []string{header + "Host"}, "/orders/1", nil, []string{"HOST"}},
		{"a parameter", []string{query + "key"}, "/orders/1?key=a%20b", nil, []string{"a b"}},
		{"a parameter in another case", []string{query + "key"}, "/orders/1?Key=a", nil, nil},
		{"a parameter without a value", []string{query + "key"}, "/orders/1?key=", nil, nil},
		{"a parameter twice", []string{query + "key"}, "/orders/1?key=a&key=b", nil, []string{"a,b"}},
		{"the route", []string{header + "X-Key", "$context.routeKey"}, "/orders/1", []string{"X-Key", "a"}, []string{"a", "GET /orders/{id}"}},
		{
			"other variables",
			[]string{"$context.httpMethod", "$context.path", "$context.stage", "$context.apiId", "$context.identity.sourceIp"},
			"/orders/1", nil,
			[]string{"GET", "/orders/1", "$default", apiID, "127.0.0.1"},
		},
		{"a variable of the answer", []string{"$context.status"}, "/orders/1", nil, nil},
		{"a variable of the authorizer", []string{"$context.authorizer.client_id"}, "/orders/1", nil, nil},
		{"a variable with a value AWS alone has", []string{"$context.identity.clientCert.subjectDN"}, "/orders/1", nil, nil},
		{"a stage variable", []string{"$stageVariables.part"}, "/orders/1", nil, []string{"blue"}},
		{"a stage variable that is not there", []string{"$stageVariables.other"}, "/orders/1", nil, nil},
		{"one of two is missing", []string{header + "X-Key", query + "key"}, "/orders/1", []string{"X-Key", "a"}, nil},
		{"in the order of the authorizer", []string{query + "b", header + "A"}, "/orders/1?b=2", []string{"A", "1"}, []string{"2", "1"}},
		{"none", nil, "/orders/1", nil, []string{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a := newAPI(t, asks(simpleYes, forgetting, sources(c.sources...)), func(a *api) {
				a.config.Stages[0].Variables = map[string]string{"part": "blue"}
			})
			got := a.call(t, http.MethodGet, c.target, c.headers...)
			if c.want == nil {
				if got.status != 401 || got.body != `{"message":"Unauthorized"}` || got.header.Get("Www-Authenticate") != "" || a.asked.calls() > 0 {
					t.Errorf("got %d %s, %v, and the function was asked %d times", got.status, got.body, got.header, a.asked.calls())
				}
				return
			}
			var event struct {
				IdentitySource []string `json:"identitySource"`
			}
			if got.status != 200 {
				t.Fatalf("got %d", got.status)
			}
			if err := json.Unmarshal(a.asked.events[0], &event); err != nil {
				t.Fatal(err)
			}
			if len(c.want) > 0 && c.want[0] == "HOST" {
				c.want = []string{strings.TrimPrefix(a.url, "http://")}
			}
			if diff := cmp.Diff(c.want, event.IdentitySource); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// rememberedCall is a call, and whether the authorizer's function is asked for it.
type rememberedCall struct {
	after       time.Duration
	method, url string
	token       string
	status      int
	asked       bool
}

func TestRememberedAnswers(t *testing.T) {
	t.Parallel()
	named := func(a *api) {
		a.config.Stages = append(a.config.Stages, gateway.Stage{Name: "dev"})
	}
	for _, c := range []struct {
		name   string
		change func(*api)
		calls  []rememberedCall
	}{
		{"a yes opens every route", asks(simpleYes), []rememberedCall{
			{0, "GET", "/orders/1", "a", 200, true},
			{0, "GET", "/orders/1", "a", 200, false},
			{0, "GET", "/orders/2", "a", 200, false},
			{0, "DELETE", "/admin", "a", 200, false},
			{0, "GET", "/orders/1", "b", 200, true},
			{59 * time.Second, "GET", "/orders/1", "a", 200, false},
			{time.Second, "GET", "/orders/1", "a", 200, true},
			{59 * time.Second, "GET", "/orders/1", "a", 200, false},
		}},
		{"a no closes every route", asks(simpleNo), []rememberedCall{
			{0, "GET", "/orders/1", "a", 403, true},
			{0, "GET", "/admin", "a", 403, false},
			{time.Minute, "GET", "/admin", "a", 403, true},
		}},
		{"each route, where the route is among the sources", asks(simpleYes, sources("$request.header.Authorization", "$context.routeKey")), []rememberedCall{
			{0, "GET", "/orders/1", "a", 200, true},
			{0, "GET", "/orders/2", "a", 200, false},
			{0, "GET", "/admin", "a", 200, true},
			{0, "POST", "/admin", "a", 200, false},
		}},
		{"a policy is asked for each request", asks(policyFor("Allow", "$default/GET/orders/*"), withPolicy), []rememberedCall{
			{0, "GET", "/orders/1", "a", 200, true},
			{0, "GET", "/admin", "a", 403, false},
			{0, "GET", "/orders/2", "a", 200, false},
		}},
		{"a policy for the route that came first", asks(policyFor("Allow", "$default/GET/orders/1"), version1), []rememberedCall{
			{0, "GET", "/orders/1", "a", 200, true},
			{0, "GET", "/orders/2", "a", 403, false},
		}},
		{"a policy that denied first", asks(policyFor("Allow", "$default/GET/orders/1"), withPolicy), []rememberedCall{
			{0, "GET", "/orders/2", "a", 403, true},
			{0, "GET", "/orders/1", "a", 200, false},
		}},
		{"each stage", func(a *api) { asks(simpleYes)(a); named(a) }, []rememberedCall{
			{0, "GET", "/orders/1", "a", 200, true},
			{0, "GET", "/dev/orders/1", "a", 200, true},
			{0, "GET", "/dev/orders/1", "a", 200, false},
		}},
		{"nothing for no time", asks(simpleYes, forgetting), []rememberedCall{
			{0, "GET", "/orders/1", "a", 200, true},
			{0, "GET", "/orders/1", "a", 200, true},
		}},
		{"nothing without a source", asks(simpleYes, forgetting, sources()), []rememberedCall{
			{0, "GET", "/orders/1", "a", 200, true},
			{0, "GET", "/orders/1", "a", 200, true},
		}},
		{"no answer that is invalid", asks(`{}`), []rememberedCall{
			{0, "GET", "/orders/1", "a", 500, true},
			{0, "GET", "/orders/1", "a", 500, true},
		}},
		{"no missing source", asks(simpleYes), []rememberedCall{
			{0, "GET", "/orders/1", "", 401, false},
			{0, "GET", "/orders/1", "a", 200, true},
			{0, "GET", "/orders/1", "", 401, false},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a := newAPI(t, c.change)
			for i, call := range c.calls {
				a.clock.Advance(call.after)
				before := a.asked.calls()
				got := a.call(t, call.method, call.url, "Authorization", call.token)
				if asked := a.asked.calls() > before; got.status != call.status || asked != call.asked {
					t.Errorf("call %d, %s %s: got %d, asked %t", i+1, call.method, call.url, got.status, asked)
				}
			}
		})
	}
}

// What is remembered is the whole answer: the function gets its context, and the log its values.
func TestRememberedContext(t *testing.T) {
	t.Parallel()
	a := newAPI(t, asks(simpleYes), logging("$context.requestId;$context.authorizer.client_id"))
	for range 2 {
		a.call(t, http.MethodGet, "/orders/1", "Authorization", "x")
	}
	var first, second bytes.Buffer
	for i, to := range []*bytes.Buffer{&first, &second} {
		var event struct {
			RequestContext struct {
				Authorizer json.RawMessage `json:"authorizer"`
			} `json:"requestContext"`
		}
		if err := json.Unmarshal(a.function.events[i], &event); err != nil {
			t.Fatal(err)
		}
		to.Write(event.RequestContext.Authorizer)
	}
	const want = `{"lambda":{"client_id":"reader","list":["a"],"number":1,"truth":true}}`
	if first.String() != want || second.String() != want || a.asked.calls() != 1 {
		t.Errorf("got %s, then %s, asked %d times", &first, &second, a.asked.calls())
	}
	if got := strings.Count(a.log.String(), ";reader\n"); got != 2 {
		t.Errorf("logged %s", a.log)
	}
}

// Requests that come at the same time each ask: none waits for another one's answer.
func TestRequestsAtTheSameTime(t *testing.T) {
	t.Parallel()
	const callers = 4
	var arrived sync.WaitGroup
	arrived.Add(callers)
	a := newAPI(t, asks(simpleYes))
	a.asked.respond = func(context.Context, []byte) ([]byte, string, error) {
		arrived.Done()
		arrived.Wait()
		return []byte(simpleYes), "", nil
	}
	var calls sync.WaitGroup
	for range callers {
		calls.Go(func() {
			if got := a.call(t, http.MethodGet, "/orders/1", "Authorization", "x"); got.status != 200 {
				t.Errorf("got %d", got.status)
			}
		})
	}
	calls.Wait()
	if got := a.call(t, http.MethodGet, "/orders/1", "Authorization", "x"); got.status != 200 || a.asked.calls() != callers {
		t.Errorf("got %d after %d calls", got.status, a.asked.calls())
	}
}

func TestContextOfAuthorizersInEvents(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		output, want string
		changes      []func(*gateway.Authorizer)
	}{
		"all types":       {simpleYes, `{"lambda":{"client_id":"reader","list":["a"],"number":1,"truth":true}}`, nil},
		"none":            {`{"isAuthorized":true}`, `{"lambda":null}`, nil},
		"an empty one":    {`{"isAuthorized":true,"context":{}}`, `{"lambda":{}}`, nil},
		"beside a policy": {policyFor("Allow", "*"), `{"lambda":{"client_id":"reader"}}`, []func(*gateway.Authorizer){withPolicy}},
		"of format 1.0":   {policyFor("Allow", "*"), `{"lambda":{"client_id":"reader"}}`, []func(*gateway.Authorizer){version1}},
	} {
		a := newAPI(t, asks(c.output, c.changes...))
		a.call(t, http.MethodGet, "/orders/1", "Authorization", "x")
		_, context := a.members(t)
		if got := string(context["authorizer"]); got != c.want {
			t.Errorf("%s: got %s", name, got)
		}
	}
}

// Routes with authorizers of both types keep them apart.
func TestAuthorizersOfBothTypes(t *testing.T) {
	t.Parallel()
	a := newAPI(t, asks(simpleYes))
	token := sign(t, validClaims())
	if got := a.call(t, http.MethodGet, "/test_jwt", "Authorization", token); got.status != 200 || a.asked.calls() > 0 {
		t.Errorf("the JWT authorizer: got %d, and the function was asked %d times", got.status, a.asked.calls())
	}
	if got := a.call(t, http.MethodGet, "/test_jwt", "Authorization", "x"); got.status != 401 {
		t.Errorf("the JWT authorizer lets in what only the function takes: got %d", got.status)
	}
	if got := a.call(t, http.MethodGet, "/orders/1", "Authorization", "x"); got.status != 200 || a.asked.calls() != 1 {
		t.Errorf("the function: got %d", got.status)
	}
}

// A route whose authorizer is of another type lets nothing in, neither with a token nor by the
// function.
func TestAuthorizersOfAnotherType(t *testing.T) {
	t.Parallel()
	a := newAPI(t, asks(simpleYes), func(a *api) {
		a.config.Routes = []gateway.Route{
			{Key: "GET /by-token", AuthorizationType: "JWT", AuthorizerID: "asking", IntegrationID: "echo"},
			{Key: "GET /by-function", AuthorizationType: "CUSTOM", AuthorizerID: "jwt", IntegrationID: "echo"},
		}
	})
	token := sign(t, validClaims())
	for _, path := range []string{"/by-token", "/by-function"} {
		got := a.call(t, http.MethodGet, path, "Authorization", token)
		if got.status != 500 || a.function.calls()+a.asked.calls() > 0 {
			t.Errorf("%s: got %d", path, got.status)
		}
	}
}

// A preflight of a route with an authorizer is a request like any other.
func TestPreflightOfAuthorizers(t *testing.T) {
	t.Parallel()
	a := newAPI(t, asks(simpleYes), func(a *api) { a.config.API.CORS = &gateway.CORS{AllowOrigins: []string{"https://a.example"}} })
	got := a.call(t, http.MethodOptions, "/admin", "Origin", "https://a.example", "Access-Control-Request-Method", "GET")
	if got.status != 401 || got.header.Get("Access-Control-Allow-Origin") != "https://a.example" || a.asked.calls() > 0 {
		t.Errorf("got %d %v", got.status, got.header)
	}
}

const authorizerVariables = "$context.requestId error=$context.authorizer.error principal=$context.authorizer.principalId client=$context.authorizer.client_id " +
	"number=$context.authorizer.number truth=$context.authorizer.truth list=$context.authorizer.list other=$context.authorizer.other claim=$context.authorizer.claims.client_id"

func TestAccessLogOfAuthorizers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		output, want string
		changes      []func(*gateway.Authorizer)
	}{
		"yes":      {simpleYes, `error=- principal=- client=reader number=1 truth=true list=[\"a\"] other=- claim=-`, nil},
		"no":       {simpleNo, `error=- principal=- client=reader number=- truth=- list=- other=- claim=-`, nil},
		"a policy": {policyFor("Allow", "*"), `error=- principal=reader client=reader number=- truth=- list=- other=- claim=-`, []func(*gateway.Authorizer){withPolicy}},
		"a policy that denies": {
			policyFor("Deny", "*"), `error=- principal=reader client=reader number=- truth=- list=- other=- claim=-`, []func(*gateway.Authorizer){withPolicy},
		},
		"a property that is called like a variable": {
			`{"isAuthorized":true,"context":{"error":"none","principalId":"p","client_id":"x"}}`, `error=- principal=p client=x number=- truth=- list=- other=- claim=-`, nil,
		},
	} {
		a := newAPI(t, asks(c.output, c.changes...), logging(authorizerVariables))
		got := a.call(t, http.MethodGet, "/orders/1", "Authorization", "x")
		if diff := cmp.Diff(got.header.Get("Apigw-Requestid")+" "+c.want+"\n", a.log.String()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// A function can put the caller's token or a line end wherever its answer is shown.
func TestLogsOfAuthorizersHaveNoToken(t *testing.T) {
	t.Parallel()
	token := sign(t, validClaims())
	var log m2mtest.Buffer
	var records []gateway.Request
	for _, respond := range []func() ([]byte, error){
		func() ([]byte, error) {
			return []byte(`{"isAuthorized":true,"context":{"client_id":"` + token + `\n\"forged"}}`), nil
		},
		func() ([]byte, error) { return []byte(`{"isAuthorized":"` + token + `"}`), nil },
		func() ([]byte, error) { return nil, errors.New("no key for " + token + "\nforged") },
	} {
		a := newAPI(t, asks(""), logging(authorizerVariables), func(a *api) {
			a.config.Log = slog.New(slog.NewTextHandler(&log, nil))
			a.config.Observe = func(r gateway.Request) { records = append(records, r) }
			a.asked.respond = func(context.Context, []byte) ([]byte, string, error) {
				output, err := respond()
				return output, "", err
			}
		})
		a.call(t, http.MethodGet, "/orders/1", "Authorization", token)
		_, _ = log.Write([]byte(a.log.String()))
		if lines := strings.Count(a.log.String(), "\n"); lines != 1 {
			t.Errorf("%d lines: %s", lines, a.log)
		}
	}
	for _, record := range records {
		_, _ = log.Write([]byte(record.ClientID + record.Refused))
	}
	if strings.Contains(log.String(), token[:len(token)-1]) || !strings.Contains(log.String(), "[token]") {
		t.Errorf("the logs: %s", log.String())
	}
}

// A request's record says who called, as far as the context has a client_id, and why it was
// refused.
func TestObservedAuthorizers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		output, token   string
		client, refused string
	}{
		"yes":            {simpleYes, "x", "reader", ""},
		"no":             {simpleNo, "x", "reader", "the authorizer's function refused"},
		"no client":      {`{"isAuthorized":true}`, "x", "", ""},
		"no token":       {simpleYes, "", "", "an identity source is missing"},
		"a wrong answer": {`{}`, "x", "", "The response from the Lambda Authorizer function doesn't match the format that API Gateway expects. Simple response did not include 'isAuthorized'"},
	} {
		var got gateway.Request
		a := newAPI(t, asks(c.output), func(a *api) { a.config.Observe = func(r gateway.Request) { got = r } })
		a.call(t, http.MethodGet, "/orders/1", "Authorization", c.token)
		if got.ClientID != c.client || got.Refused != c.refused {
			t.Errorf("%s: got client %q, refused %q", name, got.ClientID, got.Refused)
		}
	}
}
