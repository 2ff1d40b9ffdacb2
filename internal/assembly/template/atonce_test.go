package template_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/assembly/template/templatetest"
)

// Stacks are evaluated at the same time. Which problems are listed, of more than a hundred, does
// not depend on which stack was first.
func TestProblemsOfStacksAreFoundInTurn(t *testing.T) {
	t.Parallel()
	templates := map[string]string{}
	for stack := range 8 {
		resources := map[string]any{}
		for i := range 30 {
			resources[fmt.Sprintf("Wrong%02d", i)] = map[string]any{
				"Type": "AWS::Lambda::Function", "Properties": map[string]any{"MemorySize": stack}, // 128 is the least
			}
		}
		encoded, err := json.Marshal(map[string]any{"Resources": resources})
		if err != nil {
			t.Fatal(err)
		}
		templates[fmt.Sprintf("Stack%d", stack)] = string(encoded)
	}
	// The hundred are of the first stacks: of each resource its missing role, and its memory.
	_, want := resolveStage(t, templates)
	if len(want) != 101 || want[99].Stack != "Stack1" {
		t.Fatalf("%d problems are listed: %v", len(want), want)
	}
	for range 20 {
		if _, problems := resolveStage(t, templates); !cmp.Equal(problems, want) {
			t.Fatalf("two runs differ (-first +another):\n%s", cmp.Diff(want, problems))
		}
	}
}

const exported = `, "Export": {"Name": {"Ref": "AWS::StackName"}}`

// What a stack takes from another one is there, or both are evaluated in turn.
func TestStacksThatNeedEachOther(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ condition, name, export string }{
		"imports":               {`["a", "a"]`, `{"Fn::ImportValue": "Stack%d"}`, exported},
		"imports in conditions": {`[{"Fn::ImportValue": "Stack0"}, "a"]`, `{"Fn::ImportValue": "Stack%d"}`, exported},
		"weak references":       {`["a", "a"]`, `{"Fn::GetStackOutput": {"StackName": "Stack%d", "OutputName": "Name"}}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			templates := map[string]string{"Stack0": stackThatNeeds(`["a", "a"]`, `"a"`, test.export)}
			for i := 1; i < 9; i++ {
				templates[fmt.Sprintf("Stack%d", i)] = stackThatNeeds(test.condition, fmt.Sprintf(test.name, i-1), test.export)
			}
			for range 5 {
				found, problems := resolveStage(t, templates)
				templatetest.WantNoProblems(t, problems)
				for _, o := range found.Outputs {
					if o.Value != "a" || len(found.Outputs) != 9 {
						t.Fatalf("%s of %s is %q, one of %d outputs", o.Key, o.Stack, o.Value, len(found.Outputs))
					}
				}
			}
		})
	}
}

// stackThatNeeds has functions, and an output with their name. They are so many that stacks are
// evaluated at the same time.
func stackThatNeeds(condition, name, export string) string {
	var conditions, functions strings.Builder
	for i := range 100 {
		fmt.Fprintf(&conditions, `"C%d": {"Fn::Equals": %s},`, i, condition)
		fmt.Fprintf(&functions, `"F%d": {"Type": "AWS::Lambda::Function", "Properties": {"Role": "r", "FunctionName": %s}},`, i, name)
	}
	return fmt.Sprintf(`{"Conditions": {%s "Is": {"Fn::Equals": ["a", "a"]}},
		"Resources": {%s "Last": {"Type": "AWS::CDK::Metadata"}},
		"Outputs": {"Name": {"Value": {"Fn::If": ["Is", {"Ref": "F99"}, "none"]}%s}}}`, conditions.String(), functions.String(), export)
}
