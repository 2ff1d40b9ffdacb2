package template_test

import (
	"testing"

	"cognito-m2m/internal/assembly/template"
	"cognito-m2m/internal/assembly/template/templatetest"
)

func TestImportAcrossStacks(t *testing.T) {
	t.Parallel()
	model, problems := resolveStage(t, map[string]string{
		"Identity": `{"Resources": {"Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/x"}}},
			"Outputs": {
				"Name": {"Value": {"Ref": "Logs"}, "Export": {"Name": {"Fn::Sub": "${AWS::StackName}:Name"}}},
				"Weak": {"Value": {"Fn::GetAtt": ["Logs", "Arn"]}}
			}}`,
		"Api": `{"Resources": {"M": {"Type": "AWS::CDK::Metadata"}}, "Outputs": {
			"Strong": {"Value": {"Fn::ImportValue": {"Fn::Join": [":", ["Identity", "Name"]]}}},
			"Weak": {"Value": {"Fn::GetStackOutput": {"StackName": "Identity", "OutputName": "Weak"}}}
		}}`,
	})
	templatetest.WantNoProblems(t, problems)
	for key, want := range map[string]string{"Strong": "/x", "Weak": "arn:aws:logs:eu-west-1:123456789012:log-group:/x:*"} {
		if got := output(t, model, key); got != want {
			t.Errorf("%s is %q, want %q", key, got, want)
		}
	}
}

func TestStackProblems(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		templates                    map[string]string
		logicalID, property, message string

		by template.Refuser
	}{
		"two stacks import from each other": {
			map[string]string{
				"A": `{"Outputs": {"A": {"Value": {"Fn::ImportValue": "b"}, "Export": {"Name": "a"}}}}`,
				"B": `{"Outputs": {"B": {"Value": {"Fn::ImportValue": "a"}, "Export": {"Name": "b"}}}}`,
			},
			"A", "Value", "depends on itself",
			template.CloudFormation,
		},
		"one export name twice": {
			map[string]string{
				"A": `{"Outputs": {"A": {"Value": "1", "Export": {"Name": "same"}}}}`,
				"B": `{"Outputs": {"B": {"Value": "2", "Export": {"Name": "same"}}}}`,
			},
			"B", "Export.Name", `stack A already exports "same"`,
			template.Unknown,
		},
		"an imported export name": {
			map[string]string{
				"A": `{"Outputs": {"A": {"Value": "1", "Export": {"Name": {"Fn::ImportValue": "b"}}}}}`,
				"B": `{"Outputs": {"B": {"Value": "2", "Export": {"Name": "b"}}}}`,
			},
			"A", "Export.Name", "cannot be used in the name of an export",
			template.CloudFormation,
		},
		"no such output": {
			map[string]string{"A": `{"Outputs": {"A": {"Value": {"Fn::GetStackOutput": {"StackName": "B", "OutputName": "C"}}}}}`},
			"A", "Value", `no stack "B" of this stage has an output "C"`,
			template.LocalRuntime,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, problems := resolveStage(t, test.templates)
			if by := templatetest.WantProblem(t, problems, test.logicalID, test.property, test.message); by != test.by {
				t.Errorf("%s, want: %s", by, test.by)
			}
		})
	}
}

// What goes wrong at the source is told once, at the source, and not again by everything that
// depends on it.
func TestProblemsAreToldOnce(t *testing.T) {
	t.Parallel()
	_, problems := resolveStage(t, map[string]string{
		"A": `{"Outputs": {"A": {"Value": {"Ref": "Nothing"}, "Export": {"Name": "a"}}}}`,
		"B": `{"Outputs": {"B": {"Value": {"Fn::ImportValue": "a"}}, "C": {"Value": {"Fn::ImportValue": "a"}}}}`,
	})
	if len(problems) != 1 {
		t.Errorf("got %v, want one problem", problems)
	}
}

func TestTemplateProblems(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		template, logicalID, property, message string

		by template.Refuser
	}{
		"unknown section":         {`{"Hooks": {}}`, "", "Hooks", "not known", template.LocalRuntime},
		"macro":                   {`{"Transform": ["AWS::Serverless-2016-10-31"]}`, "", "Transform", "macro", template.LocalRuntime},
		"section of another kind": {`{"Resources": []}`, "", "Resources", "an object is needed here, not a list", template.CloudFormation},
		"unknown rule":            {`{"Rules": {"Mine": {}}}`, "", "Rules.Mine", "not known", template.LocalRuntime},
		"resource of no kind":     {`{"Resources": {"A": 1}}`, "A", "", "an object is needed here, not a number", template.CloudFormation},
		"resource without type":   {`{"Resources": {"A": {}}}`, "A", "Type", "no type", template.CloudFormation},
		"unknown resource key":    {`{"Resources": {"A": {"Type": "AWS::CDK::Metadata", "Moon": 1}}}`, "A", "Moon", "not known", template.CloudFormation},
		"unknown type":            {`{"Resources": {"A": {"Type": "AWS::EC2::Instance"}}}`, "A", "", "AWS::EC2::Instance is not simulated", template.LocalRuntime},
		"dependency on nothing":   {`{"Resources": {"A": {"Type": "AWS::CDK::Metadata", "DependsOn": ["B"]}}}`, "A", "DependsOn", `no resource "B"`, template.CloudFormation},
		"unknown condition":       {`{"Resources": {"A": {"Type": "AWS::CDK::Metadata", "Condition": "C"}}}`, "A", "Condition", "no condition C", template.CloudFormation},
		"condition of itself":     {`{"Conditions": {"C": {"Fn::Not": [{"Condition": "C"}]}}}`, "C", "", "depends on itself", template.CloudFormation},
		"condition of a resource": {`{"Conditions": {"C": {"Fn::Equals": [{"Ref": "A"}, "x"]}}}`, "C", "", "can refer to parameters only", template.CloudFormation},
		"condition of no kind":    {`{"Conditions": {"C": {"Fn::Moon": []}}}`, "C", "", "Fn::Moon is not a condition function", template.CloudFormation},
		"parameter without value": {`{"Parameters": {"P": {"Type": "String"}}}`, "P", "", "no default", template.CloudFormation},
		"secret parameter":        {`{"Parameters": {"P": {"Type": "String", "NoEcho": true, "Default": "x"}}}`, "P", "", "secrets do not belong", template.LocalRuntime},
		"unknown parameter key":   {`{"Parameters": {"P": {"Type": "String", "Default": "x", "Moon": 1}}}`, "P", "Moon", "not known", template.LocalRuntime},
		"output without value":    {`{"Outputs": {"O": {}}}`, "O", "Value", "null is not allowed", template.CloudFormation},
		"unknown output key":      {`{"Outputs": {"O": {"Value": "x", "Moon": 1}}}`, "O", "Moon", "not known", template.LocalRuntime},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, problems := resolveOne(t, test.template)
			if by := templatetest.WantProblem(t, problems, test.logicalID, test.property, test.message); by != test.by {
				t.Errorf("%s, want: %s", by, test.by)
			}
		})
	}
}

func TestConditionalOutputsAndResourcesAreLeftOut(t *testing.T) {
	t.Parallel()
	model, problems := resolveOne(t, `{
		"Conditions": {"Moon": {"Fn::Equals": [{"Ref": "AWS::Region"}, "moon"]}},
		"Resources": {"A": {"Type": "AWS::EC2::Instance", "Condition": "Moon"}},
		"Outputs": {"O": {"Condition": "Moon", "Value": {"Ref": "A"}}, "P": {"Value": "there"}}
	}`)
	templatetest.WantNoProblems(t, problems)
	if len(model.Outputs) != 1 || model.Outputs[0].Key != "P" {
		t.Errorf("outputs are %v, want P alone", model.Outputs)
	}
}

func TestProblemSaysThePlace(t *testing.T) {
	t.Parallel()
	_, problems := resolveOne(t, `{"Resources": {"Thing": {"Type": "AWS::Cognito::UserPool",
		"Properties": {"IssuerConfiguration": {"Type": "MOON"}}}}}`)
	want := `App: dev/App/Thing/Resource (Thing): IssuerConfiguration.Type: "MOON" is not one of ORIGINAL, UPDATED (Amazon Cognito refuses it)`
	if len(problems) != 1 || problems[0].Error() != want {
		t.Errorf("got  %v\nwant [%s]", problems, want)
	}
}
