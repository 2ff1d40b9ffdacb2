package cloudformation_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/cloudformation/engine"
)

// members are the names of what an answer says of a stack.
func members(s *types.Stack) (names []string) {
	for name, there := range map[string]bool{
		"ChangeSetId": s.ChangeSetId != nil, "LastUpdatedTime": s.LastUpdatedTime != nil, "DeletionTime": s.DeletionTime != nil,
		"StackStatusReason": s.StackStatusReason != nil, "Parameters": len(s.Parameters) > 0, "Capabilities": len(s.Capabilities) > 0,
		"Outputs": len(s.Outputs) > 0, "Description": s.Description != nil, "EnableTerminationProtection": s.EnableTerminationProtection != nil,
		"Tags": len(s.Tags) > 0, "DriftInformation": s.DriftInformation != nil, "RollbackConfiguration": s.RollbackConfiguration != nil,
	} {
		if there {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

const described = `{"Description": "A <stack>", "Parameters": {"P": {"Type": "String", "Default": "one"}},
	"Resources": {"A": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": {"Ref": "P"}}}},
	"Outputs": {"O": {"Value": {"Ref": "A"}}}}`

// TestMembersOfAStack holds api/test_stacks.py test_stack_description_lifecycle (9 September 2025),
// test_stack_lifecycle (28 November 2023), test_name_conflicts (26 March 2024) and
// test_no_echo_parameter (15 August 2025).
func TestMembersOfAStack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	always := []string{"DriftInformation", "EnableTerminationProtection", "RollbackConfiguration"}
	want := func(what string, s *types.Stack, status types.StackStatus, also ...string) {
		t.Helper()
		wanted := append(slices.Clone(always), also...)
		slices.Sort(wanted)
		if diff := cmp.Diff(wanted, members(s)); diff != "" || s.StackStatus != status {
			t.Errorf("%s: status %s, want %s; members (-want +got):\n%s", what, s.StackStatus, status, diff)
		}
	}
	withAll := func(input *sdk.CreateChangeSetInput) {
		input.Tags = []types.Tag{{Key: aws.String("k"), Value: aws.String("v")}}
		input.Capabilities = []types.Capability{"CAPABILITY_IAM"}
	}
	set := w.changeSet("app", described, withAll)
	want("in review", w.find("app"), types.StackStatusReviewInProgress, "StackStatusReason")
	must[*sdk.ExecuteChangeSetOutput](t)(w.client.ExecuteChangeSet(t.Context(), &sdk.ExecuteChangeSetInput{ChangeSetName: set.ChangeSetId}))
	full := []string{"Parameters", "Outputs", "Description", "Capabilities", "Tags", "LastUpdatedTime"}
	want("created by a change set", w.ended("app"), types.StackStatusCreateComplete, append(full, "ChangeSetId")...)
	must[*sdk.UpdateStackOutput](t)(w.client.UpdateStack(t.Context(), &sdk.UpdateStackInput{
		StackName: aws.String("app"), UsePreviousTemplate: aws.Bool(true), Capabilities: []types.Capability{"CAPABILITY_IAM"},
		Parameters: []types.Parameter{{ParameterKey: aws.String("P"), ParameterValue: aws.String("two")}},
	}))
	want("updated directly", w.ended("app"), types.StackStatusUpdateComplete, full...)
	id := *w.find("app").StackId
	must[*sdk.DeleteStackOutput](t)(w.client.DeleteStack(t.Context(), &sdk.DeleteStackInput{StackName: aws.String("app")}))
	always = []string{"DriftInformation", "RollbackConfiguration"}
	want("deleted", w.ended(id), types.StackStatusDeleteComplete, append(full, "DeletionTime")...)
	always = append(always, "EnableTerminationProtection")
	created := must[*sdk.CreateStackOutput](t)(w.client.CreateStack(t.Context(), &sdk.CreateStackInput{StackName: aws.String("app"), TemplateBody: aws.String(oneTopic)}))
	want("created directly, under a name that was free again", w.ended(*created.StackId), types.StackStatusCreateComplete)
	if *created.StackId == id {
		t.Error("it has the ARN of the one before it")
	}
	bad := `{"Resources": {"A": {"Type": "AWS::SSM::Parameter", "Properties": {"Value": "v"}}}}`
	want("rolled back", w.change("bad", bad), types.StackStatusRollbackComplete, "DeletionTime", "LastUpdatedTime")
}

// TestNoEcho holds api/test_stacks.py test_no_echo_parameter (15 August 2025).
func TestNoEcho(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.change("app", strings.Replace(described, `"Default": "one"`, `"Default": "one", "NoEcho": true`, 1))
	if got := *w.find("app").Parameters[0].ParameterValue; got != "****" {
		t.Errorf("the parameter is %q", got)
	}
}

// TestAFailedRollbackAndDeletion holds api/test_stacks.py test_blocked_stack_deletion (6 September
// 2023): a creation that fails, is not rolled back, not deleted, and deleted without the resource.
func TestAFailedRollbackAndDeletion(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.provider.Before = func(_ engine.Operation, step engine.Step) error {
		switch step.Action {
		case engine.Create:
			return &engine.Failure{Reason: "it is broken"}
		case engine.Delete:
			return errors.New("it is blocked")
		default:
			return nil
		}
	}
	created := must[*sdk.CreateStackOutput](t)(w.client.CreateStack(t.Context(), &sdk.CreateStackInput{
		StackName: aws.String("app"), TemplateBody: aws.String(`{"Resources": {"BrokenPolicy": {"Type": "AWS::SNS::Topic"}}}`),
	}))
	check := func(status types.StackStatus) {
		t.Helper()
		s := w.ended(*created.StackId)
		want := "The following resource(s) failed to delete: [BrokenPolicy]. "
		if s.StackStatus != status || aws.ToString(s.StackStatusReason) != want || s.DeletionTime == nil {
			t.Errorf("status %s, %q", s.StackStatus, aws.ToString(s.StackStatusReason))
		}
	}
	check(types.StackStatusRollbackFailed)
	remove := func(retain ...string) {
		must[*sdk.DeleteStackOutput](t)(w.client.DeleteStack(t.Context(), &sdk.DeleteStackInput{StackName: created.StackId, RetainResources: retain}))
	}
	remove()
	check(types.StackStatusDeleteFailed)
	remove("BrokenPolicy")
	w.ended(*created.StackId)
	wantEvents(
		t, w.events(*created.StackId), "app CREATE_IN_PROGRESS"+byUser,
		"BrokenPolicy CREATE_IN_PROGRESS", "BrokenPolicy CREATE_IN_PROGRESS"+initiated, "BrokenPolicy CREATE_FAILED it is broken",
		"app ROLLBACK_IN_PROGRESS The following resource(s) failed to create: [BrokenPolicy]. Rollback requested by user.",
		"BrokenPolicy DELETE_IN_PROGRESS", "BrokenPolicy DELETE_FAILED it is blocked",
		"app ROLLBACK_FAILED The following resource(s) failed to delete: [BrokenPolicy]. ",
		"app DELETE_IN_PROGRESS"+byUser, "BrokenPolicy DELETE_IN_PROGRESS", "BrokenPolicy DELETE_FAILED it is blocked",
		"app DELETE_FAILED The following resource(s) failed to delete: [BrokenPolicy]. ",
		"app DELETE_IN_PROGRESS"+byUser, "BrokenPolicy DELETE_SKIPPED", "app DELETE_COMPLETE",
	)
}

// TestPolicies holds engine/test_deletion_policy.py and engine/test_update_policy.py (23 January
// 2026): policies may be intrinsics, and what is retained is DELETE_SKIPPED alone.
func TestPolicies(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	template := func(name string) string {
		return `{"Parameters": {"Policy": {"Type": "String", "Default": "Retain"}},
			"Conditions": {"Keep": {"Fn::Equals": [{"Ref": "Policy"}, "Retain"]}},
			"Resources": {"A": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "` + name + `"},
			"DeletionPolicy": {"Fn::If": ["Keep", "Retain", "Delete"]}, "UpdateReplacePolicy": {"Ref": "Policy"}}}}`
	}
	id := *w.change("app", template("one")).StackId
	before := len(w.events(id))
	set := w.changeSet("app", template("two"))
	if got := lines(set.Changes)[0]; got != "Modify A True ReplaceAndRetain Properties" {
		t.Errorf("the change is %s", got)
	}
	must[*sdk.ExecuteChangeSetOutput](t)(w.client.ExecuteChangeSet(t.Context(), &sdk.ExecuteChangeSetInput{ChangeSetName: set.ChangeSetId}))
	w.ended(id)
	must[*sdk.DeleteStackOutput](t)(w.client.DeleteStack(t.Context(), &sdk.DeleteStackInput{StackName: &id}))
	w.ended(id)
	wantEvents(
		t, w.events(id)[before:], "app UPDATE_IN_PROGRESS"+byUser, "A UPDATE_IN_PROGRESS"+replaced, "A UPDATE_IN_PROGRESS"+initiated,
		"A UPDATE_COMPLETE", "app UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "A DELETE_SKIPPED", "app UPDATE_COMPLETE",
		"app DELETE_IN_PROGRESS"+byUser, "A DELETE_SKIPPED", "app DELETE_COMPLETE",
	)
	if got := w.provider.Left(); !slices.Equal(got, []string{"A", "A"}) {
		t.Errorf("left: %v", got)
	}
}

// TestOrder holds api/test_stacks.py test_stack_deploy_order (29 May 2024): a stack's order follows
// from dependencies, in whatever order the template has them.
func TestOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	parts := []string{
		`"C": {"Type": "AWS::SNS::Topic"}`, `"B": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "C"}}}`,
		`"A": {"Type": "AWS::SNS::Topic", "DependsOn": "B"}`,
	}
	for i, order := range [][]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}} {
		name := fmt.Sprint("app", i)
		id := *w.change(name, `{"Resources": {`+parts[order[0]]+","+parts[order[1]]+","+parts[order[2]]+`}}`).StackId
		must[*sdk.DeleteStackOutput](t)(w.client.DeleteStack(t.Context(), &sdk.DeleteStackInput{StackName: &id}))
		w.ended(id)
		var done []string
		for _, event := range w.events(id) {
			if fields := strings.Fields(event); fields[0] != name && strings.HasSuffix(event, "_COMPLETE") {
				done = append(done, fields[0])
			}
		}
		if got := strings.Join(done, ""); got != "CBAABC" {
			t.Errorf("order %v: %s", order, got)
		}
	}
}

// TestAttributesAreEvaluatedAgain holds engine/test_fn_get_attr.py
// test_direct_attribute_value_change (8 April 2025) and test_change_sets.py
// test_unrelated_changes_update_propagation (31 July 2025): a dependent is updated if the
// attribute has another value, and else has no event although it is listed.
func TestAttributesAreEvaluatedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	template := func(value, description string) string {
		return `{"Resources": {
			"A": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "` + value + `", "Description": "` + description + `"}},
			"B": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": {"Fn::GetAtt": ["A", "Value"]}}}}}`
	}
	w.change("app", template("one", "a"))
	before := len(w.events("app"))
	w.change("app", template("two", "a"))
	w.change("app", template("two", "b"))
	wantEvents(
		t, w.events("app")[before:], "app UPDATE_IN_PROGRESS"+byUser, "A UPDATE_IN_PROGRESS", "A UPDATE_COMPLETE",
		"B UPDATE_IN_PROGRESS", "B UPDATE_COMPLETE", "app UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "app UPDATE_COMPLETE",
		"app UPDATE_IN_PROGRESS"+byUser, "A UPDATE_IN_PROGRESS", "A UPDATE_COMPLETE",
		"app UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "app UPDATE_COMPLETE",
	)
}

// TestExports holds test_change_set_exports_imports.py (5 August 2025): an export that is missing
// is a warning, the execution rolls back without it, and succeeds if it is made in between. Exports
// in use are kept.
func TestExports(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	exporter := func(value string) string {
		return `{"Resources": {"A": {"Type": "AWS::SNS::Topic"}}, "Outputs": {"O": {"Value": "` + value + `", "Export": {"Name": "shared"}}}}`
	}
	importer := `{"Resources": {"MyFoo": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": {"Fn::ImportValue": "shared"}}}}}`
	if s := w.change("early", importer); s.StackStatus != types.StackStatusRollbackComplete {
		t.Errorf("without the export it is %s", s.StackStatus)
	}
	set := w.changeSet("user", importer)
	valued := must[*sdk.DescribeChangeSetOutput](t)(w.client.DescribeChangeSet(t.Context(), &sdk.DescribeChangeSetInput{
		ChangeSetName: set.ChangeSetId, IncludePropertyValues: aws.Bool(true),
	}))
	const warning = "[WARN] --include-property-values option can return incomplete ChangeSet data because: ChangeSet creation failed for resource [MyFoo] because: No export named shared"
	if set.StatusReason != nil || aws.ToString(valued.StatusReason) != warning || valued.ExecutionStatus != types.ExecutionStatusAvailable {
		t.Errorf("reasons %q and %q", aws.ToString(set.StatusReason), aws.ToString(valued.StatusReason))
	}
	w.change("maker", exporter("one"))
	must[*sdk.ExecuteChangeSetOutput](t)(w.client.ExecuteChangeSet(t.Context(), &sdk.ExecuteChangeSetInput{ChangeSetName: set.ChangeSetId}))
	if s := w.ended("user"); s.StackStatus != types.StackStatusCreateComplete {
		t.Fatalf("with the export it is %s", s.StackStatus)
	}
	imports := must[*sdk.ListImportsOutput](t)(w.client.ListImports(t.Context(), &sdk.ListImportsInput{ExportName: aws.String("shared")}))
	if !slices.Equal(imports.Imports, []string{"user"}) {
		t.Errorf("imports: %v", imports.Imports)
	}
	if s := w.change("maker", exporter("two")); s.StackStatus != types.StackStatusUpdateRollbackComplete {
		t.Errorf("with another value it is %s", s.StackStatus)
	}
	must[*sdk.DeleteStackOutput](t)(w.client.DeleteStack(t.Context(), &sdk.DeleteStackInput{StackName: aws.String("maker")}))
	s := w.ended("maker")
	if want := "Delete canceled. Cannot delete export shared as it is in use by user."; aws.ToString(s.StackStatusReason) != want {
		t.Errorf("the deletion: %s, %q", s.StackStatus, aws.ToString(s.StackStatusReason))
	}
}

// TestTerminationProtection holds what aws-secure-environment-accelerator #253 and others met, and
// api/test_stacks.py test_update_termination_protection (4 January 2023).
func TestTerminationProtection(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.change("app", oneTopic)
	protect := func(on bool) {
		must[*sdk.UpdateTerminationProtectionOutput](t)(w.client.UpdateTerminationProtection(t.Context(), &sdk.UpdateTerminationProtectionInput{
			StackName: aws.String("app"), EnableTerminationProtection: &on,
		}))
	}
	protect(true)
	_, err := w.client.DeleteStack(t.Context(), &sdk.DeleteStackInput{StackName: aws.String("app")})
	if got, want := refused(t, err), "ValidationError: Stack [app] cannot be deleted while TerminationProtection is enabled"; got != want {
		t.Errorf("got %s", got)
	}
	protect(false)
	id := *w.find("app").StackId
	must[*sdk.DeleteStackOutput](t)(w.client.DeleteStack(t.Context(), &sdk.DeleteStackInput{StackName: aws.String("app")}))
	if s := w.ended(id); s.StackStatus != types.StackStatusDeleteComplete {
		t.Errorf("status %s", s.StackStatus)
	}
}
