package template_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// cyclesIn lists the problems of a stack with these resources, each with its logical id.
func cyclesIn(t *testing.T, resources string) []string {
	t.Helper()
	_, problems := resolveOne(t, `{
		"Conditions": {"Yes": {"Fn::Equals": ["a", "a"]}, "No": {"Fn::Equals": ["a", "b"]}},
		"Resources": `+resources+`}`)
	var cycles []string
	for _, p := range problems {
		cycles = append(cycles, p.LogicalID+": "+p.Message)
	}
	return cycles
}

func cycle(logicalID, circle string) string {
	return logicalID + ": Circular dependency between resources: " + circle + "; take out one of these references"
}

func TestCycles(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		resources string
		want      []string
	}{
		"DependsOn": {
			`{"Q1": {"Type": "AWS::SQS::Queue", "DependsOn": "Q2"}, "Q2": {"Type": "AWS::SQS::Queue", "DependsOn": ["Q1"]}}`,
			[]string{cycle("Q1", "Q1 -> Q2 -> Q1")},
		},
		"a resource and itself": {
			`{"Q": {"Type": "AWS::SQS::Queue", "Properties": {"Tags": [{"Key": "name", "Value": {"Ref": "Q"}}]}}}`,
			[]string{cycle("Q", "Q -> Q")},
		},
		"environments of two functions": {
			`{"F": {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"S3Key": "a1.zip"}, "Role": "r",
				"Environment": {"Variables": {"OTHER": {"Ref": "G"}}}}},
			"G": {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"S3Key": "a1.zip"}, "Role": "r",
				"Environment": {"Variables": {"OTHER": {"Fn::Join": ["", ["x", {"Fn::GetAtt": ["F", "Arn"]}]]}}}}}}`,
			[]string{cycle("F", "F -> G -> F")},
		},
		"attributes and texts": {
			`{"A": {"Type": "AWS::SQS::Queue", "Properties": {"X": {"Fn::GetAtt": "B.Arn"}}},
			"B": {"Type": "AWS::SQS::Queue", "Properties": {"X": {"Fn::Sub": "x-${C.Arn}"}}},
			"C": {"Type": "AWS::SQS::Queue", "Properties": {"X": {"Fn::Sub": ["${V}${D}", {"V": "v"}]}}},
			"D": {"Type": "AWS::SQS::Queue", "Properties": {"X": {"Fn::Sub": ["${V}", {"V": {"Ref": "A"}}]}}}}`,
			[]string{cycle("A", "A -> B -> C -> D -> A")},
		},
		"the branch that is taken": {
			`{"A": {"Type": "AWS::SQS::Queue", "Properties": {"X": {"Fn::If": ["Yes", {"Ref": "A"}, "x"]}}}}`,
			[]string{cycle("A", "A -> A")},
		},
		"two of them": {
			`{"A": {"Type": "AWS::SQS::Queue", "DependsOn": ["B", "C"]}, "B": {"Type": "AWS::SQS::Queue", "DependsOn": "A"},
			"C": {"Type": "AWS::SQS::Queue", "DependsOn": "A"}}`,
			[]string{cycle("A", "A -> B -> A"), cycle("A", "A -> C -> A")},
		},
		"seen from outside": {
			`{"A": {"Type": "AWS::SQS::Queue", "DependsOn": "B"}, "B": {"Type": "AWS::SQS::Queue", "DependsOn": "C"},
			"C": {"Type": "AWS::SQS::Queue", "DependsOn": "B"}}`,
			[]string{cycle("B", "B -> C -> B")},
		},
		"a type that is not known": {
			`{"A": {"Type": "AWS::EC2::Instance", "DependsOn": "A"}}`,
			[]string{cycle("A", "A -> A"), "A: the type AWS::EC2::Instance is not simulated, and not known to be without effect"},
		},

		"none in a tree": {
			`{"A": {"Type": "AWS::SQS::Queue", "DependsOn": ["B", "C"]}, "B": {"Type": "AWS::SQS::Queue", "DependsOn": "C"},
			"C": {"Type": "AWS::SQS::Queue"}}`,
			nil,
		},
		"none through the branch that is not taken": {
			`{"A": {"Type": "AWS::SQS::Queue", "Properties": {"X": {"Fn::If": ["No", {"Ref": "A"}, "x"]}}}}`, nil,
		},
		"none through a resource that is left out": {
			`{"A": {"Type": "AWS::SQS::Queue", "DependsOn": "B"},
			"B": {"Type": "AWS::SQS::Queue", "Condition": "No", "DependsOn": "A"}}`,
			nil,
		},
		"none through a variable or literal of the same name": {
			`{"A": {"Type": "AWS::SQS::Queue", "Properties": {"X": {"Fn::Sub": ["${A}${!A}", {"A": "x"}]}}}}`, nil,
		},
		"none through a text": {
			`{"A": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "A", "X": {"Fn::Join": ["", ["A", "${A}"]]}}}}`, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, cyclesIn(t, test.resources)); diff != "" {
				t.Errorf("cycles (-want +got):\n%s", diff)
			}
		})
	}
}
