package cloudformation_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"cognito-m2m/internal/cloudformation/engine"
)

const stored = `{"Parameters": {"P": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/one"},
	"L": {"Type": "AWS::SSM::Parameter::Value<List<String>>", "Default": "/list"}},
	"Resources": {"A": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "P"}}}},
	"Outputs": {"O": {"Value": {"Fn::Join": ["+", {"Ref": "L"}]}}}}`

// TestStoredParameters holds test_template_engine.py (6 August 2025) and test_change_sets.py
// test_dynamic_ssm_parameter_lookup (5 August 2025): the parameter is the name, its value is looked
// up each time, and what it is now is a change.
func TestStoredParameters(t *testing.T) {
	t.Parallel()
	values := map[string]string{"/one": "first", "/list": "a,b"}
	w := newWorld(t, func(c *engine.Config) {
		c.Stored = func(_ context.Context, in engine.Place, name string) (string, bool) {
			value, there := values[name]
			return value, there && in.Region == "us-east-1"
		}
	})
	s := w.change("app", stored)
	if s.StackStatus != types.StackStatusCreateComplete {
		t.Fatalf("%s: %q", s.StackStatus, w.events("app"))
	}
	if got := aws.ToString(s.Outputs[0].OutputValue); got != "a+b" {
		t.Errorf("a list: %q", got)
	}
	for _, p := range s.Parameters {
		if *p.ParameterKey == "P" && (*p.ParameterValue != "/one" || aws.ToString(p.ResolvedValue) != "first") {
			t.Errorf("%s is %s", *p.ParameterValue, aws.ToString(p.ResolvedValue))
		}
	}
	if set := w.changeSet("app", stored, named("same")); set.Status != types.ChangeSetStatusFailed {
		t.Errorf("nothing has changed: %s", set.Status)
	}
	values["/one"] = "second"
	set := w.changeSet("app", stored)
	if len(set.Changes) != 1 || set.Changes[0].ResourceChange.Details[0].ChangeSource != types.ChangeSourceDirectModification || len(set.Changes[0].ResourceChange.Details) != 1 {
		t.Errorf("changes: %+v", set.Changes)
	}
	for what, c := range map[string]struct{ text, want string }{
		"api/test_template_engine.py: no value": {strings.Replace(stored, `, "Default": "/one"`, "", 1), "ValidationError: Parameter P should either have input value or default value"},
		"aws-ia/taskcat #680: not there":        {strings.Replace(stored, "/one", "/none", 1), "ValidationError: Unable to fetch parameters [/none] from parameter store for this account."},
	} {
		_, err := w.client.CreateStack(t.Context(), &sdk.CreateStackInput{StackName: aws.String("bad"), TemplateBody: &c.text})
		if got := refused(t, err); got != c.want {
			t.Errorf("%s: %s", what, got)
		}
	}
}

const secret = "correct-horse\""

var hidden = `{"Parameters": {"P": {"Type": "String", "NoEcho": true, "Default": "battery"}},
	"Resources": {"A": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Fn::Sub": "is ${P}"}, "TopicName": "open"}}}}`

// TestNothingShowsASecret: a NoEcho parameter is masked in what describes stacks, change sets,
// events and drift, and in reasons of failures; the resource has it.
func TestNothingShowsASecret(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	given := func(input *sdk.CreateChangeSetInput) {
		input.Parameters = []types.Parameter{{ParameterKey: aws.String("P"), ParameterValue: aws.String(secret)}}
	}
	w.change("app", hidden)
	set := w.changeSet("app", hidden, given)
	valued := must[*sdk.DescribeChangeSetOutput](t)(w.client.DescribeChangeSet(t.Context(), &sdk.DescribeChangeSetInput{ChangeSetName: set.ChangeSetId, IncludePropertyValues: aws.Bool(true)}))
	if got := aws.ToString(valued.Changes[0].ResourceChange.AfterContext); !strings.Contains(got, `"DisplayName":"****"`) || !strings.Contains(got, `"TopicName":"open"`) {
		t.Errorf("the context: %s", got)
	}
	if d := valued.Changes[0].ResourceChange.Details[0].Target; *d.BeforeValue != "****" || *d.AfterValue != "****" {
		t.Errorf("the details: %s, %s", *d.BeforeValue, *d.AfterValue)
	}
	w.provider.Before = func(_ engine.Operation, step engine.Step) error {
		if !step.Rollback {
			return fmt.Errorf("%q is no name for %s", secret, secret)
		}
		return nil
	}
	s := w.change("app", hidden, named("failing"), given)
	if s.StackStatus != types.StackStatusUpdateRollbackComplete {
		t.Errorf("%s", s.StackStatus)
	}
	w.provider.Before = nil
	w.change("app", hidden, named("again"), given)
	for _, properties := range w.provider.Held(*s.StackId) {
		if got := fmt.Sprint(properties); !strings.Contains(got, secret) {
			t.Errorf("the resource has %s", got)
		}
	}
	w.provider.Change(*s.StackId, "A", func(properties map[string]any) { properties["DisplayName"] = "another" })
	must[*sdk.DetectStackDriftOutput](t)(w.client.DetectStackDrift(t.Context(), &sdk.DetectStackDriftInput{StackName: s.StackId}))
	drifts := must[*sdk.DescribeStackResourceDriftsOutput](t)(w.client.DescribeStackResourceDrifts(t.Context(), &sdk.DescribeStackResourceDriftsInput{StackName: s.StackId}))
	if d := drifts.StackResourceDrifts[0]; d.StackResourceDriftStatus != types.StackResourceDriftStatusModified || *d.PropertyDifferences[0].ExpectedValue != "****" {
		t.Errorf("drift: %+v", d)
	}
	if shown := w.shown(*s.StackId); strings.Contains(shown, "correct-horse") || strings.Contains(shown, "battery") || !strings.Contains(shown, "****") {
		t.Errorf("shown: %s", shown)
	}
}

// shown is what the operations that describe a stack say of it, in short.
func (w *world) shown(stack string) string {
	w.Helper()
	var all strings.Builder
	for _, e := range must[*sdk.DescribeStackEventsOutput](w.T)(w.client.DescribeStackEvents(w.Context(), &sdk.DescribeStackEventsInput{StackName: &stack})).StackEvents {
		all.WriteString(aws.ToString(e.ResourceStatusReason) + aws.ToString(e.ResourceProperties) + "\n")
	}
	for _, r := range must[*sdk.DescribeStackResourcesOutput](w.T)(w.client.DescribeStackResources(w.Context(), &sdk.DescribeStackResourcesInput{StackName: &stack})).StackResources {
		all.WriteString(aws.ToString(r.ResourceStatusReason) + "\n")
	}
	for _, d := range must[*sdk.DescribeStackResourceDriftsOutput](w.T)(w.client.DescribeStackResourceDrifts(w.Context(), &sdk.DescribeStackResourceDriftsInput{StackName: &stack})).StackResourceDrifts {
		all.WriteString(aws.ToString(d.ExpectedProperties) + aws.ToString(d.ActualProperties) + "\n")
	}
	for _, p := range w.find(stack).Parameters {
		all.WriteString(*p.ParameterValue + "\n")
	}
	return all.String()
}

// TestRefusedTags holds aws-quickstart/quickstart-examples #39,
// szuecs/kube-static-egress-controller #35 and the API's model.
func TestRefusedTags(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tag := func(key, value string) types.Tag { return types.Tag{Key: &key, Value: &value} }
	many := func(n int) (tags []types.Tag) {
		for i := range n {
			tags = append(tags, tag(fmt.Sprint("k", i), "v"))
		}
		return tags
	}
	const tooLong = " failed to satisfy constraint: Member must have length less than or equal to "
	for _, c := range []struct {
		tags []types.Tag
		want string
	}{
		{[]types.Tag{tag("ok", "v"), tag("aws:mine", "v")}, "ValidationError: aws: prefixed tag key names are not allowed for external use."},
		{[]types.Tag{tag("k", strings.Repeat("v", 257))}, "ValidationError: 1 validation error detected: Value '" + strings.Repeat("v", 257) + "' at 'tags.1.member.value'" + tooLong + "256"},
		{[]types.Tag{tag(strings.Repeat("k", 129), "v")}, "ValidationError: 1 validation error detected: Value '" + strings.Repeat("k", 129) + "' at 'tags.1.member.key'" + tooLong + "128"},
		{many(51), "ValidationError: 1 validation error detected: Value at 'tags'" + tooLong + "50"},
	} {
		_, err := w.client.CreateStack(t.Context(), &sdk.CreateStackInput{StackName: aws.String("app"), TemplateBody: aws.String(oneTopic), Tags: c.tags})
		_, err2 := w.client.CreateChangeSet(t.Context(), &sdk.CreateChangeSetInput{
			StackName: aws.String("app"), ChangeSetName: aws.String("c"), ChangeSetType: types.ChangeSetTypeCreate, TemplateBody: aws.String(oneTopic), Tags: c.tags,
		})
		for _, err := range []error{err, err2} {
			if got := refused(t, err); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		}
	}
	if w.find("app") != nil {
		t.Error("there is a stack")
	}
	s := w.change("app", oneTopic, func(input *sdk.CreateChangeSetInput) {
		input.Tags = append(many(49), tag(strings.Repeat("é", 128), strings.Repeat("é", 256)))
	})
	if len(s.Tags) != 50 {
		t.Errorf("%d tags", len(s.Tags))
	}
}

// TestResourceTypes holds api/test_update_stack.py (19 November 2022).
func TestResourceTypes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.change("app", oneTopic)
	update := func(allowed ...string) error {
		_, err := w.client.UpdateStack(t.Context(), &sdk.UpdateStackInput{StackName: aws.String("app"), TemplateBody: aws.String(topics("two")), ResourceTypes: allowed})
		return err
	}
	if got, want := refused(t, update("AWS::EC2::*")), "ValidationError: Resource type AWS::SNS::Topic is not allowed by parameter ResourceTypes [AWS::EC2::*]"; got != want {
		t.Errorf("got %s", got)
	}
	for _, pattern := range []string{"AWS::SNS::Top", "Custom::*"} {
		if got := refused(t, update(pattern)); !strings.Contains(got, "is not allowed by parameter ResourceTypes ["+pattern+"]") {
			t.Errorf("got %s", got)
		}
	}
	if err := errors.Join(update("AWS::EC2::*", "AWS::SNS::*")); err != nil {
		t.Error(err)
	}
	w.ended("app")
}
