package strictyaml_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/strictyaml"
)

// Rules run beside faulty values too, and name the place where a key is, where an alias leads to,
// or where a key that is left out belongs.
func TestRules(t *testing.T) {
	t.Parallel()
	content := edit(t, "  ann: {waters: [mint]}\n  bob: {waters: [sage]}", "  ann: &a {waters: [mint, Sage]}\n  bob: *a\n  \"eve\": {waters: [mint]}")
	_, got := readWith(t, content, func(f *strictyaml.File) {
		for _, path := range []string{
			"", "door.sign", "people.bob.waters[0]", "people.eve.cans", strictyaml.KeyPath("people", "a b"), strictyaml.IndexPath("rounds", 1),
		} {
			f.Report(path, "is reported", "")
		}
	})
	want := []string{
		"herbs.yaml:1:1: is reported",
		"herbs.yaml:3:14: door.sign: is reported",
		"herbs.yaml:9:1: people[\"a b\"]: is reported",
		"herbs.yaml:10:21: people.bob.waters[0]: is reported",
		"herbs.yaml:10:27: people.ann.waters[1]: \"Sage\" is not a valid word (1 to 12 lower-case letters)",
		"herbs.yaml:12:3: people.eve.cans: is reported",
		"herbs.yaml:15:5: rounds[1]: is reported",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

func TestHas(t *testing.T) {
	t.Parallel()
	paths := []string{"door.locked", "door.lock", "people.bob", "people.bob.waters[0]", "people.bob.waters[1]", "match"}
	var has []string
	content := edit(t, "  ann: {waters: [mint]}\n  bob: {waters: [sage]}", "  ann: &a {waters: [mint]}\n  bob: *a")
	_, problems := readWith(t, content, func(f *strictyaml.File) {
		has = slices.Collect(func(yield func(string) bool) {
			for _, path := range paths {
				if f.Has(path) && !yield(path) {
					return
				}
			}
		})
	})
	if diff := cmp.Diff([]string{"door.locked", "people.bob", "people.bob.waters[0]"}, has); diff != "" || problems != nil {
		t.Errorf("problems %v, paths (-want +got):\n%s", problems, diff)
	}
}

func TestWarnings(t *testing.T) {
	t.Parallel()
	var file *strictyaml.File
	_, problems := readWith(t, valid, func(f *strictyaml.File) {
		file = f
		f.Warn("water.cans", "are few", "")
		f.Warn("name", "is plain", "think again")
	})
	var got []string
	for _, warning := range file.Warnings() {
		warning.File = ""
		got = append(got, warning.String())
	}
	if diff := cmp.Diff([]string{":1:7: name: is plain (think again)", ":15:27: water.cans: are few"}, got); diff != "" || problems != nil {
		t.Errorf("problems %v, warnings (-want +got):\n%s", problems, diff)
	}
}
