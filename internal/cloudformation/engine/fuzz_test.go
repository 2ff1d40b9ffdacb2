package engine_test

import (
	"errors"
	"testing"

	"cognito-m2m/internal/cloudformation/engine"
	"cognito-m2m/internal/cloudformation/engine/enginetest"
)

// FuzzTemplate: whatever the text of a template is, it is taken or refused in CloudFormation's
// form.
func FuzzTemplate(f *testing.F) {
	for _, text := range []string{
		small, "Resources:\n  A: {Type: AWS::SNS::Topic, DependsOn: [B], Properties: !Ref X}", "a: &a [*a]", "!Sub {}", "{", "[1]", "",
		"Resources: &r\n  A: !GetAtt A.B.C\n  B: *r", `{"Resources": {"A": {"Type": "T", "Properties": {"P": {"Fn::Sub": ["${", {}]}}}}}`,
		`{"Resources": {"A": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Fn::Select": [-1, []]}}}}, "Conditions": {"C": {"Condition": "C"}}}`,
		`{"Mappings": {"M": {"A": {"B": []}}}, "Resources": {"A": {"Type": "AWS::SNS::Topic", "Condition": "C", "Properties": {"TopicName": {"Fn::FindInMap": ["M", "A", "C"]}}}}}`,
		`{"Resources": {"A": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "B"}}}, "B": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "A"}}}}}`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := engine.New(engine.Config{Provider: enginetest.New(), Save: newDisk().save})
		if err != nil {
			t.Fatal(err)
		}
		defer stop(t, e)
		_, _, err = e.CreateChangeSet(t.Context(), here, engine.ChangeSetInput{
			Input: engine.Input{StackName: "app", Text: text}, Name: "c", Type: "CREATE",
		})
		if refusal := (*engine.Refusal)(nil); err != nil && !errors.As(err, &refusal) {
			t.Errorf("refused with %v", err)
		}
	})
}
