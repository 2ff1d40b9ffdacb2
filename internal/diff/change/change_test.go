package change_test

import (
	"encoding/json"
	"strings"
	"testing"

	"cognito-m2m/internal/diff/change"
)

// environment has one stack for each template; the first is m2m-prod-0. Construct paths are
// prod/Api/ and the logical id, in which _ stands for /.
func environment(t *testing.T, templates ...string) *change.Environment {
	t.Helper()
	var stacks []change.Template
	for i, text := range templates {
		template := change.Template{StackName: "m2m-prod-" + string(rune('0'+i)), Body: decoded(t, text), Paths: map[string]string{}}
		for logicalID := range change.Object(template.Body["Resources"]) {
			template.Paths[logicalID] = "prod/Api/" + strings.ReplaceAll(logicalID, "_", "/")
		}
		stacks = append(stacks, template)
	}
	e, err := change.NewEnvironment("prod", stacks)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// compare compares two environments of one stack.
func compare(t *testing.T, before, after string) change.StackChange {
	t.Helper()
	return change.Compare(environment(t, before), environment(t, after))[0]
}

// echo is a template with one function.
func echo(properties string) string {
	return `{"Resources": {"Echo": {"Type": "AWS::Lambda::Function", "Properties": {` + properties + `}}}}`
}

func decoded(t *testing.T, text string) map[string]any {
	t.Helper()
	var object map[string]any
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&object); err != nil {
		t.Fatalf("decoding %.80s: %v", text, err)
	}
	return object
}

func TestEnvironmentNeedsTypes(t *testing.T) {
	t.Parallel()
	_, err := change.NewEnvironment("prod", []change.Template{{StackName: "m2m-prod-Api", Body: decoded(t, `{"Resources": {"Reader": {}}}`)}})
	if err == nil || !strings.Contains(err.Error(), "m2m-prod-Api") || !strings.Contains(err.Error(), "Reader") {
		t.Errorf("a resource without a type: %v", err)
	}
}

func TestStacks(t *testing.T) {
	t.Parallel()
	one, two := environment(t, `{}`), environment(t, `{}`, echo(""))
	added, removed := change.Compare(one, two)[1], change.Compare(two, one)[1]
	if added.Name != "m2m-prod-1" || added.Before != nil || added.After == nil || added.Resources[0].Kind() != change.Added {
		t.Errorf("an added stack: %+v", added)
	}
	if removed.Before == nil || removed.After != nil || removed.Resources[0].Kind() != change.Removed {
		t.Errorf("a removed stack: %+v", removed)
	}
}
