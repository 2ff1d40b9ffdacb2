package cloudformation_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

func (w *world) describe(name, stack string) (*sdk.DescribeChangeSetOutput, error) {
	input := &sdk.DescribeChangeSetInput{ChangeSetName: &name}
	if stack != "" {
		input.StackName = &stack
	}
	return w.client.DescribeChangeSet(w.Context(), input)
}

func (w *world) listed(stack string) (names []string) {
	w.Helper()
	for _, set := range must[*sdk.ListChangeSetsOutput](w.T)(w.client.ListChangeSets(w.Context(), &sdk.ListChangeSetsInput{StackName: &stack})).Summaries {
		names = append(names, *set.ChangeSetName+" "+string(set.Status)+" "+string(set.ExecutionStatus))
	}
	return names
}

func (w *world) remove(stack string) *types.Stack {
	w.Helper()
	id := *w.find(stack).StackId
	must[*sdk.DeleteStackOutput](w.T)(w.client.DeleteStack(w.Context(), &sdk.DeleteStackInput{StackName: &stack}))
	return w.ended(id)
}

func named(name string) func(*sdk.CreateChangeSetInput) {
	return func(input *sdk.CreateChangeSetInput) { input.ChangeSetName = &name }
}

// TestLifeOfAChangeSet holds api/test_changesets.py test_name_conflicts (22 November 2023),
// test_deleted_changeset (11 August 2022), test_describe_changeset_after_delete (11 September
// 2025), test_change_sets.py test_list_change_sets (16 September 2025).
func TestLifeOfAChangeSet(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	set := w.changeSet("app", oneTopic)
	if set.Status != types.ChangeSetStatusCreateComplete || set.ExecutionStatus != types.ExecutionStatusAvailable {
		t.Errorf("%s, %s", set.Status, set.ExecutionStatus)
	}
	if got := w.listed("app"); !slices.Equal(got, []string{"change CREATE_COMPLETE AVAILABLE"}) {
		t.Errorf("listed: %q", got)
	}
	must[*sdk.ExecuteChangeSetOutput](t)(w.client.ExecuteChangeSet(t.Context(), &sdk.ExecuteChangeSetInput{ChangeSetName: set.ChangeSetId}))
	w.ended("app")
	executed := must[*sdk.DescribeChangeSetOutput](t)(w.describe(*set.ChangeSetId, ""))
	if executed.Status != types.ChangeSetStatusCreateComplete || executed.ExecutionStatus != types.ExecutionStatusExecuteComplete {
		t.Errorf("executed: %s, %s", executed.Status, executed.ExecutionStatus)
	}
	if got := w.listed("app"); len(got) != 0 {
		t.Errorf("listed once executed: %q", got)
	}
	again := w.changeSet("app", `{"Resources": {"B": {"Type": "AWS::SNS::Topic"}}}`) // the name is free again
	remove := func(name string) {
		must[*sdk.DeleteChangeSetOutput](t)(w.client.DeleteChangeSet(t.Context(), &sdk.DeleteChangeSetInput{ChangeSetName: &name, StackName: aws.String("app")}))
	}
	remove(*again.ChangeSetId)
	_, err := w.describe(*again.ChangeSetId, "")
	if got, want := refused(t, err), "ChangeSetNotFound: ChangeSet ["+*again.ChangeSetId+"] does not exist"; got != want {
		t.Errorf("by ARN: %s", got)
	}
	if answer := (*awshttp.ResponseError)(nil); !errors.As(err, &answer) || answer.HTTPStatusCode() != http.StatusNotFound {
		t.Errorf("by ARN: %v, want status 404", err)
	}
	remove("change") // an executed one can be deleted
	_, err = w.describe("change", "app")
	if got, want := refused(t, err), "ChangeSetNotFound: ChangeSet [change] does not exist"; got != want {
		t.Errorf("by name: %s", got)
	}
	remove("change") // the CLI does it where there is none
}

// TestAChangeSetOfADeletedStack holds api/test_changesets.py test_name_conflicts (22 November
// 2023): it can be described by its ARN.
func TestAChangeSetOfADeletedStack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	set := w.changeSet("app", oneTopic)
	must[*sdk.ExecuteChangeSetOutput](t)(w.client.ExecuteChangeSet(t.Context(), &sdk.ExecuteChangeSetInput{ChangeSetName: set.ChangeSetId}))
	w.ended("app")
	w.remove("app")
	if got := must[*sdk.DescribeChangeSetOutput](t)(w.describe(*set.ChangeSetId, "")); got.ExecutionStatus != types.ExecutionStatusExecuteComplete {
		t.Errorf("%s", got.ExecutionStatus)
	}
	_, err := w.client.CreateChangeSet(t.Context(), &sdk.CreateChangeSetInput{
		StackName: set.StackId, ChangeSetName: aws.String("c"), TemplateBody: aws.String(oneTopic),
	})
	if got, want := refused(t, err), "ValidationError: Stack:"+*set.StackId+" is in DELETE_COMPLETE state and can not be updated."; got != want {
		t.Errorf("an update: %s", got) // api/test_changesets.py, 10 October 2025
	}
}

// TestNoChanges holds api/test_changesets.py test_create_change_set_no_changes (9 September 2025),
// test_empty_changeset (10 August 2022) and
// test_create_and_then_update_refreshes_template_metadata (20 August 2025).
func TestNoChanges(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.change("app", oneTopic)
	for _, template := range []string{oneTopic, `{"Metadata": {"a": "b"}, ` + oneTopic[1:]} {
		set := w.changeSet("app", template, named("none"))
		const reason = "The submitted information didn't contain changes. Submit different information to create a change set."
		if set.Status != types.ChangeSetStatusFailed || set.ExecutionStatus != types.ExecutionStatusUnavailable || aws.ToString(set.StatusReason) != reason || len(set.Changes) > 0 {
			t.Errorf("%s, %s, %q, %d changes", set.Status, set.ExecutionStatus, aws.ToString(set.StatusReason), len(set.Changes))
		}
		_, err := w.client.ExecuteChangeSet(t.Context(), &sdk.ExecuteChangeSetInput{ChangeSetName: set.ChangeSetId})
		if got, want := refused(t, err), "InvalidChangeSetStatus: ChangeSet ["+*set.ChangeSetId+"] cannot be executed in its current status of [FAILED]"; got != want {
			t.Errorf("executed: %s", got)
		}
		must[*sdk.DeleteChangeSetOutput](t)(w.client.DeleteChangeSet(t.Context(), &sdk.DeleteChangeSetInput{ChangeSetName: set.ChangeSetId}))
	}
}

// TestNoResources holds engine/test_conditions.py test_nested_conditions[test-nobucket-nopolicy]
// (26 June 2023): a stack of which a condition leaves nothing is created, with three events.
func TestNoResources(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	template := `{"Conditions": {"Never": {"Fn::Equals": ["a", "b"]}}, "Resources": {"X": {"Type": "AWS::SNS::Topic", "Condition": "Never"}}}`
	if set := w.changeSet("app", template, named("first")); set.ExecutionStatus != types.ExecutionStatusAvailable || len(set.Changes) > 0 {
		t.Errorf("%s with %d changes", set.ExecutionStatus, len(set.Changes))
	}
	w.change("app", template)
	wantEvents(t, w.events("app"), "app REVIEW_IN_PROGRESS"+byUser, "app CREATE_IN_PROGRESS"+byUser, "app CREATE_COMPLETE")
}

// TestReview holds api/test_changesets.py test_create_while_in_review (22 November 2023),
// test_multiple_create_changeset and test_create_changeset_with_stack_id (28 November 2023).
func TestReview(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.changeSet("app", oneTopic, named("first"))
	second := w.changeSet("app", oneTopic, named("second"), func(input *sdk.CreateChangeSetInput) { input.StackName = first.StackId })
	if *first.StackId != *second.StackId {
		t.Errorf("two stacks: %s, %s", *first.StackId, *second.StackId)
	}
	created := must[*sdk.CreateStackOutput](t)(w.client.CreateStack(t.Context(), &sdk.CreateStackInput{StackName: aws.String("app"), TemplateBody: aws.String(oneTopic)}))
	if *created.StackId != *first.StackId {
		t.Errorf("CreateStack makes another stack")
	}
	w.ended("app")
	if got := must[*sdk.DescribeChangeSetOutput](t)(w.describe("first", "app")); got.ExecutionStatus != types.ExecutionStatusObsolete {
		t.Errorf("the change set that waited is %s", got.ExecutionStatus)
	}
	w.changeSet("other", oneTopic)
	if s := w.remove("other"); s.StackStatus != types.StackStatusDeleteComplete {
		t.Errorf("the stack in review is %s", s.StackStatus)
	}
}

// TestMembersOfAChangeSet holds resources/test_cdk.py test_cdk_bootstrap_redeploy (7 August 2025):
// what is sent comes back, and changes are listed by name, a longer one before its beginning.
func TestMembersOfAChangeSet(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	template := `{"Parameters": {"P": {"Type": "String", "Default": "d"}}, "Resources": {
		"FilePublishingRole": {"Type": "AWS::SNS::Topic"}, "FilePublishingRoleDefaultPolicy": {"Type": "AWS::SNS::Topic"}, "Zero": {"Type": "AWS::SNS::Topic"}}}`
	set := w.changeSet("app", template, func(input *sdk.CreateChangeSetInput) {
		input.Capabilities = []types.Capability{"CAPABILITY_NAMED_IAM", "CAPABILITY_IAM"}
		input.Description = aws.String("CDK Changeset for execution")
		input.Tags = []types.Tag{{Key: aws.String("k"), Value: aws.String("v")}}
		input.IncludeNestedStacks = aws.Bool(true)
	})
	var ids []string
	for _, change := range set.Changes {
		ids = append(ids, *change.ResourceChange.LogicalResourceId)
	}
	if got := strings.Join(ids, " "); got != "FilePublishingRoleDefaultPolicy FilePublishingRole Zero" {
		t.Errorf("order: %s", got)
	}
	if !slices.Equal(set.Capabilities, []types.Capability{"CAPABILITY_NAMED_IAM", "CAPABILITY_IAM"}) || aws.ToString(set.Description) != "CDK Changeset for execution" ||
		len(set.Tags) != 1 || len(set.Parameters) != 1 || *set.Parameters[0].ParameterValue != "d" || !aws.ToBool(set.IncludeNestedStacks) {
		t.Errorf("%+v", set)
	}
}

// TestChangedParameters holds test_change_set_parameters.py (17 April 2025): a parameter is listed
// twice.
func TestChangedParameters(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.change("app", described)
	set := w.changeSet("app", described, func(input *sdk.CreateChangeSetInput) {
		input.Parameters = []types.Parameter{{ParameterKey: aws.String("P"), ParameterValue: aws.String("two")}}
	})
	got := lines(set.Changes)
	slices.Sort(got)
	want := []string{
		"- Properties/Value Never Dynamic DirectModification", "- Properties/Value Never Static ParameterReference P", "Modify A False Properties",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

// TestAConditionThatTurns holds test_change_set_conditions.py (15 April 2025): what a condition
// switches is added or removed, and what stays is not listed.
func TestAConditionThatTurns(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	template := `{"Parameters": {"P": {"Type": "String", "Default": "off"}}, "Conditions": {"On": {"Fn::Equals": [{"Ref": "P"}, "on"]}},
		"Resources": {"A": {"Type": "AWS::SNS::Topic"}, "B": {"Type": "AWS::SNS::Topic", "Condition": "On"}}}`
	w.change("app", template)
	with := func(value string) func(*sdk.CreateChangeSetInput) {
		return func(input *sdk.CreateChangeSetInput) {
			input.Parameters = []types.Parameter{{ParameterKey: aws.String("P"), ParameterValue: &value}}
		}
	}
	on := w.changeSet("app", template, with("on"))
	must[*sdk.ExecuteChangeSetOutput](t)(w.client.ExecuteChangeSet(t.Context(), &sdk.ExecuteChangeSetInput{ChangeSetName: on.ChangeSetId}))
	w.ended("app")
	off := w.changeSet("app", template, with("off"))
	if got := append(lines(on.Changes), lines(off.Changes)...); !slices.Equal(got, []string{"Add B", "Remove B Delete"}) {
		t.Errorf("got %q", got)
	}
}

// TestTagsAlone: tags, policies and metadata can be changed without any event of a resource.
func TestTagsAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.change("app", oneTopic)
	tags := []types.Tag{{Key: aws.String("k"), Value: aws.String("v")}}
	before := len(w.events("app"))
	s := w.change("app", oneTopic, func(input *sdk.CreateChangeSetInput) { input.Tags = tags })
	if s.StackStatus != types.StackStatusUpdateComplete || len(s.Tags) != 1 {
		t.Errorf("%s, tags %v", s.StackStatus, s.Tags)
	}
	kept := strings.Replace(oneTopic, `"AWS::SNS::Topic"`, `"AWS::SNS::Topic", "DeletionPolicy": "Retain", "Metadata": {"a": "b"}`, 1)
	set := w.changeSet("app", kept, named("policy"))
	if got := lines(set.Changes); !slices.Equal(got, []string{
		"Modify A False Metadata DeletionPolicy", "- Metadata Never Static DirectModification", "- DeletionPolicy Never Static DirectModification",
	}) {
		t.Errorf("changes: %q", got)
	}
	must[*sdk.ExecuteChangeSetOutput](t)(w.client.ExecuteChangeSet(t.Context(), &sdk.ExecuteChangeSetInput{ChangeSetName: set.ChangeSetId}))
	if s := w.ended("app"); len(s.Tags) != 1 {
		t.Errorf("a change set without tags leaves %v", s.Tags)
	}
	update := []string{"app UPDATE_IN_PROGRESS" + byUser, "app UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "app UPDATE_COMPLETE"}
	wantEvents(t, w.events("app")[before:], append(update, update...)...)
	w.remove("app")
	if got := w.provider.Left(); !slices.Equal(got, []string{"A"}) {
		t.Errorf("left: %v", got)
	}
}
