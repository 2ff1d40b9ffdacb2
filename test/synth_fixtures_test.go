package test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/goccy/go-yaml"

	"cognito-m2m/config"
)

// fixtures are environments beside the repository's own: one with every key but those for many
// clients, one with those and groups, one with the required keys alone, and a disposable one. They
// have a small module as their source.
var fixtures = sync.OnceValues(func() (assembly, error) {
	source := fixtureSource()
	if err := source.lay("authorize", "echo", "orders", "rotate"); err != nil {
		return assembly{}, err
	}
	environments, err := fixtureEnvironments(source)
	if err != nil {
		return assembly{}, err
	}
	return synthUnbundled(filepath.Join(scratch, "fixtures.out"), string(source), environments...)
})

func fixtureSource() source { return source(filepath.Join(scratch, "module")) }

func fixtureEnvironments(source source) (environments []*config.Environment, err error) {
	options := config.Options{LambdaDir: filepath.Join(string(source), "lambda")}
	for _, name := range []string{"maximal", "many", "minimal"} {
		env, err := config.Load(fixtureFile(name), options)
		if err != nil {
			return nil, err
		}
		environments = append(environments, env)
	}
	disposable, err := config.LoadNamed(filepath.Join(root, "environments"), "pr-123", options)
	if err != nil {
		return nil, err
	}
	return append(environments, disposable), disposable.ExpireOn("2026-12-31")
}

func fixtureFile(name string) string {
	return filepath.Join("testdata", "environments", name+".yaml")
}

// everyStage is every environment there is a golden template of, by name.
func everyStage(t *testing.T) map[string]stage {
	t.Helper()
	more, err := fixtures()
	if err != nil {
		t.Fatal(err)
	}
	all := maps.Clone(theAssembly(t).stages)
	maps.Copy(all, more.stages)
	return all
}

// TestFixturesSayEverythingAndNothing holds the two files to what they are for.
func TestFixturesSayEverythingAndNothing(t *testing.T) {
	required, optional := schemaKeys(t)
	var all []string
	written := writtenKeys(t, "maximal")
	maps.Copy(written, writtenKeys(t, "many"))
	for key := range written {
		all = append(all, key)
	}
	want := slices.DeleteFunc(append(slices.Clone(required), optional...), func(key string) bool { return key == "match" })
	if slices.Sort(want); !sameSet(all, want) {
		t.Errorf("the maximal file, and the one of many clients, have the keys\n%q, there are\n%q", slices.Sorted(slices.Values(all)), want)
	}
	for key := range writtenKeys(t, "minimal") {
		// A route has methods unless it is $default's, and a file a name unless it has match.
		if key != "name" && key != "api.routes.methods" && !slices.Contains(required, key) {
			t.Errorf("the minimal file has %s, which is not required", key)
		}
	}
}

// schemaKeys are the key paths of the environment file, names of the user's own left out:
// clients.scopes.
func schemaKeys(t *testing.T) (required, optional []string) {
	t.Helper()
	var schema map[string]any
	if _, err := readJSON(filepath.Join(root, "environments", "environment.schema.json"), &schema); err != nil {
		t.Fatal(err)
	}
	var walk func(path string, schema map[string]any)
	walk = func(path string, schema map[string]any) {
		needed, _ := schema["required"].([]any)
		properties, _ := schema["properties"].(map[string]any)
		for key, property := range properties {
			at := strings.TrimPrefix(path+"."+key, ".")
			if slices.Contains(needed, any(key)) {
				required = append(required, at)
			} else {
				optional = append(optional, at)
			}
			walk(at, property.(map[string]any))
		}
		for _, key := range []string{"items", "additionalProperties"} {
			if inner, ok := schema[key].(map[string]any); ok {
				walk(path, inner)
			}
		}
		forms, _ := schema["oneOf"].([]any) // a mapping, or a word in its place
		for _, form := range forms {
			if form := form.(map[string]any); form["type"] == "object" {
				walk(path, form)
			}
		}
	}
	walk("", schema)
	return required, optional
}

// writtenKeys are the key paths in a fixture, in the form of schemaKeys.
func writtenKeys(t *testing.T, name string) map[string]bool {
	t.Helper()
	source, err := os.ReadFile(fixtureFile(name))
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := yaml.YAMLToJSON(source)
	if err != nil {
		t.Fatal(err)
	}
	var written any
	if err := json.Unmarshal(encoded, &written); err != nil {
		t.Fatal(err)
	}
	required, optional := schemaKeys(t)
	known := append(required, optional...)
	found := map[string]bool{}
	var walk func(path string, value any)
	walk = func(path string, value any) {
		switch v := value.(type) {
		case []any:
			for _, item := range v {
				walk(path, item)
			}
		case map[string]any:
			for key, inner := range v {
				at := strings.TrimPrefix(path+"."+key, ".")
				if !slices.Contains(known, at) { // a name of the user's own
					walk(path, inner)
					continue
				}
				found[at] = true
				walk(at, inner)
			}
		}
	}
	walk("", written)
	return found
}
