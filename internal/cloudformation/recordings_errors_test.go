package cloudformation_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

const oneTopic = `{"Resources": {"A": {"Type": "AWS::SNS::Topic"}}}`

// TestRefusedTemplates holds the errors of templates. Each case names its recording.
func TestRefusedTemplates(t *testing.T) {
	t.Parallel()
	const unresolved = "Template format error: Unresolved resource dependencies [X] in the Resources block of the template"
	with := func(value string) string {
		return `{"Resources": {"A": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": ` + value + `}}}}`
	}
	many := strings.Builder{}
	for i := range 501 {
		fmt.Fprintf(&many, `, "A%d": {"Type": "AWS::SNS::Topic"}`, i)
	}
	for name, c := range map[string]struct{ template, message string }{
		"serverless/serverless #2387, with the limit of today":                                 {`{"Resources": {` + many.String()[2:] + `}}`, "Template format error: Number of resources, 501, is greater than maximum allowed, 500"},
		"engine/test_references.py test_resolve_transitive_placeholders: Ref of nothing":       {with(`{"Ref": "X"}`), unresolved},
		"engine/test_references.py: GetAtt of nothing":                                         {with(`{"Fn::GetAtt": ["X", "Y"]}`), unresolved},
		"engine/test_references.py: Sub of nothing":                                            {with(`{"Fn::Sub": "${X}"}`), unresolved},
		"engine/test_references.py: DependsOn of nothing":                                      {`{"Resources": {"A": {"Type": "AWS::SNS::Topic", "DependsOn": "X"}}}`, unresolved},
		"engine/test_conditions.py test_dependent_ref (26 June 2023): Ref of what is left out": {conditional(`"B": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": {"Ref": "X"}}}`), unresolved},
		"engine/test_conditions.py test_output_reference_to_skipped_resource (27 June 2023)": {
			`{"Resources": {"A": {"Type": "AWS::SNS::Topic"}}, "Outputs": {"O": {"Value": {"Ref": "X"}}}}`,
			"Unresolved resource dependencies [X] in the Outputs block of the template",
		},
		"test_change_set_conditions.py (8 October 2025): an unknown condition": {
			with(`{"Fn::If": ["MissingCondition", "a", "b"]}`), "Template error: unresolved condition dependency MissingCondition in Fn::If",
		},
		"engine/test_mappings.py (12 June 2023): a missing key": {
			`{"Mappings": {"TopicSuffixMap": {"A": {"Suffix": "s"}}}, ` + with(`{"Fn::FindInMap": ["TopicSuffixMap", "C", "Suffix"]}`)[1:],
			"Template error: Unable to get mapping for TopicSuffixMap::C::Suffix",
		},
		"engine/test_mappings.py (12 June 2023): too deep": {
			`{"Mappings": {"A": {"B": {"C": {"D": "e"}}}}, ` + oneTopic[1:], "Template format error: Every Mappings attribute must be a String or a List.",
		},
		"engine/test_mappings.py (12 June 2023): too flat": {`{"Mappings": {"A": {"B": "c"}}, ` + oneTopic[1:], "Template format error: Every Mappings member A must be a map"},
		"test_change_set_fn_get_attr.py (8 October 2025): one part": {
			with(`{"Fn::GetAtt": ["A"]}`),
			"Template error: every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute",
		},
		"test_change_set_fn_select.py (12 September 2025): out of range": {
			with(`{"Fn::Select": [2, ["a", "b"]]}`), "Template error: Fn::Select requires a list argument with two elements: an integer index and a list",
		},
		"test_change_set_fn_split.py (8 October 2025): one argument": {
			with(`{"Fn::Select": [0, {"Fn::Split": [","]}]}`),
			"Template error: every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string to be split or a function that returns a string to be split.",
		},
		"test_change_set_conditions.py (8 October 2025): Equals of one": {
			`{"Conditions": {"C": {"Fn::Equals": ["a"]}}, ` + oneTopic[1:], "Template error: every Fn::Equals object requires a list of 2 string parameters.",
		},
		"api/test_validations.py (31 May 2024): no resources":            {`{"Resources": {}}`, "Template format error: At least one Resources member must be defined."},
		"api/test_stacks.py (11 November 2022): resources are a list":    {`{"Resources": []}`, "Template format error: Any Resources member must be an object."},
		"test_template_engine.py (15 December 2025): no type":            {`{"Resources": {"A": {}}}`, "Template format error: [/Resources/A] Every Resources object must contain a Type member."},
		"api/test_validations.py (31 May 2024): an unknown key":          {`{"Resources": {"A": {"Type": "AWS::SNS::Topic", "Invalid": 1}}}`, "Invalid template resource property 'Invalid'"},
		"api/test_validations.py (31 May 2024): null":                    {`{"Outputs": {"MyOutput": {"Value": null}}, ` + oneTopic[1:], "[/Outputs/MyOutput/Value] 'null' values are not allowed in templates"},
		"api/test_validations.py (31 May 2024): an output without value": {`{"Outputs": {"O": {}}, ` + oneTopic[1:], "Template format error: Every Outputs member must contain a Value object"},
		"api/test_resources.py (25 July 2025): a hyphen in an id":        {`{"Resources": {"my-bad-resource-id": {"Type": "AWS::SNS::Topic"}}}`, "Template format error: Resource name my-bad-resource-id is non alphanumeric."},
		"api/test_changesets.py (11 September 2025): a parameter's name": {`{"Parameters": {"AWS::NoValue": {"Type": "String"}}, ` + oneTopic[1:], "Template format error: Parameter name AWS::NoValue is non alphanumeric."},
		"api/test_stacks.py (23 October 2025): text":                     {"just text", "Template format error: unsupported structure."},
		"api/test_templates.py (18 June 2024): not JSON":                 {`{"Resources": {"A": {"Ty"}}}`, "Template format error: JSON not well-formed. (line 1, column 26)"},
		"api/test_templates.py (13 November 2025): not YAML":             {"Resources: [", "Template format error: YAML not well-formed. (line 1, column 1)"},
		"api/test_stacks.py test_no_parameters_given (31 July 2025)":     {`{"Parameters": {"Input": {"Type": "String"}}, ` + oneTopic[1:], "Parameters: [Input] must have values"},
		"test_change_set_parameters.py (6 October 2025): not a number":   {`{"Parameters": {"Value": {"Type": "Number", "Default": "text"}}, ` + oneTopic[1:], "Parameter 'Value' must be a number."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			_, err := w.client.CreateChangeSet(t.Context(), &sdk.CreateChangeSetInput{
				StackName: aws.String("app"), ChangeSetName: aws.String("change"), ChangeSetType: types.ChangeSetTypeCreate, TemplateBody: &c.template,
			})
			if got, want := refused(t, err), "ValidationError: "+c.message; got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
			if w.find("app") != nil {
				t.Error("there is a stack all the same")
			}
		})
	}
}

// conditional is a template with a resource X that a condition leaves out.
func conditional(others string) string {
	return `{"Conditions": {"Never": {"Fn::Equals": ["a", "b"]}},
		"Resources": {"X": {"Type": "AWS::SNS::Topic", "Condition": "Never"}, ` + others + `}}`
}

// TestReferencesToWhatIsLeftOut holds engine/test_conditions.py
// test_references_to_disabled_resources (7 October 2025) and
// test_dependent_ref_intrinsic_fn_condition: they are accepted where the same condition leaves them
// out too, and in the branch that is not taken.
func TestReferencesToWhatIsLeftOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.change("app", conditional(`"Y": {"Type": "AWS::SSM::Parameter", "Condition": "Never", "Properties": {"Type": "String", "Value": {"Ref": "X"}}},
		"B": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": {"Fn::If": ["Never", {"Ref": "X"}, "none"]}}}`))
	if s.StackStatus != types.StackStatusCreateComplete {
		t.Errorf("status %s", s.StackStatus)
	}
}

// TestRefusedRequests holds the errors of requests. Each case names its recording.
func TestRefusedRequests(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.change("app", oneTopic)
	review := w.changeSet("review", oneTopic)
	name := aws.String
	for test, c := range map[string]struct {
		call func() error
		want string
	}{
		"api/test_stacks.py test_non_existing_stack_message (21 July 2025)": {func() error {
			_, err := w.client.DescribeStacks(t.Context(), &sdk.DescribeStacksInput{StackName: name("none")})
			return err
		}, "ValidationError: Stack with id none does not exist"},
		"api/test_templates.py (12 September 2025): GetTemplate": {func() error {
			_, err := w.client.GetTemplate(t.Context(), &sdk.GetTemplateInput{StackName: name("none")})
			return err
		}, "ValidationError: Stack with id none does not exist"},
		"api/test_stacks.py test_describe_stack_events_errors (26 March 2024)": {func() error {
			_, err := w.client.DescribeStackEvents(t.Context(), &sdk.DescribeStackEventsInput{StackName: name("none")})
			return err
		}, "ValidationError: Stack [none] does not exist"},
		"api/test_changesets.py (11 March 2025): DescribeChangeSet": {func() error {
			_, err := w.client.DescribeChangeSet(t.Context(), &sdk.DescribeChangeSetInput{StackName: name("none"), ChangeSetName: name("c")})
			return err
		}, "ValidationError: Stack [none] does not exist"},
		"api/test_changesets.py (21 July 2025): DeleteChangeSet": {func() error {
			_, err := w.client.DeleteChangeSet(t.Context(), &sdk.DeleteChangeSetInput{StackName: name("none"), ChangeSetName: name("c")})
			return err
		}, "ValidationError: Stack [none] does not exist"},
		"api/test_changesets.py (21 July 2025): DeleteChangeSet without stack": {func() error {
			_, err := w.client.DeleteChangeSet(t.Context(), &sdk.DeleteChangeSetInput{ChangeSetName: name("c")})
			return err
		}, "ValidationError: StackName must be specified if ChangeSetName is not specified as an ARN."},
		"api/test_changesets.py (11 September 2025): DescribeChangeSet of none": {func() error {
			_, err := w.client.DescribeChangeSet(t.Context(), &sdk.DescribeChangeSetInput{StackName: name("app"), ChangeSetName: name("none")})
			return err
		}, "ChangeSetNotFound: ChangeSet [none] does not exist"},
		"api/test_resources.py (25 July 2025): no stack": {func() error {
			_, err := w.client.DescribeStackResource(t.Context(), &sdk.DescribeStackResourceInput{StackName: name("none"), LogicalResourceId: name("A")})
			return err
		}, "ValidationError: Stack 'none' does not exist"},
		"api/test_resources.py (25 July 2025): no resource": {func() error {
			_, err := w.client.DescribeStackResource(t.Context(), &sdk.DescribeStackResourceInput{StackName: name("app"), LogicalResourceId: name("Z")})
			return err
		}, "ValidationError: Resource Z does not exist for stack app"},
		"api/test_templates.py (10 September 2025): in review": {func() error {
			_, err := w.client.GetTemplateSummary(t.Context(), &sdk.GetTemplateSummaryInput{StackName: name("review")})
			return err
		}, "ValidationError: GetTemplateSummary cannot be called on REVIEW_IN_PROGRESS stacks."},
		"api/test_templates.py (12 September 2025): a change set without stack": {func() error {
			_, err := w.client.GetTemplate(t.Context(), &sdk.GetTemplateInput{ChangeSetName: name("c")})
			return err
		}, "ValidationError: StackName is a required parameter."},
		"api/test_templates.py (13 November 2025): GetTemplate of nothing": {func() error {
			_, err := w.client.GetTemplate(t.Context(), &sdk.GetTemplateInput{})
			return err
		}, "ValidationError: StackName is required if ChangeSetName is not specified."},
		"api/test_stacks.py (26 March 2024): the name is taken": {func() error {
			_, err := w.client.CreateStack(t.Context(), &sdk.CreateStackInput{StackName: name("app"), TemplateBody: name(oneTopic)})
			return err
		}, "AlreadyExistsException: Stack [app] already exists"},
		"api/test_changesets.py (22 November 2023): CREATE of a stack that is there": {func() error {
			_, err := w.client.CreateChangeSet(t.Context(), &sdk.CreateChangeSetInput{
				StackName: name("app"), ChangeSetName: name("c"), ChangeSetType: types.ChangeSetTypeCreate, TemplateBody: name(oneTopic),
			})
			return err
		}, "ValidationError: Stack [app] already exists and cannot be created again with the changeSet [c]."},
		"api/test_stacks.py (7 May 2024): nothing to update": {func() error {
			_, err := w.client.UpdateStack(t.Context(), &sdk.UpdateStackInput{StackName: name("app"), TemplateBody: name(oneTopic)})
			return err
		}, "ValidationError: No updates are to be performed."},
		"api/test_update_stack.py (21 November 2022): no template": {func() error {
			_, err := w.client.UpdateStack(t.Context(), &sdk.UpdateStackInput{StackName: name("app")})
			return err
		}, "ValidationError: Either Template URL or Template Body must be specified."},
		"api/test_stacks.py (19 April 2023): the name": {func() error {
			_, err := w.client.CreateStack(t.Context(), &sdk.CreateStackInput{StackName: name("_app"), TemplateBody: name(oneTopic)})
			return err
		}, "ValidationError: 1 validation error detected: Value '_app' at 'stackName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/._+]*"},
		"api/test_templates.py (11 October 2023): the URL": {func() error {
			_, err := w.client.CreateStack(t.Context(), &sdk.CreateStackInput{StackName: name("x"), TemplateURL: name("https://example.com/t.json")})
			return err
		}, "ValidationError: TemplateURL must be a supported URL."},
		"cdk-cli: an import is refused": {func() error {
			_, err := w.client.CreateChangeSet(t.Context(), &sdk.CreateChangeSetInput{
				StackName: name("y"), ChangeSetName: name("c"), ChangeSetType: types.ChangeSetTypeImport, TemplateBody: name(oneTopic),
			})
			return err
		}, "ValidationError: ChangeSetType IMPORT is not simulated: CREATE and UPDATE are."},
		"a parameter that would be ignored": {func() error {
			_, err := w.client.CreateStack(t.Context(), &sdk.CreateStackInput{StackName: name("z"), TemplateBody: name(oneTopic), TimeoutInMinutes: aws.Int32(1)})
			return err
		}, "ValidationError: The parameter TimeoutInMinutes of CreateStack is not simulated."},
	} {
		t.Run(test, func(t *testing.T) {
			if got := refused(t, c.call()); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
	if got := w.find("review"); *got.StackId != *review.StackId {
		t.Error("another stack is in review")
	}
}

// TestWhatIsNotSimulated is refused, with nothing done, and the error says what it is.
func TestWhatIsNotSimulated(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for what, c := range map[string]struct{ text, want string }{
		"a macro":            {`{"Transform": "AWS::Serverless-2016-10-31", "Resources": {"A": {"Type": "AWS::SNS::Topic"}}}`, "rewritten by a macro"},
		"a macro in a place": {`{"Resources": {"A": {"Type": "AWS::SNS::Topic", "Properties": {"Fn::Transform": {"Name": "AWS::Include"}}}}}`, "Fn::Transform"},
		"a dynamic value":    {`{"Resources": {"A": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "{{resolve:ssm:x}}"}}}}`, ""},
	} {
		_, err := w.client.CreateStack(t.Context(), &sdk.CreateStackInput{StackName: aws.String("app"), TemplateBody: &c.text})
		if what == "a dynamic value" { // it fails its resource
			if s := w.ended("app"); err != nil || s.StackStatus != types.StackStatusRollbackComplete {
				t.Errorf("%s: %v, %s", what, err, s.StackStatus)
			}
			w.remove("app")
			continue
		}
		if got := refused(t, err); !strings.HasPrefix(got, "ValidationError: ") || !strings.Contains(got, c.want) || w.find("app") != nil {
			t.Errorf("%s: %s", what, got)
		}
	}
	_, err := w.client.CreateStackRefactor(t.Context(), &sdk.CreateStackRefactorInput{StackDefinitions: []types.StackDefinition{{StackName: aws.String("app")}}})
	if got := refused(t, err); !strings.HasPrefix(got, `InvalidAction: Operation "CreateStackRefactor" is not simulated; there are `) {
		t.Errorf("a refactor: %s", got)
	}
	_, err = w.client.CreateChangeSet(t.Context(), &sdk.CreateChangeSetInput{
		StackName: aws.String("app"), ChangeSetName: aws.String("c"), ChangeSetType: types.ChangeSetTypeImport, TemplateBody: aws.String(oneTopic),
		ResourcesToImport: []types.ResourceToImport{{LogicalResourceId: aws.String("A"), ResourceType: aws.String("AWS::SNS::Topic"), ResourceIdentifier: map[string]string{"TopicArn": "x"}}},
	})
	if got := refused(t, err); got != "ValidationError: ChangeSetType IMPORT is not simulated: CREATE and UPDATE are." {
		t.Errorf("an import: %s", got)
	}
}

// TestOperationThatIsNotThere expects a list of those that are.
func TestOperationThatIsNotThere(t *testing.T) {
	t.Parallel()
	_, err := newWorld(t).client.CreateStackSet(t.Context(), &sdk.CreateStackSetInput{StackSetName: aws.String("set")})
	if got := refused(t, err); !strings.HasPrefix(got, "InvalidAction: ") || !strings.Contains(got, "CreateChangeSet") {
		t.Errorf("got %s", got)
	}
}
