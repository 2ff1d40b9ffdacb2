// Package accesstest serves an environment for tests that hold it against what is known about it: a
// user pool that issues tokens and an HTTP API, both real and over HTTP. A function in this process
// answers, and tells who called it.
package accesstest

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"cognito-m2m/client"
	"cognito-m2m/internal/access"
	"cognito-m2m/internal/cognito"
	"cognito-m2m/internal/cognito/cognitotest"
	"cognito-m2m/internal/gateway"
	"cognito-m2m/internal/httpapi"
	"cognito-m2m/internal/lambdapolicy"
	"cognito-m2m/internal/userpool"
)

// What every environment has.
const (
	Region     = cognitotest.Region
	UserPoolID = cognitotest.UserPoolID
	Issuer     = "https://cognito-idp." + Region + ".amazonaws.com/" + UserPoolID
)

const functionARN = "arn:aws:lambda:" + Region + ":123456789012:function:echo"

// Run is an environment that is served.
type Run struct {
	// Environment is what is known about it.
	Environment *access.Environment
	APIURL      string
	// TokenEndpoint can be changed to lead elsewhere.
	TokenEndpoint string
	JWKSURL       string
	// Keys are those that the user pool signs with.
	Keys *cognito.Keys
	// Secrets are the clients' by their names. One that is taken out is not rotated yet.
	Secrets map[string]cognito.Secret

	mu    sync.Mutex
	calls []string
}

// Environment has clients and routes of each kind. The client visitor is not of the API.
func Environment(t testing.TB) *access.Environment {
	t.Helper()
	e := &access.Environment{Name: "dev", Clients: []access.Client{
		{Name: "reader", Scopes: []string{"test-api/read"}},
		{Name: "visitor", Scopes: []string{"test-api/read"}},
		{Name: "writer", Scopes: []string{"test-api/write"}},
	}}
	jwt := &access.Authorizer{Name: "Jwt", Header: "Authorization", Issuer: Issuer, Clients: []string{"reader", "writer"}}
	for i := range e.Clients {
		id := cognitotest.ClientID()
		e.Clients[i].ID = id
		if slices.Contains(jwt.Clients, e.Clients[i].Name) {
			jwt.Audience = append(jwt.Audience, id)
		}
	}
	e.Routes = []access.Route{
		{Key: "ANY /any", Authorizer: jwt},
		{Key: "DELETE /orders/{id}", Authorizer: jwt, Scopes: []string{"test-api/write"}},
		{Key: "GET /orders", Authorizer: jwt, Scopes: []string{"test-api/read", "test-api/admin"}},
		{Key: "GET /orders/{id}", Authorizer: jwt, Scopes: []string{"test-api/read"}},
		{Key: "POST /orders", Authorizer: jwt, Scopes: []string{"test-api/write"}},
	}
	return e
}

// Start serves an environment until the test ends. It is served as it is known, but for the
// changes.
func Start(t testing.TB, changes ...func(*access.Environment)) *Run {
	t.Helper()
	r := &Run{Environment: Environment(t), Secrets: map[string]cognito.Secret{}}
	served := clone(r.Environment)
	for _, change := range changes {
		change(served)
	}
	r.Keys = cognitotest.Keys()
	mux := http.NewServeMux()
	poolServer := httptest.NewServer(mux)
	t.Cleanup(poolServer.Close)
	pool, err := r.pool(served, poolServer.URL)
	if err != nil {
		t.Fatal(err)
	}
	mux.Handle("/", pool)
	r.JWKSURL = userpool.JWKSURL(poolServer.URL + "/" + UserPoolID)
	var authorize Invoke
	if asksFunction(served) {
		authorize = Authorize(t, served, r.JWKSURL)
	}
	api, err := Gateway(served, poolServer.URL+"/"+UserPoolID, r.invoke, authorize)
	if err != nil {
		t.Fatal(err)
	}
	apiServer := httptest.NewServer(api)
	t.Cleanup(apiServer.Close)
	r.APIURL, r.TokenEndpoint = apiServer.URL, poolServer.URL+userpool.TokenPath
	return r
}

// clone copies what a test may change; authorizers are replaced as a whole.
func clone(e *access.Environment) *access.Environment {
	return &access.Environment{Name: e.Name, Routes: slices.Clone(e.Routes), Clients: slices.Clone(e.Clients)}
}

func (r *Run) pool(e *access.Environment, baseURL string) (*cognito.Server, error) {
	c := cognitotest.Config(baseURL, "read", "write", "admin")
	for _, declared := range e.Clients {
		known := cognitotest.Client(declared.ID, declared.Name, time.Minute, declared.Scopes...)
		r.Secrets[declared.Name] = known.Secrets[0].Value
		c.Clients = append(c.Clients, known)
	}
	return cognito.New(c)
}

// Invoke is a function that is called with an event.
type Invoke func(ctx context.Context, payload []byte) (response []byte, requestID string, err error)

// Invoke implements gateway.Invoker.
func (i Invoke) Invoke(ctx context.Context, payload []byte) ([]byte, string, error) {
	return i(ctx, payload)
}

// Gateway is the HTTP API of an environment, with the documents of its issuer below issuerURL and
// one function. Authorize is asked by authorizers that are functions.
func Gateway(e *access.Environment, issuerURL string, function, authorize Invoke) (http.Handler, error) {
	c := gateway.Config{
		API:          gateway.API{ID: "a1b2c3d4e5", Region: Region, AccountID: "123456789012"},
		Stages:       []gateway.Stage{{Name: httpapi.DefaultStage}},
		Integrations: []gateway.Integration{{ID: "echo", FunctionARN: functionARN}},
		Permissions:  []gateway.Permission{permission(functionARN), permission(authorizeARN)},
		Functions:    map[string]gateway.Invoker{functionARN: function, authorizeARN: authorize},
		OIDC:         func(string) string { return issuerURL },
	}
	added := map[string]bool{}
	for _, declared := range e.Routes {
		route := gateway.Route{Key: declared.Key, IntegrationID: "echo"}
		if a := declared.Authorizer; a != nil {
			route.AuthorizationType, route.AuthorizerID, route.AuthorizationScopes = "JWT", a.Name, declared.Scopes
			if a.Function {
				route.AuthorizationType, route.AuthorizationScopes = "CUSTOM", nil
			}
			if !added[a.Name] {
				added[a.Name] = true
				c.Authorizers = append(c.Authorizers, authorizer(a))
			}
		}
		c.Routes = append(c.Routes, route)
	}
	return gateway.New(c)
}

func permission(functionARN string) gateway.Permission {
	return gateway.Permission{FunctionARN: functionARN, Statement: lambdapolicy.Statement{Principal: lambdapolicy.APIGateway, Action: lambdapolicy.InvokeFunction}}
}

func authorizer(a *access.Authorizer) gateway.Authorizer {
	made := gateway.Authorizer{ID: a.Name, Name: a.Name, IdentitySource: []string{identitySource(a)}}
	if a.Function {
		made.IdentitySource = append(made.IdentitySource, "$context.routeKey")
		made.Function = &gateway.AuthorizerFunction{ARN: authorizeARN, PayloadFormatVersion: "2.0", SimpleResponses: true, ResultTTL: a.Remembered}
		return made
	}
	made.Issuer, made.Audience = a.Issuer, a.Audience
	return made
}

func identitySource(a *access.Authorizer) string {
	if a.Query != "" {
		return "$request.querystring." + a.Query
	}
	return "$request.header." + a.Header
}

// invoke is the function.
func (r *Run) invoke(_ context.Context, payload []byte) ([]byte, string, error) {
	var event struct {
		RawPath        string `json:"rawPath"`
		RequestContext struct {
			HTTP struct {
				Method string `json:"method"`
			} `json:"http"`
		} `json:"requestContext"`
	}
	if err := json.Unmarshal(payload, &event); err != nil {
		return nil, "", err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls = append(r.calls, event.RequestContext.HTTP.Method+" "+event.RawPath)
	return []byte(`{"statusCode":200,"body":"{}"}`), "", nil
}

// Calls are the requests that reached the function, sorted.
func (r *Run) Calls() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Sorted(slices.Values(r.calls))
}

// Client is the client of that name.
func (r *Run) Client(name string) access.Client {
	i := slices.IndexFunc(r.Environment.Clients, func(c access.Client) bool { return c.Name == name })
	return r.Environment.Clients[i]
}

// Credentials are those of a client, with all its scopes.
func (r *Run) Credentials(name string) client.Source {
	return source(func() (client.Credentials, error) {
		secret, rotated := r.Secrets[name]
		if !rotated {
			return client.Credentials{}, client.ErrNotRotated
		}
		return client.Credentials{ClientID: r.Client(name).ID, ClientSecret: secret, TokenEndpoint: r.TokenEndpoint}, nil
	})
}

type source func() (client.Credentials, error)

func (s source) Credentials(context.Context) (client.Credentials, error) { return s() }

// Token is a genuine access token of a client.
func (r *Run) Token(t testing.TB, name string) string {
	t.Helper()
	tokens, err := client.NewTokenSource(client.Config{Credentials: r.Credentials(name)})
	if err != nil {
		t.Fatal(err)
	}
	got, err := tokens.TokenContext(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return got.AccessToken
}

// Status is what the API answers to a request with a token; "" is without one.
func (r *Run) Status(t testing.TB, method, path, token string) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, r.APIURL+path, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	return response.StatusCode
}

// Find is the route of that key in an environment that a test changes.
func Find(e *access.Environment, key string) *access.Route {
	i := slices.IndexFunc(e.Routes, func(r access.Route) bool { return r.Key == key })
	return &e.Routes[i]
}
