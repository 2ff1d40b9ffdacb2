package access_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"cognito-m2m/internal/access"
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
