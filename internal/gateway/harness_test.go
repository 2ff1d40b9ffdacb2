package gateway_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"cognito-m2m/internal/gateway"
	"cognito-m2m/internal/jwtauth/jwtauthtest"
	"cognito-m2m/internal/lambdapolicy"
	"cognito-m2m/internal/m2mtest"
)

const (
	region      = "us-east-1"
	accountID   = "123456789012"
	apiID       = "a1b2c3d4e5"
	issuerURL   = jwtauthtest.IssuerURL
	clientID    = jwtauthtest.ClientID
	functionARN = "arn:aws:lambda:us-east-1:123456789012:function:echo"
	askedARN    = "arn:aws:lambda:us-east-1:123456789012:function:authorize"
)

// start is when every test's clock begins.
var start = jwtauthtest.Start

// function is an Invoker that answers as told and remembers the events it was given.
type function struct {
	mu      sync.Mutex
	events  [][]byte
	discard bool // keep no events
	respond func(ctx context.Context, payload []byte) ([]byte, string, error)
}

func (f *function) Invoke(ctx context.Context, payload []byte) ([]byte, string, error) {
	f.mu.Lock()
	if !f.discard {
		f.events = append(f.events, payload)
	}
	respond := f.respond
	f.mu.Unlock()
	if respond == nil {
		respond = echo
	}
	return respond(ctx, payload)
}

// echo answers with the event it received, as the project's function does.
func echo(_ context.Context, payload []byte) ([]byte, string, error) {
	response, err := json.Marshal(map[string]any{"statusCode": 200, "body": string(payload)})
	return response, "lambda-request-1", err
}

func (f *function) calls() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.events)
}

// answering makes the function return output.
func answering(output string) *function {
	return &function{respond: func(context.Context, []byte) ([]byte, string, error) {
		return []byte(output), "lambda-request-1", nil
	}}
}

// api is a running gateway and what is around it.
type api struct {
	config   gateway.Config
	issuer   *issuer
	function *function
	asked    *function // an authorizer's; nil if there is none
	clock    *m2mtest.Clock
	log      *m2mtest.Buffer
	url      string
	server   *httptest.Server
}

// newAPI starts the walk-through's API: an open route, a protected one and one that asks for a
// scope. Changes are made to its Config before it starts.
func newAPI(t testing.TB, changes ...func(*api)) *api {
	t.Helper()
	a := &api{issuer: newIssuer(t), function: &function{}, clock: m2mtest.NewClock(start), log: &m2mtest.Buffer{}}
	a.config = gateway.Config{
		API:    gateway.API{ID: apiID, Region: region, AccountID: accountID},
		Stages: []gateway.Stage{{Name: "$default"}},
		Routes: []gateway.Route{
			{Key: "GET /open", AuthorizationType: "NONE", IntegrationID: "echo"},
			jwtRoute("ANY /test_jwt"),
			jwtRoute("GET /test_jwt/read", "test-api/read", "test-api/admin"),
		},
		Integrations: []gateway.Integration{{ID: "echo", FunctionARN: functionARN}},
		Authorizers: []gateway.Authorizer{{
			ID: "jwt", Name: "CognitoAuthorizer", IdentitySource: []string{"$request.header.Authorization"},
			Issuer: issuerURL, Audience: []string{"another-client", clientID},
		}},
		Permissions: []gateway.Permission{permission("*/*")},
		OIDC:        a.localIssuer,
		AccessLog:   a.log,
		Now:         a.clock.Now,
		Monotonic:   a.clock.Monotonic,
	}
	for _, change := range changes {
		change(a)
	}
	a.config.Functions = map[string]gateway.Invoker{functionARN: a.function}
	if a.asked != nil {
		a.config.Functions[askedARN] = a.asked
	}
	g, err := gateway.New(a.config)
	if err != nil {
		t.Fatal(err)
	}
	a.server = httptest.NewServer(g)
	t.Cleanup(a.server.Close)
	a.url = a.server.URL
	return a
}

func (a *api) localIssuer(name string) string {
	if name == issuerURL {
		return a.issuer.server.URL + "/pool"
	}
	return ""
}

func jwtRoute(key string, scopes ...string) gateway.Route {
	return gateway.Route{
		Key: key, AuthorizationType: "JWT", AuthorizerID: "jwt", AuthorizationScopes: scopes, IntegrationID: "echo",
	}
}

func openRoutes(keys ...string) []gateway.Route {
	routes := make([]gateway.Route, len(keys))
	for i, key := range keys {
		routes[i] = gateway.Route{Key: key, IntegrationID: "echo"}
	}
	return routes
}

// permission is a statement as CDK writes it, for the resource after the API id.
func permission(resource string) gateway.Permission {
	return gateway.Permission{
		FunctionARN: functionARN,
		Statement: lambdapolicy.Statement{
			Principal: "apigateway.amazonaws.com", Action: "lambda:InvokeFunction",
			SourceARN: fmt.Sprintf("arn:aws:execute-api:%s:%s:%s/%s", region, accountID, apiID, resource),
		},
	}
}

// response is a response read to its end.
type response struct {
	status int
	header http.Header
	body   string
}

// call sends a request with headers given as name, value, name, value.
func (a *api) call(t testing.TB, method, target string, headers ...string) response {
	t.Helper()
	return a.send(t, method, target, nil, headers...)
}

func (a *api) send(t testing.TB, method, target string, body io.Reader, headers ...string) response {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, a.url+target, body)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		request.Header.Add(headers[i], headers[i+1])
	}
	got, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = got.Body.Close() }()
	text, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response{status: got.StatusCode, header: got.Header, body: string(text)}
}

// lastEvent decodes the event the function received last, with AWS's own type.
func (a *api) lastEvent(t testing.TB) events.APIGatewayV2HTTPRequest {
	t.Helper()
	a.function.mu.Lock()
	defer a.function.mu.Unlock()
	if len(a.function.events) == 0 {
		t.Fatal("the function was not called")
	}
	var event events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(a.function.events[len(a.function.events)-1], &event); err != nil {
		t.Fatal(err)
	}
	return event
}

var errCrash = errors.New("the process exited")
