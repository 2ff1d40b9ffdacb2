package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"

	"cognito-m2m/internal/awsapi"
	"cognito-m2m/internal/awsapi/awsapitest"
	"cognito-m2m/internal/clock"
	"cognito-m2m/internal/jwtauth/jwtauthtest"
	"cognito-m2m/internal/m2mtest"
)

// The routes of the API that the function authorizes for.
const (
	anyClient  = "ANY /any-client"
	readRoute  = "GET /orders"
	adminRoute = "DELETE /orders/{id}"
)

func TestMain(m *testing.M) {
	m2mtest.AtOnce(8)
	os.Exit(m.Run())
}

// world is the function and what it calls over HTTP: the pool's keys, and Systems Manager.
type world struct {
	keys       *keyServer
	parameters *parameters
	clock      *m2mtest.Clock
	log        *m2mtest.Buffer
	authorizer *authorizer
}

// newWorld has the keys of the attacks, and refuses nobody. Changes are made before the function
// starts.
func newWorld(t testing.TB, changes ...func(*settings)) *world {
	t.Helper()
	w := &world{keys: newKeyServer(t), parameters: &parameters{}, clock: m2mtest.NewClock(jwtauthtest.Start), log: &m2mtest.Buffer{}}
	url := awsapitest.Serve(t, awsapi.Config{JSON: []awsapi.JSONService{awsapitest.SSM(w.parameters)}})
	s := settings{
		sdk:         awsapitest.SDK(url),
		http:        keysClient(),
		issuer:      jwtauthtest.IssuerURL,
		jwksURI:     w.keys.URL + "/jwks.json",
		refusedPath: "/m2m/dev/refused",
		routes: routes{
			anyClient:  {},
			readRoute:  {"test-api/read", "test-api/admin"},
			adminRoute: {"test-api/admin"},
		},
		limits: limits{keys: time.Hour, list: time.Hour},
		clock:  clock.Clock{Wall: w.clock.Now, Monotonic: w.clock.Monotonic},
		log:    w.log,
	}
	for _, change := range changes {
		change(&s)
	}
	w.authorizer = newAuthorizer(s)
	return w
}

// answer is what the function returns for an event, from the bytes of the invocation to those of
// the response.
func (w *world) answer(ctx context.Context, t testing.TB, event []byte) events.APIGatewayV2CustomAuthorizerSimpleResponse {
	t.Helper()
	written, err := lambda.NewHandler(w.authorizer).Invoke(ctx, event)
	if err != nil {
		t.Fatalf("the function fails: %v", err)
	}
	var response events.APIGatewayV2CustomAuthorizerSimpleResponse
	decoder := json.NewDecoder(bytes.NewReader(written))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&response); err != nil {
		t.Fatalf("decoding the response %s: %v", written, err)
	}
	if !response.IsAuthorized && string(written) != `{"isAuthorized":false}` {
		t.Fatalf("a refusal says more: %s", written)
	}
	return response
}

// lets says whether a token is let in on a route.
func (w *world) lets(t testing.TB, route, token string) bool {
	t.Helper()
	return w.answer(t.Context(), t, request(t, route, "Bearer "+token, route)).IsAuthorized
}

// wants fails unless a valid token is let in, or is not.
func (w *world) wants(t testing.TB, want bool, when string) {
	t.Helper()
	if got := w.lets(t, readRoute, jwtauthtest.Sign(t, long(nil))); got != want {
		t.Errorf("%s: let in %t, want %t; log: %s", when, got, want, w.log)
	}
}

// lines are the log's.
func (w *world) lines(t testing.TB) (lines []map[string]any) {
	t.Helper()
	for line := range strings.Lines(w.log.String()) {
		var object map[string]any
		if err := json.Unmarshal([]byte(line), &object); err != nil {
			t.Fatalf("a line of the log is not JSON: %s", line)
		}
		lines = append(lines, object)
	}
	return lines
}

// lastReason is why the last request was refused.
func (w *world) lastReason(t testing.TB) string {
	t.Helper()
	lines := w.lines(t)
	if len(lines) == 0 {
		return ""
	}
	text, _ := lines[len(lines)-1]["reason"].(string)
	return text
}

// request is an authorizer's event as API Gateway sends it. The token is where it may be logged by
// mistake: in the headers, too.
func request(t testing.TB, route string, identity ...string) []byte {
	t.Helper()
	method, path, _ := strings.Cut(route, " ")
	authorization := ""
	if len(identity) > 0 {
		authorization = identity[0]
	}
	raw, err := json.Marshal(map[string]any{
		"version": "2.0", "type": "REQUEST",
		"routeArn":       "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/$default/" + method + path,
		"identitySource": identity,
		"routeKey":       route, "rawPath": path, "rawQueryString": "",
		"headers": map[string]string{"authorization": authorization, "host": "api.example.com"},
		"requestContext": map[string]any{
			"accountId": "123456789012", "apiId": "a1b2c3d4e5", "requestId": "request-1", "routeKey": route, "stage": "$default",
			"http": map[string]string{"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1"},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// long are valid claims of a token for a day, with some replaced.
func long(changes map[string]any) map[string]any {
	claims := jwtauthtest.With(changes)
	if _, set := changes["exp"]; !set {
		claims["exp"] = jwtauthtest.Start.Unix() + 24*60*60
	}
	return claims
}

// keyServer serves a JWKS, or whatever it is told to instead.
type keyServer struct {
	*httptest.Server

	asked atomic.Int64

	mu      sync.Mutex
	keys    map[string]any
	instead http.HandlerFunc
}

func newKeyServer(t testing.TB) *keyServer {
	t.Helper()
	k := &keyServer{keys: jwtauthtest.Published()}
	k.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		k.asked.Add(1)
		k.mu.Lock()
		set, instead := jwtauthtest.KeySet(k.keys), k.instead
		k.mu.Unlock()
		if instead != nil {
			instead(w, r)
		} else if err := json.NewEncoder(w).Encode(set); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(k.Close)
	return k
}

// publish replaces the keys.
func (k *keyServer) publish(keys map[string]any) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.keys = keys
}

// answer replaces the answer, until it is nil again.
func (k *keyServer) answer(instead http.HandlerFunc) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.instead = instead
}

// parameters are those of Systems Manager, behind the signatures and the wire of AWS's APIs.
type parameters struct {
	asked atomic.Int64 // for first pages

	mu     sync.Mutex
	names  []string
	refuse func(page int) error
	hold   chan struct{} // if set, a page waits until it is closed
}

// refusal is an error of the API.
type refusal struct{ code, message string }

func (r refusal) Code() string  { return r.code }
func (r refusal) Error() string { return r.message }

const pageSize = 10 // GetParametersByPath's own, at most

// Call answers GetParametersByPath. The names are given out whatever the path is, after it was
// checked: who wants others is told to have none.
func (p *parameters) Call(ctx context.Context, operation string, input []byte) (any, error) {
	var asked struct {
		Path           string
		NextToken      string
		Recursive      bool
		WithDecryption bool
	}
	if err := json.Unmarshal(input, &asked); err != nil {
		return nil, err
	}
	if operation != "GetParametersByPath" || asked.Path != "/m2m/dev/refused" || asked.Recursive || asked.WithDecryption {
		return nil, refusal{"AccessDeniedException", fmt.Sprintf("%s of %+v is not what the role permits", operation, asked)}
	}
	page := 0
	if asked.NextToken != "" {
		page, _ = strconv.Atoi(asked.NextToken)
	} else {
		p.asked.Add(1)
	}
	p.mu.Lock()
	names, refuse, hold := slices.Clone(p.names), p.refuse, p.hold
	p.mu.Unlock()
	if hold != nil {
		select {
		case <-hold:
		case <-ctx.Done():
		}
	}
	if refuse != nil {
		if err := refuse(page); err != nil {
			return nil, err
		}
	}
	return pageOf(names, page), nil
}

func pageOf(names []string, page int) any {
	type parameter struct{ Name, Type, Value string }
	output := struct {
		Parameters []parameter
		NextToken  string `json:",omitempty"`
	}{Parameters: []parameter{}}
	for _, name := range names[min(page*pageSize, len(names)):min((page+1)*pageSize, len(names))] {
		output.Parameters = append(output.Parameters, parameter{name, "String", "refused"})
	}
	if (page+1)*pageSize < len(names) {
		output.NextToken = strconv.Itoa(page + 1)
	}
	return output
}

// set replaces the refused clients.
func (p *parameters) set(ids ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.names = nil
	for _, id := range ids {
		p.names = append(p.names, "/m2m/dev/refused/"+id)
	}
}

// fail has every page refused, until it is nil again.
func (p *parameters) fail(refuse func(page int) error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refuse = refuse
}

// down is a service that fails.
func down(int) error { return refusal{"InternalServerError", "secret words of the service"} }
