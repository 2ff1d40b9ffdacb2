package change_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/diff/change"
)

func TestElements(t *testing.T) {
	t.Parallel()
	compared := compare(t, `{
		"Description": "Who may call what.",
		"Outputs": {
			"ApiUrl": {"Value": {"Fn::GetAtt": ["HttpApi", "ApiEndpoint"]}},
			"ClientIdReader": {"Value": {"Ref": "Reader"}}
		}
	}`, `{
		"Description": "Who may call what, and more.",
		"Outputs": {"ApiUrl": {"Value": "https://api.example"}},
		"Parameters": {"Code": {"Type": "String", "NoEcho": true, "Default": "hunter2"}},
		"Conditions": {"IsProd": {"Fn::Equals": ["a", "a"]}}
	}`)
	want := []change.Element{
		{Section: "Outputs", Name: "ApiUrl", Change: change.Changed, Differences: []change.Difference{
			{Property: "Value", Old: "${HttpApi.ApiEndpoint}", New: "https://api.example"},
		}},
		{Section: "Outputs", Name: "ClientIdReader", Change: change.Removed, Differences: []change.Difference{
			{Property: "Value", Old: "${Reader}", New: "(not set)"},
		}},
		{Section: "Parameters", Name: "Code", Change: change.Added, Differences: []change.Difference{
			{Property: "Default", Old: "(hidden)", New: "(hidden)"},
			{Property: "NoEcho", Old: "(not set)", New: "true"},
			{Property: "Type", Old: "(not set)", New: "String"},
		}},
		{Section: "Conditions", Name: "IsProd", Change: change.Added, Differences: []change.Difference{
			{Property: "IsProd", Old: "(not set)", New: "Equals [a, a]"},
		}},
		{Section: "Stack", Name: "Description", Change: change.Changed, Differences: []change.Difference{
			{Property: "Description", Old: "Who may call what.", New: "Who may call what, and more."},
		}},
	}
	if difference := cmp.Diff(want, compared.Elements); difference != "" {
		t.Errorf("elements (-want +got):\n%s", difference)
	}
}
