package assembly_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/assembly"
)

// FuzzTemplate: no template may panic, hang or be resolved in two ways.
func FuzzTemplate(f *testing.F) {
	templates, err := filepath.Glob("testdata/synth/*/*.template.json")
	if err != nil || len(templates) == 0 {
		f.Fatalf("found no templates to start from: %v", err)
	}
	for _, name := range templates {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(whole))
	f.Add(fmt.Appendf(nil, surroundings, `"Transform": "AWS::LanguageExtensions",`, `{"Fn::Length": {"Ref": "Zones"}}`))
	f.Fuzz(func(t *testing.T, template []byte) { resolveTwice(t, string(template)) })
}

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

func resolveTwice(t *testing.T, template string) {
	t.Helper()
	loaded, err := assembly.LoadFS(synthesized(map[string]string{"App": template}), "cdk.out")
	if err != nil {
		return
	}
	stage, err := loaded.Stage("dev")
	if err != nil {
		t.Fatal(err)
	}
	first, firstProblems := stage.Resolve(assembly.Options{IDs: keyedIDs{}})
	second, secondProblems := stage.Resolve(assembly.Options{IDs: keyedIDs{}})
	if diff := cmp.Diff(first, second) + cmp.Diff(firstProblems, secondProblems); diff != "" {
		t.Errorf("two runs differ (-first +second):\n%s", diff)
	}
}
