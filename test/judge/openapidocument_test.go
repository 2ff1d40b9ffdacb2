//go:build judge

package judge

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"cognito-m2m/internal/access"
	"cognito-m2m/internal/m2mtest"
	"cognito-m2m/internal/offering"
	"cognito-m2m/internal/openapi"
)

// TestOpenAPI: what m2m openapi prints is OpenAPI 3.1 to a validator, and a generator makes a
// client of it that calls the API.
func TestOpenAPI(t *testing.T) {
	running := up(t)
	asYAML := running.document(t, "--state", running.state)
	t.Run("valid", func(t *testing.T) {
		for name, file := range map[string]string{
			"YAML":                asYAML,
			"JSON":                running.document(t, "--state", running.state, "--json"),
			"with placeholders":   running.document(t, "--assembly", filepath.Join(running.state, "dev", "cdk.out")),
			"every kind of route": everyKind(t),
			"docs/openapi.yaml":   filepath.Join(root, "docs", "openapi.yaml"),
		} {
			if wrong := invalid(t, file); wrong != "" {
				t.Errorf("%s: %s", name, wrong)
			}
		}
	})
	t.Run("goes red", func(t *testing.T) {
		for old, spoilt := range map[string]string{"  title: ": "  titel: ", "tokenUrl: ": "tokenURL: ", "openapi: 3.1.0": "openapi: 3.1"} {
			file := filepath.Join(t.TempDir(), "openapi.yaml")
			m2mtest.Write(t, file, strings.Replace(m2mtest.Read(t, asYAML), old, spoilt, 1))
			if wrong := invalid(t, file); wrong == "" {
				t.Errorf("nothing is found where %q is %q", old, spoilt)
			}
		}
	})
	t.Run("client", func(t *testing.T) {
		dir := generate(t, asYAML)
		for client, want := range map[string]string{"reader": "200\n", "writer": "403\nForbidden\n"} {
			if got := running.callGenerated(t, dir, client); got != want {
				t.Errorf("as %s: got %q, want %q", client, got, want)
			} else {
				t.Logf("as %s, the generated client got %q", client, got)
			}
		}
	})
}

// invalid is what the validator finds in a document, "" if it is valid.
func invalid(t *testing.T, file string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), python("openapi-spec-validator"), "--schema", "3.1", file)
	said, err := cmd.CombinedOutput()
	if err == nil {
		return ""
	}
	if cmd.ProcessState == nil {
		t.Fatalf("%v (`make judge` installs the judges)", err)
	}
	return string(said)
}

// everyKind is the document of an environment with every kind of route, which dev does not have.
func everyKind(t *testing.T) (file string) {
	t.Helper()
	function := &access.Authorizer{Name: "Function", Header: "Authorization", Function: true}
	rate, burst := 0.5, 7
	o := &offering.Offer{
		Environment: "every", APIURL: "https://api.example.com", TokenEndpoint: "https://auth.example.com/oauth2/token", CORS: true,
		Scopes: []offering.Scope{{Name: "https://api.example.com/stock/read", Description: "Read: \"stock\"\nand more"}},
	}
	for _, key := range []string{
		"$default", "ANY /{proxy+}", "GET /a/{x}", "PUT /a/{y}", "GET /a/{rest+}", "GET /a/{x}/b", "ANY /a/{x}/{rest+}", "POST /", "DELETE /~a@b:c.d-e_f/{g.h-i_j}",
	} {
		for _, authorizer := range []*access.Authorizer{nil, {Name: "Jwt", Header: "Authorization"}, function} {
			route := offering.Route{Route: access.Route{Key: key, Authorizer: authorizer}, Description: "# *It* says: \"x\" " + key, Rate: &rate, Burst: &burst}
			if authorizer == function {
				route.Scopes = []string{o.Scopes[0].Name}
			}
			o.Routes = append(o.Routes, route)
		}
	}
	document, err := openapi.Describe(o)
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := document.WriteYAML(&text); err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(t.TempDir(), "openapi.yaml")
	m2mtest.Write(t, file, text.String())
	return file
}

// generate has oapi-codegen make a client in a copy of test/openapi.
func generate(t *testing.T, document string) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "openapi")
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(root, "test", "openapi"))); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "go", "tool", "oapi-codegen", "-generate", "types,client", "-package", "api", "-o", filepath.Join("api", "api.go"), document)
	cmd.Dir = dir
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", cmd.Args, err, said)
	}
	return dir
}

// callGenerated calls the API as a client with the generated code, and returns what that prints.
func (l local) callGenerated(t *testing.T, dir, client string) string {
	t.Helper()
	cmd := m2mtest.Command("go", dir, "run", ".")
	cmd.Env = append(os.Environ(), "NO_PROXY=*", "M2M_API_URL="+l.APIURL, "M2M_TOKEN_ENDPOINT="+l.TokenEndpoint,
		"M2M_CLIENT_ID="+l.Clients[client].ID, "M2M_CLIENT_SECRET="+l.Clients[client].Secret)
	stdout, stderr, status := m2mtest.Ends(t, cmd)
	if status != 0 {
		t.Fatalf("the generated client ended with exit status %d: %s", status, jwt.ReplaceAllString(stderr, "TOKEN"))
	}
	if regexp.MustCompile(`eyJ`).MatchString(stdout) {
		t.Error("the generated client prints a token")
	}
	return stdout
}
