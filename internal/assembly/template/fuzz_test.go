package template_test

import (
	"encoding/json"
	"fmt"
	"testing"
)

// FuzzIntrinsic: no value of an output may panic, hang or be resolved in two ways.
func FuzzIntrinsic(f *testing.F) {
	for _, value := range []string{
		`{"Ref": "Name"}`,
		`{"Fn::GetAtt": ["Logs", "Arn"]}`,
		`{"Fn::Join": ["-", ["a", {"Ref": "AWS::NoValue"}, 1.10]]}`,
		`{"Fn::Sub": ["${A}/${Name}/${!x}", {"A": {"Ref": "Index"}}]}`,
		`{"Fn::Select": [1, {"Fn::Split": [",", "a,b"]}]}`,
		`{"Fn::If": ["Either", {"Fn::FindInMap": ["Sizes", {"Ref": "AWS::Region"}, "small"]}, {"Fn::Base64": "x"}]}`,
		`{"Fn::ToJsonString": {"a": [{"Fn::Length": {"Ref": "Zones"}}, {"Fn::GetAZs": ""}]}}`,
		`{"Fn::ImportValue": {"Fn::GetStackOutput": {"StackName": "App", "OutputName": "Out"}}}`,
	} {
		f.Add(value)
	}
	f.Fuzz(func(t *testing.T, value string) {
		if !json.Valid([]byte(value)) {
			t.Skip()
		}
		resolveTwice(t, fmt.Sprintf(surroundings, `"Transform": "AWS::LanguageExtensions",`, value))
	})
}
