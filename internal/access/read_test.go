package access_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"cognito-m2m/internal/access"
	"cognito-m2m/internal/m2mtest"
)

// synth is an assembly as CDK wrote it.
const synth = "../assembly/testdata/synth"

func TestRead(t *testing.T) {
	t.Parallel()
	const pool, reader, writer = "eu-central-1_Test00001", "1reader0000000000000000000", "1writer0000000000000000000"
	got, err := access.Read(synth, "dev", access.IDs{
		Region: "eu-central-1", UserPoolID: pool, Clients: map[string]string{"reader": reader, "writer": writer, "another": "2"},
	})
	if err != nil {
		t.Fatal(err)
	}
	jwt := &access.Authorizer{
		Name: "Jwt", Header: "Authorization", Issuer: got.Issuer(),
		Clients: []string{"reader", "writer"}, Audience: []string{reader, writer},
	}
	want := &access.Environment{
		Name: "dev",
		Routes: []access.Route{
			{Key: "ANY /test_jwt", Authorizer: jwt},
			{Key: "GET /test_jwt/read", Authorizer: jwt, Scopes: []string{"test-api/read"}},
		},
		Clients: []access.Client{
			{Name: "reader", ID: reader, Scopes: []string{"test-api/read"}},
			{Name: "writer", ID: writer, Scopes: []string{"test-api/write"}},
		},
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("environment (-want +got):\n%s", diff)
	}
	if issuer := got.Issuer(); !strings.HasPrefix(issuer, "https://cognito-idp.") || !strings.HasSuffix(issuer, "/"+pool) {
		t.Errorf("issuer %s is not that of the pool", issuer)
	}
}

// TestReadKnowsNoIDs wants no made-up id where none was given.
func TestReadKnowsNoIDs(t *testing.T) {
	t.Parallel()
	got, err := access.Read(synth, "dev", access.IDs{})
	if err != nil {
		t.Fatal(err)
	}
	a := got.Routes[0].Authorizer
	if got.Issuer() != "" || len(a.Audience) != 0 || got.Clients[0].ID != "" {
		t.Errorf("made up: issuer %q, audience %v, client %+v", got.Issuer(), a.Audience, got.Clients[0])
	}
	if diff := cmp.Diff([]string{"reader", "writer"}, a.Clients); diff != "" {
		t.Errorf("clients of the authorizer (-want +got):\n%s", diff)
	}
}

func TestReadFails(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ dir, env, want string }{
		{t.TempDir() + "/none", "dev", "does not exist"},
		{synth, "qa", "has the stages anywhere, dev"},
	} {
		if _, err := access.Read(c.dir, c.env, access.IDs{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %s: got error %v, want %q", c.dir, c.env, err, c.want)
		}
	}
}

// askingFunction is an assembly whose routes ask a Lambda authorizer, with metadata for each route.
func askingFunction(t *testing.T, metadata map[string]any) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(synth)); err != nil {
		t.Fatal(err)
	}
	m2mtest.ChangeJSON(t, m2mtest.Only(t, filepath.Join(dir, "assembly-dev", "*Api*.template.json")), func(api map[string]any) {
		resources := api["Resources"].(map[string]any)
		for _, id := range []string{"HttpApiANYtestjwt597A4A1B", "HttpApiGETtestjwtread3B15864E"} {
			route := resources[id].(map[string]any)
			properties := route["Properties"].(map[string]any)
			properties["AuthorizationType"] = "CUSTOM"
			delete(properties, "AuthorizationScopes")
			if scopes, ok := metadata[properties["RouteKey"].(string)]; ok {
				route["Metadata"] = map[string]any{"m2m:scopes": scopes}
			}
		}
		authorizer := resources["HttpApiJwt21C2E32E"].(map[string]any)["Properties"].(map[string]any)
		issuer := authorizer["JwtConfiguration"].(map[string]any)["Issuer"]
		delete(authorizer, "JwtConfiguration")
		authorizer["AuthorizerType"], authorizer["AuthorizerPayloadFormatVersion"] = "REQUEST", "2.0"
		authorizer["AuthorizerResultTtlInSeconds"] = 30
		authorizer["AuthorizerUri"] = map[string]any{"Fn::Sub": "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Echo11F3FB29.Arn}/invocations"}
		authorizer["IdentitySource"] = []any{"$request.header.Authorization", "$context.routeKey"}
		resources["Echo11F3FB29"].(map[string]any)["Properties"].(map[string]any)["Environment"] = map[string]any{"Variables": map[string]any{"ISSUER": issuer}}
	})
	return dir
}

// TestReadFunction reads what a function lets in of what the template tells of it.
func TestReadFunction(t *testing.T) {
	t.Parallel()
	dir := askingFunction(t, map[string]any{"ANY /test_jwt": []any{}, "GET /test_jwt/read": []any{"test-api/read"}})
	const pool = "ap-northeast-1_Test00001"
	got, err := access.Read(dir, "dev", access.IDs{Region: "ap-northeast-1", UserPoolID: pool})
	if err != nil {
		t.Fatal(err)
	}
	function := &access.Authorizer{
		Name: "Jwt", Header: "Authorization", Issuer: got.Issuer(), Clients: []string{"reader", "writer"},
		Function: true, Remembered: 30 * time.Second,
	}
	want := []access.Route{
		{Key: "ANY /test_jwt", Authorizer: function},
		{Key: "GET /test_jwt/read", Authorizer: function, Scopes: []string{"test-api/read"}},
	}
	if diff := cmp.Diff(want, got.Routes, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("routes (-want +got):\n%s", diff)
	}
	if !strings.HasSuffix(got.Issuer(), "/"+pool) {
		t.Errorf("issuer %q is not that of the pool", got.Issuer())
	}
	if status := function.Refused(); status != 403 {
		t.Errorf("a token that the function refuses is answered %d", status)
	}
}

// TestReadRefusesFunctions: what a function of somebody else lets in is in no template, and a
// route that asks one must never pass for an open one.
func TestReadRefusesFunctions(t *testing.T) {
	t.Parallel()
	for name, metadata := range map[string]map[string]any{
		"nothing is told":   nil,
		"one is not told":   {"GET /test_jwt/read": []any{"test-api/read"}},
		"told in a text":    {"GET /test_jwt/read": []any{"test-api/read"}, "ANY /test_jwt": "test-api/read"},
		"told in a number":  {"GET /test_jwt/read": []any{"test-api/read"}, "ANY /test_jwt": []any{1}},
		"told to be absent": {"GET /test_jwt/read": []any{"test-api/read"}, "ANY /test_jwt": nil},
	} {
		got, err := access.Read(askingFunction(t, metadata), "dev", access.IDs{})
		if err == nil || !strings.Contains(err.Error(), "ANY /test_jwt asks a Lambda authorizer") {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
	}
}

func TestAcceptsAndForbids(t *testing.T) {
	t.Parallel()
	a := &access.Authorizer{Clients: []string{"reader"}}
	reader := access.Client{Name: "reader", Scopes: []string{"api/read"}}
	stranger := access.Client{Name: "stranger", Scopes: []string{"api/read"}}
	for _, c := range []struct {
		name             string
		route            access.Route
		client           access.Client
		accepts, forbids bool
	}{
		{"open", access.Route{}, stranger, true, false},
		{"no scope is wanted", access.Route{Authorizer: a}, reader, true, false},
		{"one of the scopes", access.Route{Authorizer: a, Scopes: []string{"api/x", "api/read"}}, reader, true, false},
		{"none of the scopes", access.Route{Authorizer: a, Scopes: []string{"api/x"}}, reader, false, true},
		{"not of the API", access.Route{Authorizer: a}, stranger, false, false},
	} {
		if accepts, forbids := c.route.Accepts(c.client), c.route.Forbids(c.client); accepts != c.accepts || forbids != c.forbids {
			t.Errorf("%s: accepts %t, forbids %t", c.name, accepts, forbids)
		}
	}
}
