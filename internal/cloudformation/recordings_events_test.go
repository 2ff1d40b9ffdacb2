package cloudformation_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/google/go-cmp/cmp"
)

// The recordings are of AWS, in localstack/localstack 8b9a79f0, tests/aws/services/cloudformation.
// Each test names the one that it holds. Resource types are those of enginetest; where a recording
// has another type, only its events count.

const (
	replaced  = " Requested update requires the creation of a new physical resource; hence creating one."
	initiated = " Resource creation Initiated"
	byUser    = " User Initiated"
)

func wantEvents(t *testing.T, got []string, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

// TestEventsOfACreation holds engine/test_conditions.py test_nested_conditions[prod-bucket-policy]
// (26 June 2023) and api/test_stacks.py test_list_events_after_deployment (5 October 2022).
func TestEventsOfACreation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.change("app", `{"Resources": {
		"A": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": {"Ref": "B"}}},
		"B": {"Type": "AWS::SNS::Topic"}
	}}`)
	wantEvents(
		t, w.events("app"), "app REVIEW_IN_PROGRESS"+byUser, "app CREATE_IN_PROGRESS"+byUser,
		"B CREATE_IN_PROGRESS", "B CREATE_IN_PROGRESS"+initiated, "B CREATE_COMPLETE",
		"A CREATE_IN_PROGRESS", "A CREATE_IN_PROGRESS"+initiated, "A CREATE_COMPLETE", "app CREATE_COMPLETE",
	)
}

// TestEventsOfADirectCreation holds api/test_stacks.py test_blocked_stack_deletion (6 September
// 2023): CreateStack has no event of a review.
func TestEventsOfADirectCreation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	created := must[*sdk.CreateStackOutput](t)(w.client.CreateStack(t.Context(), &sdk.CreateStackInput{
		StackName: aws.String("app"), TemplateBody: aws.String(`{"Resources": {"A": {"Type": "AWS::SNS::Topic"}}}`),
	}))
	w.ended(*created.StackId)
	wantEvents(
		t, w.events("app"), "app CREATE_IN_PROGRESS"+byUser,
		"A CREATE_IN_PROGRESS", "A CREATE_IN_PROGRESS"+initiated, "A CREATE_COMPLETE", "app CREATE_COMPLETE",
	)
}

// TestEventsOfAReplacement holds engine/test_fn_get_attr.py
// test_immutable_property_update_causes_resource_replacement (8 April 2025): a replacement never
// says CREATE, and the old resource goes in the clean-up.
func TestEventsOfAReplacement(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.change("app", `{"Resources": {"A": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "one"}}}}`)
	before := len(w.events("app"))
	w.change("app", `{"Resources": {"A": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "two"}}}}`)
	wantEvents(
		t, w.events("app")[before:], "app UPDATE_IN_PROGRESS"+byUser, "A UPDATE_IN_PROGRESS"+replaced,
		"A UPDATE_IN_PROGRESS"+initiated, "A UPDATE_COMPLETE", "app UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
		"A DELETE_IN_PROGRESS", "A DELETE_COMPLETE", "app UPDATE_COMPLETE",
	)
}
