package judge

import (
	"maps"
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

// TestDescription: docs/openapi.yaml describes the routes of dev, with their scopes, and no others.
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
		if path == "/oauth2/token" {
			continue
		}
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

// scopes are those that an operation wants of a token; nil if it does not want a token.
func scopes(operation map[string]any) []string {
	wants, _ := operation["security"].([]any)
	for _, want := range wants {
		if token, ok := want.(map[string]any)["token"].([]any); ok {
			names := map[string]bool{}
			for _, name := range token {
				names[name.(string)] = true
			}
			return append([]string{}, slices.Sorted(maps.Keys(names))...)
		}
	}
	return nil
}
