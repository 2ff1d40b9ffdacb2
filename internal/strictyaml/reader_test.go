package strictyaml_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/strictyaml"
)

func TestReadTakesWhatIsWritten(t *testing.T) {
	t.Parallel()
	got, problems := read(t, valid)
	midnight, evening := hour(0), hour(19)
	want := greenhouse{
		Name: "herbs", Facing: "NORTH",
		Shelves: shelves{{Label: "top", Plants: plants{"mint": "Peppermint", "sage": "Common sage"}}},
		People:  people{"ann": {Waters: waters{"mint"}, Cans: 1}, "bob": {Waters: waters{"sage"}, Cans: 1}},
		Rounds:  []round{{Hour: &midnight, Can: 2, Spray: spray{Litres: 1}}, {Hour: &evening, Can: 5, Spray: spray{word: "off"}}},
		Water:   water{Litres: 10, Cans: 2},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(spray{})); diff != "" || problems != nil {
		t.Errorf("problems %v, greenhouse (-want +got):\n%s", problems, diff)
	}
}

// What is not written has the default of its tag: in a mapping that is left out too, and in every
// entry of a list or a mapping. What is refused keeps it, so that one mistake is not reported as
// two.
func TestDefaults(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		content string
		refused bool
	}{
		"left out": {content: "name: herbs\nshelves: [{label: top, plants: {mint: Mint}}]\npeople: {ann: {waters: [mint]}}\nrounds: [{}]\n"},
		"refused": {
			content: "name: herbs\nfacing: up\ndoor: {locked: 1}\nshelves: [{label: top, plants: {mint: Mint}}]\n" +
				"people: {ann: {waters: [mint], cans: 11}}\nrounds: [{can: 3}]\nwater: none\n",
			refused: true,
		},
	} {
		got, problems := read(t, c.content)
		if c.refused != (problems != nil) {
			t.Errorf("%s: problems %v", name, problems)
		}
		if got.Facing != "SOUTH" || !got.Door.Locked || got.People["ann"].Cans != 1 || got.Rounds[0].Can != 5 || got.Water.Litres != 2.5 {
			t.Errorf("%s: got %+v", name, got)
		}
	}
	if got := strictyaml.Default[water](); got.Litres != 2.5 || got.Cans != 0 {
		t.Errorf("the default is %+v", got)
	}
}

func TestSyntax(t *testing.T) {
	t.Parallel()
	reject(t, map[string]faulty{
		"open list":        {new: "name: herbs\npeople: [a\n", want: "2:9: is not YAML: sequence end token ']' not found (see yaml.org)"},
		"braces in braces": {new: "a: {path: /x/{id}}\n", want: "1:14: is not YAML: ',' or '}' must be specified (between braces, put text that has braces itself in quotes)"},
		"open quote":       {new: "name: 'herbs\n", want: "1:7: is not YAML: could not find end character of single-quoted text (see yaml.org)"},
		"two documents":    {new: valid + "---\n" + valid, want: "17:1: has 2 YAML documents (one greenhouse per file)"},
		"brackets":         {new: strings.Repeat("[", 200), want: "1:101: is not YAML: nesting is too deep (see yaml.org)"},
		"lists in a line":  {new: strings.Repeat("- ", 600), want: "1:1001: is not YAML: nesting is too deep (see yaml.org)"},
		"a list":           {new: "- name: herbs\n", want: "1:1: want a mapping, got a list"},
		"text":             {new: "herbs\n", want: `1:1: want a mapping, got "herbs"`},
		"alias without":    {new: "*herbs\n", want: "1:1: there is no anchor of this name above"},
		"null":             {new: "~\n", want: "1:1: has no value (give it one, or remove the key)"},
	})
}

func TestValues(t *testing.T) {
	t.Parallel()
	reject(t, map[string]faulty{
		"tag":               {"name: herbs", "name: !!str herbs", "1:7: name: YAML tags are not part of the format"},
		"list for text":     {"name: herbs", "name: [herbs]", "1:1: name: want text, got a list"},
		"mapping for text":  {"name: herbs", "name: {herbs: herbs}", "1:1: name: want text, got a mapping"},
		"text for mapping":  {`door: {sign: "", locked: false}`, "door: open", `3:7: door: want a mapping, got "open"`},
		"text for entries":  {"  ann: {waters: [mint]}\n  bob: {waters: [sage]}", "  ann", `10:3: people: want a mapping, got "ann"`},
		"list for mapping":  {"{litres: 10, cans: 2}", "[10, 2]", "15:1: water: want a mapping, got a list"},
		"text in a list":    {"  - {hour: 19, spray: off}", "  - night", `14:5: rounds[1]: want a mapping, got "night"`},
		"nothing in a list": {"  - {hour: 19, spray: off}", "  -", "14:4: rounds[1]: has no value (give it one, or remove the key)"},
		"text for number":   {"litres: 10", "litres: 1e400", `15:17: water.litres: want a number, got "1e400"`},
		"infinite":          {"litres: 10", "litres: .inf", `15:17: water.litres: want a number, got ".inf"`},
		"part for a whole":  {"cans: 2", "cans: 0.5", `15:27: water.cans: want a whole number, got "0.5"`},
		"list for a number": {"hour: 19", "hour: [19]", "14:6: rounds[1].hour: want a whole number, got a list"},
		"text for a bool":   {"locked: false", "locked: no", `3:26: door.locked: want true or false, got "no"`},
		"text for a list":   {"[sage]", "sage", `11:17: people.bob.waters: want a list, got "sage" (write it as a list: [sage])`},
		"number for text":   {"name: herbs", "name: 12", "1:7: name: want text, got 12 (1 to 12 lower-case letters)"},
		"number for any":    {"Peppermint", "12", `7:13: shelves[0].plants.mint: want text, got 12 (put it in quotes: "12")`},
		"another word":      {"spray: off", "spray: on", `14:23: rounds[1].spray: "on" is not a valid spray (how much, or off)`},
		"line break":        {"name: herbs", `name: "h\nerbs"`, `1:7: name: "h\nerbs" is not a valid word (1 to 12 lower-case letters)`},
		"too long":          {"name: herbs", "name: aaaabbbbccccd", `1:7: name: "aaaabbbbccccd" is not a valid word (1 to 12 lower-case letters)`},
		"too long to show":  {"name: herbs", "name: " + strings.Repeat("é", 90), `1:7: name: "` + strings.Repeat("é", 80) + `…" is not a valid word (1 to 12 lower-case letters)`},
		"refused besides":   {`sign: ""`, "sign: Out!", `3:14: door.sign: "Out!" shouts (speak softly)`},
		"unknown word":      {"facing: north", "facing: notrh", `2:9: facing: unknown direction "notrh" (did you mean "NORTH"?)`},
		"a name":            {"  ann:", "  Ann:", `10:3: people.Ann: "Ann" is not a valid word (1 to 12 lower-case letters)`},
		"twice in a list":   {"[sage]", "[sage, mint, sage]", `11:30: people.bob.waters[2]: "sage" is already at people.bob.waters[0] (remove one)`},
		"too large":         {"cans: 2", "cans: 11", "15:27: water.cans: 11 is too large, at most 10 is allowed"},
		"too small":         {"cans: 2", "cans: 0", "15:27: water.cans: 0 is too small, at least 1 is needed"},
		"below none":        {"hour: 19", "hour: -1", "14:12: rounds[1].hour: -1 is too small, at least 0 is needed"},
		"none":              {"litres: 10", "litres: 0", "15:17: water.litres: 0 is too small, it must be above 0"},
		"in between":        {"can: 2", "can: 3", "13:20: rounds[0].can: 3 is not one of the allowed values (nearest: 2 and 5)"},
		"below the list":    {"can: 2", "can: 1", "13:20: rounds[0].can: 1 is not one of the allowed values (nearest: 2)"},
		"above the list":    {"can: 2", "can: 11", "13:20: rounds[0].can: 11 is not one of the allowed values (nearest: 10)"},
		"too few":           {"[sage]", "[]", "11:9: people.bob.waters: has no plants (name at least one plant)"},
		"too many":          {"[sage]", "[a, b, c, d]", "11:9: people.bob.waters: has 4 plants, at most 3 are allowed (two hands)"},
	})
}

func TestKeys(t *testing.T) {
	t.Parallel()
	reject(t, map[string]faulty{
		"unknown":         {"facing:", "facign:", `2:1: facign: unknown key (did you mean "facing"?)`},
		"required one":    {"bob: {waters:", "bob: {water:", `11:9: people.bob.water: unknown key (did you mean "waters"?)`},
		"nothing like it": {"cans: 2", "quota: 5", "15:21: water.quota: unknown key (known: litres, cans)"},
		"capitals":        {"litres: 10", "Litres: 10", `15:9: water.Litres: unknown key (did you mean "litres"?)`},
		"not plain":       {"facing:", "\"a b\":", `2:1: ["a b"]: unknown key (known: name, match, facing, door, shelves, people, rounds, water, friends, notes, degrees)`},
		"left out":        {"  - label: top\n    plants:\n", "  - plants:\n", "5:5: shelves[0].label: is missing"},
		"either":          {"name: herbs\n", "", "1:1: name: is missing (write the file's name)"},
		"twice":           {"facing: north\n", "name: other\n", "2:1: name: duplicate key (it is already on line 1)"},
		"twice, nested":   {"bob: {waters:", "ann: {waters:", "11:3: people.ann: duplicate key (it is already on line 10)"},
		"twice, inline":   {"litres: 10,", "litres: 10, litres: 5,", "15:21: water.litres: duplicate key (it is already on line 15)"},
		"null":            {"name: herbs", "name:", "1:1: name: has no value (write the file's name)"},
	})
	if _, problems := read(t, edit(t, "name: herbs", "match: herbs")); problems != nil {
		t.Errorf("a key that stands for another: %v", problems)
	}
}

func TestPlainTypesTakeAnything(t *testing.T) {
	t.Parallel()
	got, problems := read(t, valid+"notes: |\n  Water!\n  Twice.\ndegrees: -3.5\n")
	if problems != nil || got.Notes != "Water!\nTwice.\n" || got.Degrees != -3.5 {
		t.Errorf("problems %v, notes %q, degrees %v", problems, got.Notes, got.Degrees)
	}
}

func TestEmptyFilesAndSizes(t *testing.T) {
	t.Parallel()
	reject(t, map[string]faulty{
		"nothing":       {want: " is empty (start from herbs.yaml)"},
		"comments":      {new: "# one\n# two\n", want: " is empty (start from herbs.yaml)"},
		"document mark": {new: "---\n", want: " is empty (start from herbs.yaml)"},
		"too large":     {new: valid + strings.Repeat("#", 256<<10), want: " has more than 262144 bytes, which is the limit"},
	})
}

func TestLineEndingsAndByteOrderMark(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ content, want string }{
		"CRLF": {strings.ReplaceAll(valid, "\n", "\r\n"), ""},
		"BOM":  {"\ufeff" + valid, ""},
		"CRLF with a mistake": {
			strings.ReplaceAll(edit(t, "[sage]", "[Sage]"), "\n", "\r\n"),
			`herbs.yaml:11:18: people.bob.waters[0]: "Sage" is not a valid word (1 to 12 lower-case letters)`,
		},
		"BOM with a mistake": {
			"\ufeff" + edit(t, "name: herbs", "nme: herbs"),
			`herbs.yaml:1:1: nme: unknown key (did you mean "name"?)`,
		},
		"characters, not bytes": {
			edit(t, "{litres: 10, cans: 2}", "{\"é\": 100, cans: 0}"),
			"herbs.yaml:15:9: water[\"é\"]: unknown key (known: litres, cans)\n" +
				"herbs.yaml:15:25: water.cans: 0 is too small, at least 1 is needed",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, got := read(t, c.content)
			if diff := cmp.Diff(c.want, strings.Join(got, "\n")); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}
