package cloudformation_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/google/go-cmp/cmp"
)

// lines are the changes of a change set as texts: action, id, replacement, policy action, scope;
// below it the details, and the contexts where values were asked for.
func lines(changes []types.Change) (all []string) {
	for _, change := range changes {
		c := change.ResourceChange
		line := strings.TrimRight(fmt.Sprintf("%s %s %s %s %s", c.Action, *c.LogicalResourceId, c.Replacement, c.PolicyAction, join(c.Scope)), " ")
		all = append(all, strings.Join(strings.Fields(line), " "))
		for _, d := range c.Details {
			all = append(all, strings.TrimRight(fmt.Sprintf("- %s%s %s %s %s %s%s", d.Target.Attribute, suffix("/", d.Target.Name), d.Target.RequiresRecreation,
				d.Evaluation, d.ChangeSource, aws.ToString(d.CausingEntity), values(d.Target)), " "))
		}
		if c.BeforeContext != nil {
			all = append(all, "< "+*c.BeforeContext)
		}
		if c.AfterContext != nil {
			all = append(all, "> "+*c.AfterContext)
		}
	}
	return all
}

func join(scope []types.ResourceAttribute) string { return strings.Trim(fmt.Sprint(scope), "[]") }

func suffix(separator string, text *string) string {
	if text == nil {
		return ""
	}
	return separator + *text
}

func values(target *types.ResourceTargetDefinition) string {
	if target.Path == nil {
		return ""
	}
	return fmt.Sprintf(" %s %s:%s%s", *target.Path, target.AttributeChangeType, suffix(" ", target.BeforeValue), suffix(" -> ", target.AfterValue))
}

// TestChangesOfAChangeSet holds the table of details. Each case names its recording.
func TestChangesOfAChangeSet(t *testing.T) {
	t.Parallel()
	topic := func(properties string) string {
		return `"A": {"Type": "AWS::SNS::Topic", "Properties": {` + properties + `}}`
	}
	parameter := func(id, value string) string {
		return `"` + id + `": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": ` + value + `}}`
	}
	name, ref := `{"Fn::GetAtt": ["A", "DisplayName"]}`, `{"Ref": "A"}`
	arn := func(name string) string { return "arn:aws:sns:us-east-1:123456789012:" + name }
	for test, c := range map[string]struct {
		before, after   string // Resources
		off, withValues []string
	}{
		"engine/test_fn_get_attr.py test_direct_attribute_value_change (8 April 2025): with values the dependent is not listed": {
			topic(`"DisplayName": "one"`) + "," + parameter("B", name), topic(`"DisplayName": "two"`) + "," + parameter("B", name),
			[]string{
				"Modify A False Properties", "- Properties/DisplayName Never Static DirectModification",
				"Modify B False Properties", "- Properties/Value Never Dynamic ResourceAttribute A.DisplayName",
			},
			[]string{
				"Modify A False Properties", "- Properties/DisplayName Never Static DirectModification  /Properties/DisplayName Modify: one -> two",
				`< {"Properties":{"DisplayName":"one"}}`, `> {"Properties":{"DisplayName":"two"}}`,
			},
		},
		"engine/test_references.py test_direct_attribute_value_change (8 April 2025): Ref of what is updated in place": {
			topic(`"DisplayName": "one"`) + "," + parameter("B", ref), topic(`"DisplayName": "two"`) + "," + parameter("B", ref),
			[]string{"Modify A False Properties", "- Properties/DisplayName Never Static DirectModification"},
			[]string{
				"Modify A False Properties", "- Properties/DisplayName Never Static DirectModification  /Properties/DisplayName Modify: one -> two",
				`< {"Properties":{"DisplayName":"one"}}`, `> {"Properties":{"DisplayName":"two"}}`,
			},
		},
		"engine/test_references.py test_immutable_property_update_causes_resource_replacement (8 April 2025)": {
			topic(`"TopicName": "one"`) + "," + parameter("B", ref), topic(`"TopicName": "two"`) + "," + parameter("B", ref),
			[]string{
				"Modify A True ReplaceAndDelete Properties", "- Properties/TopicName Always Static DirectModification",
				"Modify B False Properties", "- Properties/Value Never Static ResourceReference A",
			},
			[]string{
				"Modify A True ReplaceAndDelete Properties", "- Properties/TopicName Always Static DirectModification  /Properties/TopicName Modify: one -> two",
				`< {"Properties":{"TopicName":"one"}}`, `> {"Properties":{"TopicName":"two"}}`,
				"Modify B False Properties",
				"- Properties/Value Never Static ResourceReference A /Properties/Value Modify: " + arn("one") + " -> {{changeSet:KNOWN_AFTER_APPLY}}",
				"- Properties/Value Never Dynamic DirectModification  /Properties/Value Modify: " + arn("one") + " -> {{changeSet:KNOWN_AFTER_APPLY}}",
				`< {"Properties":{"Type":"String","Value":"` + arn("one") + `"}}`,
				`> {"Properties":{"Type":"String","Value":"{{changeSet:KNOWN_AFTER_APPLY}}"}}`,
			},
		},
		"engine/test_fn_get_attr.py test_direct_attribute_value_change_with_dependent_addition (8 April 2025): the old value": {
			topic(`"DisplayName": "one"`), topic(`"DisplayName": "two"`) + "," + parameter("B", name),
			[]string{"Modify A False Properties", "- Properties/DisplayName Never Static DirectModification", "Add B"},
			[]string{
				"Modify A False Properties", "- Properties/DisplayName Never Static DirectModification  /Properties/DisplayName Modify: one -> two",
				`< {"Properties":{"DisplayName":"one"}}`, `> {"Properties":{"DisplayName":"two"}}`,
				"Add B", `> {"Properties":{"Type":"String","Value":"one"}}`,
			},
		},
		"engine/test_fn_get_attr.py test_resource_deletion (8 April 2025)": {
			topic(`"TopicName": "one"`) + "," + parameter("B", `"x"`), topic(`"TopicName": "one"`),
			[]string{"Remove B Delete"},
			[]string{"Remove B Delete", `< {"Properties":{"Type":"String","Value":"x"}}`},
		},
		"test_change_set_fn_transform.py test_embedded_macro_fn_transform (3 June 2025): what is added has no value before": {
			topic(`"TopicName": "one"`), topic(`"TopicName": "one", "DisplayName": "d"`),
			[]string{"Modify A False Properties", "- Properties/DisplayName Never Static DirectModification"},
			[]string{
				"Modify A False Properties", "- Properties/DisplayName Never Static DirectModification  /Properties/DisplayName Add: -> d",
				`< {"Properties":{"TopicName":"one"}}`, `> {"Properties":{"DisplayName":"d","TopicName":"one"}}`,
			},
		},
		"engine/test_references.py (8 April 2025): known after apply inside a text, and down a chain": {
			topic(`"TopicName": "one"`) + "," + parameter("B", `{"Fn::Sub": "at ${A}"}`) + "," + parameter("C", `{"Fn::GetAtt": ["B", "Value"]}`),
			topic(`"TopicName": "two"`) + "," + parameter("B", `{"Fn::Sub": "at ${A}"}`) + "," + parameter("C", `{"Fn::GetAtt": ["B", "Value"]}`),
			[]string{
				"Modify A True ReplaceAndDelete Properties", "- Properties/TopicName Always Static DirectModification",
				"Modify B False Properties", "- Properties/Value Never Static ResourceReference A",
				"Modify C False Properties", "- Properties/Value Never Dynamic ResourceAttribute B.Value",
			},
			[]string{
				"Modify A True ReplaceAndDelete Properties", "- Properties/TopicName Always Static DirectModification  /Properties/TopicName Modify: one -> two",
				`< {"Properties":{"TopicName":"one"}}`, `> {"Properties":{"TopicName":"two"}}`,
				"Modify B False Properties",
				"- Properties/Value Never Static ResourceReference A /Properties/Value Modify: at " + arn("one") + " -> at {{changeSet:KNOWN_AFTER_APPLY}}",
				"- Properties/Value Never Dynamic DirectModification  /Properties/Value Modify: at " + arn("one") + " -> at {{changeSet:KNOWN_AFTER_APPLY}}",
				`< {"Properties":{"Type":"String","Value":"at ` + arn("one") + `"}}`,
				`> {"Properties":{"Type":"String","Value":"at {{changeSet:KNOWN_AFTER_APPLY}}"}}`,
			},
		},
	} {
		t.Run(test, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.change("app", `{"Resources": {`+c.before+`}}`)
			set := w.changeSet("app", `{"Resources": {`+c.after+`}}`)
			if diff := cmp.Diff(c.off, lines(set.Changes)); diff != "" {
				t.Errorf("without values (-want +got):\n%s", diff)
			}
			valued := must[*sdk.DescribeChangeSetOutput](t)(w.client.DescribeChangeSet(t.Context(), &sdk.DescribeChangeSetInput{
				ChangeSetName: set.ChangeSetId, IncludePropertyValues: aws.Bool(true),
			}))
			if diff := cmp.Diff(c.withValues, lines(valued.Changes)); diff != "" {
				t.Errorf("with values (-want +got):\n%s", diff)
			}
		})
	}
}
