package diff_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/diff"
	"cognito-m2m/internal/m2mtest"
)

const fixture = "testdata/assembly"

// edit changes a file of an assembly.
type edit func(t *testing.T, dir string)

// api and identity set a value in the template of a stack: Resource.Property, or a JSON pointer.
// The value is JSON; an empty one removes what is there.
func api(path, value string) edit { return set("assembly-prod/Api.template.json", path, value) }

func identity(path, value string) edit {
	return set("assembly-prod/Identity.template.json", path, value)
}

// manifest sets a value in the manifest of the environment.
func manifest(path, value string) edit { return set("assembly-prod/manifest.json", path, value) }

func set(file, path, value string) edit {
	return func(t *testing.T, dir string) {
		t.Helper()
		var document map[string]any
		name := filepath.Join(dir, file)
		decode(t, m2mtest.Read(t, name), &document)
		steps := strings.Split(strings.TrimPrefix(path, "/"), "/")
		if !strings.HasPrefix(path, "/") {
			parts := strings.Split(path, ".")
			steps = append([]string{"Resources", parts[0]}, parts[1:]...)
			if len(parts) > 1 {
				steps = append([]string{"Resources", parts[0], "Properties"}, parts[1:]...)
			}
		}
		parent, last := document, steps[len(steps)-1]
		for _, step := range steps[:len(steps)-1] {
			child, ok := parent[step].(map[string]any)
			if !ok {
				child = map[string]any{}
				parent[step] = child
			}
			parent = child
		}
		if value == "" {
			if _, ok := parent[last]; !ok {
				t.Fatalf("%s has no %s to remove", file, path)
			}
			delete(parent, last)
		} else {
			var decoded any
			decode(t, value, &decoded)
			parent[last] = decoded
		}
		encoded, err := json.MarshalIndent(document, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		m2mtest.Write(t, name, string(encoded))
	}
}

// replace replaces text in the template of the Api stack.
func replace(old, with string) edit {
	return func(t *testing.T, dir string) {
		t.Helper()
		name := filepath.Join(dir, "assembly-prod/Api.template.json")
		before := m2mtest.Read(t, name)
		after := strings.ReplaceAll(before, old, with)
		if before == after {
			t.Fatalf("the template does not contain %s", old)
		}
		m2mtest.Write(t, name, after)
	}
}

// edited is the fixture after edits.
func edited(t *testing.T, edits ...edit) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(fixture)); err != nil {
		t.Fatal(err)
	}
	for _, e := range edits {
		e(t, dir)
	}
	return dir
}

// compare loads two folders and compares them.
func compare(t *testing.T, before, after string) *diff.Report {
	t.Helper()
	report, err := diff.Compare(load(t, before), load(t, after), diff.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// change is what the edits do to the fixture.
func changed(t *testing.T, edits ...edit) *diff.Report {
	t.Helper()
	return compare(t, fixture, edited(t, edits...))
}

func load(t *testing.T, dir string) *assembly.Assembly {
	t.Helper()
	a, err := assembly.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func decode(t *testing.T, text string, into any) {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(into); err != nil {
		t.Fatalf("decoding %.80s: %v", text, err)
	}
}
