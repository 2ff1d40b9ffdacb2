package strictyaml_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const peopleOfValid = "\n  ann: {waters: [mint]}\n  bob: {waters: [sage]}"

func TestAnchors(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ people, want string }{
		"alias of a list":    {"{ann: {waters: &w [mint]}, bob: {waters: *w}}", ""},
		"alias of a mapping": {"{ann: &a {waters: [mint]}, bob: *a}", ""},
		"alias of text":      {"{ann: {waters: [&m mint]}, bob: {waters: [*m]}}", ""},
		"merge key":          {"{ann: &a {waters: [sage], cans: 3}, bob: {waters: [mint], <<: *a}}", ""},
		"unknown anchor": {
			"{ann: {waters: *w}}",
			"herbs.yaml:9:24: people.ann.waters: there is no anchor of this name above",
		},
		"anchor below": {
			"{ann: {waters: *w}, bob: {waters: &w [mint]}}",
			"herbs.yaml:9:24: people.ann.waters: there is no anchor of this name above",
		},
		"merge of itself": {
			"{ann: &a {<<: *a, waters: [mint]}}",
			"herbs.yaml:9:19: people.ann[\"<<\"]: the alias refers to itself (write <<: *name of an anchor above)",
		},
		"merge of a list": {
			"{ann: {<<: [], waters: [mint]}}",
			"herbs.yaml:9:16: people.ann[\"<<\"]: want a mapping to merge (write <<: *name of an anchor above)",
		},
		"mistake behind an alias": {
			"{ann: {waters: [&m Mint]}, bob: {waters: [*m]}}",
			"herbs.yaml:9:25: people.ann.waters[0]: \"Mint\" is not a valid word (1 to 12 lower-case letters)\n" +
				"herbs.yaml:9:51: people.bob.waters[0]: \"Mint\" is not a valid word (1 to 12 lower-case letters)",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, got := read(t, edit(t, peopleOfValid, " "+c.people))
			if diff := cmp.Diff(c.want, strings.Join(got, "\n")); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAliasTakesTheLastAnchorAboveIt(t *testing.T) {
	t.Parallel()
	got, problems := read(t, edit(t, peopleOfValid,
		"\n  a: {waters: [&m mint]}\n  b: {waters: [*m]}\n  c: {waters: [&m sage]}\n  d: {waters: [*m]}"))
	if problems != nil {
		t.Fatal(problems)
	}
	if b, d := got.People["b"].Waters[0], got.People["d"].Waters[0]; b != "mint" || d != "sage" {
		t.Errorf("aliases stand for %s and %s, want mint and sage", b, d)
	}
}

func TestMergedKeysGiveWayToWrittenOnes(t *testing.T) {
	t.Parallel()
	got, problems := read(t, edit(t, peopleOfValid, "\n  ann: &a {waters: [mint], cans: 3}\n  bob: {<<: *a, waters: [sage]}"))
	if problems != nil {
		t.Fatal(problems)
	}
	if diff := cmp.Diff(person{Waters: waters{"sage"}, Cans: 3}, got.People["bob"]); diff != "" {
		t.Errorf("merged person (-want +got):\n%s", diff)
	}
}

// A value that has a name is read once however often it is used, so its faults are reported once,
// and no file makes more work than it has text.
func TestAliasesAreReadOnce(t *testing.T) {
	t.Parallel()
	_, got := read(t, edit(t, peopleOfValid, "\n  ann: &a {waters: [mint], moon: 1, sun: 2}\n"+repeated(40, "  p%c: *a\n")))
	const hint = "unknown key (known: waters, cans)"
	want := []string{"herbs.yaml:10:28: people.ann.moon: " + hint, "herbs.yaml:10:37: people.ann.sun: " + hint}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

// The outcome of the first reading stands for the others.
func TestAliasesGiveTheSameValue(t *testing.T) {
	t.Parallel()
	got, problems := read(t, edit(t, peopleOfValid, "\n  ann: &a {waters: &w [mint, sage], cans: 3}\n  bob: *a\n  eve: {waters: *w}"))
	if problems != nil {
		t.Fatal(problems)
	}
	for name, person := range got.People {
		if diff := cmp.Diff(waters{"mint", "sage"}, person.Waters); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
