package judge

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"cognito-m2m/config"
)

// anyMethods are the methods that a route with ANY takes.
var anyMethods = []string{"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}

// TestDescription: docs/openapi.yaml, which m2m makes, describes the routes of dev with their
// scopes, as the environment file has them, and no others.
func TestDescription(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile(filepath.Join(root, "docs", "openapi.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := described(source)
	if err != nil {
		t.Fatal(err)
	}
	dev, err := config.Load(filepath.Join(root, "environments", "dev.yaml"), config.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{}
	for _, route := range dev.API.Routes {
		methods := route.Methods
		if slices.Equal(methods, []string{"ANY"}) {
			methods = anyMethods
		}
		for _, method := range methods {
			want[method+" "+route.Path] = append([]string{}, route.Scopes...)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("routes of dev and of the description, with their scopes (-dev +described):\n%s", diff)
	}
}

// described are the scopes of each operation of the API in an OpenAPI description.
func described(source []byte) (map[string][]string, error) {
	var description struct {
		Paths map[string]map[string]any
	}
	if err := yaml.Unmarshal(source, &description); err != nil {
		return nil, err
	}
	operations := map[string][]string{}
	for path, item := range description.Paths {
		for _, method := range anyMethods {
			operation, ok := item[strings.ToLower(method)].(map[string]any)
			if !ok {
				continue
			}
			operations[method+" "+path] = scopes(operation)
		}
	}
	return operations, nil
}

// scopes are those of which an operation wants one in a token; nil if it does not want a token.
func scopes(operation map[string]any) []string {
	ways, _ := operation["security"].([]any)
	if len(ways) == 0 {
		return nil
	}
	names := []string{}
	for _, way := range ways {
		token, _ := way.(map[string]any)["oauth2"].([]any)
		for _, name := range token {
			names = append(names, name.(string))
		}
	}
	slices.Sort(names)
	return names
}
