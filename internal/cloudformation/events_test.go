package cloudformation_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// operations are the operations in an answer of DescribeEvents, the oldest first, each with the
// events that it has.
func (w *world) operations(input *sdk.DescribeEventsInput) (lines []string) {
	w.Helper()
	var ids []string
	said, counts := map[string]string{}, map[string]int{}
	pages := sdk.NewDescribeEventsPaginator(w.client, input)
	for pages.HasMorePages() {
		for _, e := range must[*sdk.DescribeEventsOutput](w.T)(pages.NextPage(w.Context())).OperationEvents {
			id := aws.ToString(e.OperationId)
			if counts[id]++; counts[id] == 1 {
				ids, said[id] = append(ids, id), fmt.Sprint(e.OperationType, " ", e.OperationStatus)
			}
			if e.EventType != types.EventTypeStackEvent || e.EventId == nil || e.Timestamp == nil || e.StackId == nil {
				w.Errorf("event %+v", e)
			}
		}
	}
	for _, id := range slices.Backward(ids) {
		lines = append(lines, fmt.Sprint(said[id], " ", counts[id]))
	}
	return lines
}

// TestDescribeEvents has the operations of the API's model: a rollback is one of its own, and so is
// the creation of a change set.
func TestDescribeEvents(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	f := &failing{}
	w.provider.Before = f.step
	w.change("app", topics("one"))
	f.id = "B"
	id := *w.change("app", topics("two")).StackId
	name := &sdk.DescribeEventsInput{StackName: aws.String("app")}
	rolledBack := []string{"CREATE_CHANGESET SUCCEEDED 1", "CREATE_STACK SUCCEEDED 8", "UPDATE_STACK FAILED 5", "ROLLBACK FAILED 5"}
	if got := w.operations(name); !slices.Equal(got, rolledBack) {
		t.Errorf("got %q", got)
	}
	failed := &sdk.DescribeEventsInput{StackName: aws.String("app"), Filters: &types.EventFilter{FailedEvents: aws.Bool(true)}}
	if got := w.operations(failed); !slices.Equal(got, []string{"UPDATE_STACK FAILED 1", "ROLLBACK FAILED 2"}) {
		t.Errorf("failed: %q", got)
	}
	newest := must[*sdk.DescribeEventsOutput](t)(w.client.DescribeEvents(t.Context(), name)).OperationEvents[0]
	if got := w.operations(&sdk.DescribeEventsInput{OperationId: newest.OperationId}); !slices.Equal(got, []string{"ROLLBACK FAILED 5"}) {
		t.Errorf("of one operation: %q", got)
	}
	f.id = ""
	must[*sdk.ContinueUpdateRollbackOutput](t)(w.client.ContinueUpdateRollback(t.Context(), &sdk.ContinueUpdateRollbackInput{StackName: aws.String("app")}))
	w.ended("app")
	w.remove("app")
	want := append(rolledBack, "CONTINUE_ROLLBACK SUCCEEDED 5", "DELETE_STACK SUCCEEDED 6")
	if got := w.operations(&sdk.DescribeEventsInput{StackName: &id}); !slices.Equal(got, want) {
		t.Errorf("at last: %q", got)
	}
}

// TestEventsOfAChangeSet has what the CDK CLI asks for when a change set has failed: the events
// that failed, by the names of change set and stack. The words about a request for nothing are
// those of aws-cloudformation/cloudformation-cli #1116.
func TestEventsOfAChangeSet(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	set := w.changeSet("app", oneTopic)
	for _, c := range []struct {
		input sdk.DescribeEventsInput
		want  []string
	}{
		{sdk.DescribeEventsInput{ChangeSetName: set.ChangeSetId}, []string{"CREATE_CHANGESET SUCCEEDED 1"}},
		{sdk.DescribeEventsInput{ChangeSetName: set.ChangeSetName, StackName: set.StackName}, []string{"CREATE_CHANGESET SUCCEEDED 1"}},
		{sdk.DescribeEventsInput{ChangeSetName: set.ChangeSetName, StackName: set.StackName, Filters: &types.EventFilter{FailedEvents: aws.Bool(true)}}, nil},
	} {
		if got := w.operations(&c.input); !slices.Equal(got, c.want) {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
	const nothing = "ValidationError: One of ChangeSetName, OperationId or StackName must be specified"
	for _, c := range []struct {
		input sdk.DescribeEventsInput
		want  string
	}{
		{sdk.DescribeEventsInput{}, nothing},
		{sdk.DescribeEventsInput{ChangeSetName: set.ChangeSetName}, nothing},
		{sdk.DescribeEventsInput{ChangeSetName: aws.String("none"), StackName: set.StackName}, "ChangeSetNotFound: ChangeSet [none] does not exist"},
		{sdk.DescribeEventsInput{StackName: aws.String("none")}, "ValidationError: Stack [none] does not exist"},
		{sdk.DescribeEventsInput{OperationId: aws.String("none")}, "ValidationError: Operation [none] does not exist"},
		{sdk.DescribeEventsInput{StackName: set.StackName, NextToken: aws.String("none")}, "ValidationError: The NextToken is none of this stack's."},
	} {
		_, err := w.client.DescribeEvents(t.Context(), &c.input)
		if got := refused(t, err); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
	hooks := must[*sdk.ListHookResultsOutput](t)(w.client.ListHookResults(t.Context(), &sdk.ListHookResultsInput{TargetType: types.ListHookResultsTargetTypeChangeSet, TargetId: set.ChangeSetId}))
	if len(hooks.HookResults) != 0 || hooks.TargetType != types.ListHookResultsTargetTypeChangeSet || aws.ToString(hooks.TargetId) != *set.ChangeSetId {
		t.Errorf("hooks: %+v", hooks)
	}
	_, err := w.client.ListHookResults(t.Context(), &sdk.ListHookResultsInput{TargetType: types.ListHookResultsTargetTypeCloudControl, TargetId: aws.String("x")})
	if got := refused(t, err); !strings.HasPrefix(got, "ValidationError: TargetType CLOUD_CONTROL is not simulated") {
		t.Errorf("got %s", got)
	}
}
