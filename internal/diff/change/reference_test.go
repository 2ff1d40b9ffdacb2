package change_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/diff/change"
)

func TestReferences(t *testing.T) {
	t.Parallel()
	const identity = `{
		"Resources": {"Pool": {"Type": "AWS::Cognito::UserPool"}},
		"Outputs": {
			"Pool":   {"Value": {"Ref": "Pool"}, "Export": {"Name": "pool"}},
			"Circle": {"Value": [{"Fn::ImportValue": "circle"}, {"Ref": "Pool"}], "Export": {"Name": "circle"}}
		}
	}`
	cases := map[string][]string{
		`{"Ref": "Echo"}`:                                             {"Echo"},
		`{"Ref": "AWS::Region"}`:                                      nil,
		`{"Fn::GetAtt": ["Echo", "Arn"]}`:                             {"Echo"},
		`{"Fn::Sub": "${Echo.Arn}/${!Echo}/${AWS::Region}"}`:          {"Echo"},
		`{"Fn::Sub": ["${Echo}${x}", {"x": {"Ref": "Logs"}}]}`:        {"Echo", "Logs"},
		`{"Fn::Join": ["", ["a", {"Ref": "Logs"}, {"Ref": "Echo"}]]}`: {"Logs", "Echo"},
		`{"nested": [{"Ref": "Echo"}, {"Ref": "Echo"}]}`:              {"Echo", "Echo"},
		`{"Fn::ImportValue": "pool"}`:                                 {"Pool"},
		`{"Fn::ImportValue": "circle"}`:                               {"Pool"},
		`{"Fn::ImportValue": "unknown"}`:                              nil,
		`"Echo"`:                                                      nil,
	}
	for value, want := range cases {
		api := `{"Resources": {
			"Echo": {"Type": "AWS::Lambda::Function", "Properties": {"Value": ` + value + `}},
			"Logs": {"Type": "AWS::Logs::LogGroup"}
		}}`
		e := environment(t, api, identity)
		echo := resource(change.Compare(e, e)[0], "Echo")
		var got []string
		for _, r := range echo.References(echo.Get("Value")) {
			got = append(got, r.LogicalID)
		}
		if difference := cmp.Diff(want, got); difference != "" {
			t.Errorf("%s refers to (-want +got):\n%s", value, difference)
		}
		// Twice the same resource is still one.
		one := len(want) == 1 || len(want) == 2 && want[0] == want[1]
		if to := echo.RefersTo(echo.Get("Value")); one != (to != nil) || one && to.LogicalID != want[0] {
			t.Errorf("%s stands for %v", value, to)
		}
	}
}

func resource(s change.StackChange, logicalID string) *change.Resource {
	for _, p := range s.Resources {
		if p.After != nil && p.After.LogicalID == logicalID {
			return p.After
		}
	}
	return nil
}
