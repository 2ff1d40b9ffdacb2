package template_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"cognito-m2m/internal/assembly/template"
	"cognito-m2m/internal/assembly/template/templatetest"
)

// A small template may ask for any amount of work. Each of these takes a second or two without a
// bound, and every further line of it a multiple of that.
func TestWorkIsBounded(t *testing.T) {
	t.Parallel()
	items := strings.TrimSuffix(strings.Repeat(`"x",`, 3000), ",")
	text := strings.Repeat("x", 50_000)
	for name, test := range map[string]struct{ sections, value string }{
		"lists of a mapping": {
			`"Mappings": {"M": {"a": {"b": [` + items + `]}}}`, `{"Fn::Join": ["", {"Fn::FindInMap": ["M", "a", "b"]}]}`,
		},
		"a list parameter": {
			`"Parameters": {"P": {"Type": "CommaDelimitedList", "Default": "` + strings.Repeat("x,", 30_000) + `"}}`,
			`{"Fn::Join": ["", [{"Fn::Select": [0, {"Ref": "P"}]}]]}`,
		},
		"a long text": {
			`"Parameters": {"P": {"Type": "String", "Default": "` + text + `"}}`, `{"Fn::Sub": "${P}${P}"}`,
		},
		"a long text in JSON": {
			`"Transform": "AWS::LanguageExtensions", "Parameters": {"P": {"Type": "String", "Default": "` + text + `"}}`,
			`{"Fn::ToJsonString": [{"Ref": "P"}, {"Ref": "P"}]}`,
		},
		"a long text that is split": {
			`"Parameters": {"P": {"Type": "String", "Default": "` + text + `"}}`,
			`{"Fn::Select": [0, {"Fn::Split": ["y", {"Ref": "P"}]}]}`,
		},
		// Items take far more memory than the text that they are made of.
		"the items of a text that is split": {
			`"Parameters": {"P": {"Type": "String", "Default": "` + strings.Repeat("x,", 2_000) + `"}}`,
			`{"Fn::Select": [0, {"Fn::Split": [",", {"Ref": "P"}]}]}`,
		},
		"the items of a list parameter": {
			`"Parameters": {"P": {"Type": "CommaDelimitedList", "Default": "` + strings.Repeat(",", 2_000) + `"}}`,
			`{"Fn::Select": [0, {"Ref": "P"}]}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			outputs := map[string]json.RawMessage{}
			for i := range 800 {
				outputs[fmt.Sprintf("O%d", i)] = json.RawMessage(`{"Value": ` + test.value + `}`)
			}
			encoded, err := json.Marshal(outputs)
			if err != nil {
				t.Fatal(err)
			}
			_, problems := resolveOne(t, `{`+test.sections+`, "Outputs": `+string(encoded)+`}`)
			if len(problems) != 1 || !strings.Contains(problems[0].Message, "evaluation stops here") {
				t.Errorf("got %v, want one problem that says where the evaluation stops", problems)
			}
		})
	}
}

// With an intrinsic in a mapping, each level of lookups would double the work of the one below.
func TestMappingsArePlain(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ mappings, property, message string }{
		"an intrinsic":            {`{"M": {"a": {"b": {"Ref": "AWS::Region"}}}}`, "Mappings.M.a.b", "must be a String or a List"},
		"a lookup":                {`{"M": {"a": {"b": {"Fn::FindInMap": ["M", "a", "c"]}, "c": "x"}}}`, "Mappings.M.a.b", "must be a String or a List"},
		"an intrinsic in a list":  {`{"M": {"a": {"b": ["x", {"Ref": "AWS::Region"}]}}}`, "Mappings.M.a.b", "must be a String or a List"},
		"another level":           {`{"M": {"a": {"b": {"c": "d"}}}}`, "Mappings.M.a.b", "must be a String or a List"},
		"null":                    {`{"M": {"a": {"b": null}}}`, "Mappings.M.a.b", "must be a String or a List"},
		"a level less":            {`{"M": {"a": "b"}}`, "Mappings.M.a", "an object is needed here, not a text"},
		"no level":                {`{"M": "a"}`, "Mappings.M", "an object is needed here, not a text"},
		"a list instead of a map": {`{"M": {"a": ["b"]}}`, "Mappings.M.a", "an object is needed here, not a list"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, problems := resolveOne(t, `{"Mappings": `+test.mappings+`, "Outputs": {"O": {"Value": {"Fn::FindInMap": ["M", "a", "b"]}}}}`)
			if by := templatetest.WantProblem(t, problems, "", test.property, test.message); by != template.CloudFormation {
				t.Errorf("%s", by)
			}
		})
	}
}

func TestProblemsAreCounted(t *testing.T) {
	t.Parallel()
	resources := map[string]any{}
	for i := range 130 {
		resources[fmt.Sprintf("Unknown%d", i)] = map[string]any{"Type": "AWS::Unknown::Thing"}
		resources[fmt.Sprintf("Wrong%d", i)] = map[string]any{"Type": "AWS::Cognito::UserPool", "Moon": 1}
	}
	encoded, err := json.Marshal(map[string]any{"Resources": resources})
	if err != nil {
		t.Fatal(err)
	}
	_, problems := resolveOne(t, string(encoded))
	kinds := map[template.ProblemKind]int{}
	for _, p := range problems {
		kinds[p.Kind]++
	}
	if kinds[template.Invalid] != 101 || kinds[template.Unsupported] != 101 {
		t.Fatalf("got %v of each kind, want a hundred and the number of the others", kinds)
	}
	for _, last := range problems[200:] {
		if got, want := last.Error(), "and 30 more problems like these: only the first 100 are listed"; got != want {
			t.Errorf("the last one is %q, want %q", got, want)
		}
	}
}
