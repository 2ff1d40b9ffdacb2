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

// failing fails the creation and update of a resource while there is one.
type failing struct{ id string }

func (f *failing) step(_ engine.Operation, step engine.Step) error {
	if step.Resource.LogicalID == f.id && step.Action != engine.Delete {
		return errors.New("it is full")
	}
	return nil
}

const twoTopics = `{"Resources": {"A": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "%s"}},
	"B": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Fn::GetAtt": ["A", "DisplayName"]}}}}}`

func topics(value string) string { return strings.Replace(twoTopics, "%s", value, 1) }

// TestAFailedUpdate holds the log of 13 January 2017 in Kotaimen/awscfncli, README, and for what it
// does not show, docs/parity.md.
func TestAFailedUpdate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *engine.Config) { c.Faults = []engine.Fault{engine.ParseFault("B=it is full")} })
	f := &failing{}
	w.provider.Before = f.step
	id := *w.change("app", topics("one")).StackId
	wantEvents(
		t, w.events(id)[5:], "B CREATE_IN_PROGRESS", "B CREATE_FAILED it is full",
		"app ROLLBACK_IN_PROGRESS The following resource(s) failed to create: [B]. Rollback requested by user.",
		"A DELETE_IN_PROGRESS", "A DELETE_COMPLETE", "app ROLLBACK_COMPLETE",
	)
	w.remove("app")
	w.change("app", topics("one")) // the fault is used up
	before := len(w.events("app"))
	f.id = "B"
	w.provider.Before = func(o engine.Operation, step engine.Step) error {
		if step.Rollback {
			return nil
		}
		return f.step(o, step)
	}
	s := w.change("app", topics("two"))
	if s.StackStatus != types.StackStatusUpdateRollbackComplete || s.StackStatusReason != nil {
		t.Errorf("%s, %q", s.StackStatus, aws.ToString(s.StackStatusReason))
	}
	wantEvents(
		t, w.events("app")[before:], "app UPDATE_IN_PROGRESS"+byUser, "A UPDATE_IN_PROGRESS", "A UPDATE_COMPLETE",
		"B UPDATE_IN_PROGRESS", "B UPDATE_FAILED it is full",
		"app UPDATE_ROLLBACK_IN_PROGRESS The following resource(s) failed to update: [B]. ",
		"A UPDATE_IN_PROGRESS", "A UPDATE_COMPLETE", "B UPDATE_COMPLETE",
		"app UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", "app UPDATE_ROLLBACK_COMPLETE",
	)
}

// TestAFailedCleanUp holds serverless/serverless #9144, events of 18 March 2021: an update whose
// clean-up fails ends well and says so.
func TestAFailedCleanUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.change("app", topics("one"))
	before := len(w.events("app"))
	w.provider.Before = func(_ engine.Operation, step engine.Step) error {
		if step.Action == engine.Delete {
			return errors.New("it is blocked")
		}
		return nil
	}
	s := w.change("app", `{"Resources": {"A": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "one"}}}}`)
	const reason = "Update successful. One or more resources could not be deleted."
	if s.StackStatus != types.StackStatusUpdateComplete || aws.ToString(s.StackStatusReason) != reason {
		t.Errorf("%s, %q", s.StackStatus, aws.ToString(s.StackStatusReason))
	}
	wantEvents(
		t, w.events("app")[before:], "app UPDATE_IN_PROGRESS"+byUser, "app UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
		"B DELETE_IN_PROGRESS", "B DELETE_FAILED it is blocked", "app UPDATE_COMPLETE "+reason,
	)
}

// TestAFailedRollback is continued, once as it is and once without the resource that fails.
func TestAFailedRollback(t *testing.T) {
	t.Parallel()
	for _, c := range []sdk.ContinueUpdateRollbackInput{{}, {ResourcesToSkip: []string{"B"}}, {ForceRollback: aws.Bool(true)}} {
		w := newWorld(t)
		f := &failing{}
		w.provider.Before = f.step
		w.change("app", topics("one"))
		f.id = "B"
		s := w.change("app", topics("two"))
		if got := aws.ToString(s.StackStatusReason); s.StackStatus != types.StackStatusUpdateRollbackFailed || got != "The following resource(s) failed to update: [B]. " {
			t.Fatalf("%s, %q", s.StackStatus, got)
		}
		_, err := w.client.UpdateStack(t.Context(), &sdk.UpdateStackInput{StackName: s.StackId, TemplateBody: aws.String(topics("three"))})
		if got, want := refused(t, err), "ValidationError: Stack:"+*s.StackId+" is in UPDATE_ROLLBACK_FAILED state and can not be updated."; got != want {
			t.Errorf("an update: %s", got)
		}
		skips := c.ResourcesToSkip != nil || c.ForceRollback != nil
		if !skips {
			f.id = ""
		}
		for _, bad := range []sdk.ContinueUpdateRollbackInput{{ResourcesToSkip: []string{"A"}}, {ResourcesToSkip: []string{"B", "Z"}}, {ResourcesToSkip: []string{"B"}, ForceRollback: aws.Bool(true)}} {
			bad.StackName = s.StackId
			_, err := w.client.ContinueUpdateRollback(t.Context(), &bad)
			if got := refused(t, err); !strings.HasPrefix(got, "ValidationError: ") || w.find("app").StackStatus != types.StackStatusUpdateRollbackFailed {
				t.Errorf("skipping %q: %s", bad.ResourcesToSkip, got)
			}
		}
		before := len(w.events("app"))
		c.StackName = s.StackId
		must[*sdk.ContinueUpdateRollbackOutput](t)(w.client.ContinueUpdateRollback(t.Context(), &c))
		s = w.ended("app")
		want := []string{"app UPDATE_ROLLBACK_IN_PROGRESS" + byUser, "B UPDATE_IN_PROGRESS", "B UPDATE_COMPLETE", "app UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", "app UPDATE_ROLLBACK_COMPLETE"}
		if skips {
			want = slices.Delete(want, 1, 2)
		}
		wantEvents(t, w.events("app")[before:], want...)
		must[*sdk.DetectStackDriftOutput](t)(w.client.DetectStackDrift(t.Context(), &sdk.DetectStackDriftInput{StackName: s.StackId}))
		drifts := must[*sdk.DescribeStackResourceDriftsOutput](t)(w.client.DescribeStackResourceDrifts(t.Context(), &sdk.DescribeStackResourceDriftsInput{StackName: s.StackId}))
		if got := drifts.StackResourceDrifts[1].StackResourceDriftStatus; skips != (got == types.StackResourceDriftStatusNotChecked) {
			t.Errorf("skipped: %t, and its drift is %s", skips, got)
		}
		f.id = ""
		if s := w.change("app", topics("four")); s.StackStatus != types.StackStatusUpdateComplete {
			t.Errorf("an update after that: %s", s.StackStatus)
		}
	}
}

// TestWithoutRollback leaves what failed, and rolls it back or updates it later.
func TestWithoutRollback(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		created bool
		then    func(*world) error
		want    types.StackStatus
	}{
		"creation, rolled back": {false, (*world).rollBack, types.StackStatusRollbackComplete},
		"creation, updated":     {false, (*world).updateAgain, types.StackStatusUpdateComplete},
		"update, rolled back":   {true, (*world).rollBack, types.StackStatusUpdateRollbackComplete},
		"update, updated":       {true, (*world).updateAgain, types.StackStatusUpdateComplete},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			f := &failing{}
			w.provider.Before = f.step
			want := types.StackStatusCreateFailed
			if c.created {
				w.change("app", topics("one"))
				want = types.StackStatusUpdateFailed
			}
			f.id = "B"
			set := w.changeSet("app", topics("two"))
			must[*sdk.ExecuteChangeSetOutput](t)(w.client.ExecuteChangeSet(t.Context(), &sdk.ExecuteChangeSetInput{
				ChangeSetName: set.ChangeSetId, DisableRollback: aws.Bool(true),
			}))
			if s := w.ended("app"); s.StackStatus != want {
				t.Fatalf("%s, want %s", s.StackStatus, want)
			}
			if got := must[*sdk.DescribeChangeSetOutput](t)(w.describe(*set.ChangeSetId, "")); got.ExecutionStatus != types.ExecutionStatusExecuteFailed {
				t.Errorf("the change set: %s", got.ExecutionStatus)
			}
			f.id = ""
			if err := c.then(w); err != nil {
				t.Fatal(err)
			}
			if s := w.ended("app"); s.StackStatus != c.want {
				t.Errorf("%s, want %s", s.StackStatus, c.want)
			}
		})
	}
}

func (w *world) rollBack() error {
	_, err := w.client.RollbackStack(w.Context(), &sdk.RollbackStackInput{StackName: aws.String("app")})
	return err
}

func (w *world) updateAgain() error {
	_, err := w.client.UpdateStack(w.Context(), &sdk.UpdateStackInput{StackName: aws.String("app"), TemplateBody: aws.String(topics("three"))})
	return err
}

// TestCancel cancels an update while its first resource is under way: that one is finished.
func TestCancel(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.change("app", topics("one"))
	before := len(w.events("app"))
	under, on := make(chan struct{}), make(chan struct{})
	w.provider.Before = func(_ engine.Operation, step engine.Step) error {
		if step.Resource.LogicalID == "A" && !step.Rollback {
			close(under)
			<-on
		}
		return nil
	}
	must[*sdk.UpdateStackOutput](t)(w.client.UpdateStack(t.Context(), &sdk.UpdateStackInput{StackName: aws.String("app"), TemplateBody: aws.String(topics("two"))}))
	<-under
	_, err := w.client.DeleteStack(t.Context(), &sdk.DeleteStackInput{StackName: aws.String("app")})
	if got := refused(t, err); !strings.HasSuffix(got, "cannot be deleted while in status UPDATE_IN_PROGRESS") {
		t.Errorf("deleted: %s", got)
	}
	must[*sdk.CancelUpdateStackOutput](t)(w.client.CancelUpdateStack(t.Context(), &sdk.CancelUpdateStackInput{StackName: aws.String("app")}))
	close(on)
	w.ended("app")
	wantEvents(
		t, w.events("app")[before:], "app UPDATE_IN_PROGRESS"+byUser, "A UPDATE_IN_PROGRESS", "A UPDATE_COMPLETE",
		"app UPDATE_ROLLBACK_IN_PROGRESS"+byUser, "A UPDATE_IN_PROGRESS", "A UPDATE_COMPLETE",
		"app UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", "app UPDATE_ROLLBACK_COMPLETE",
	)
	_, err = w.client.CancelUpdateStack(t.Context(), &sdk.CancelUpdateStackInput{StackName: aws.String("app")})
	if got := refused(t, err); got != "ValidationError: CancelUpdateStack cannot be called from current stack status" {
		t.Errorf("cancelled again: %s", got)
	}
}

// TestDrift finds what was changed and deleted by hand, and what nothing is known of.
func TestDrift(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.change("app", `{"Resources": {
		"A": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "one", "Tags": [{"Key": "k", "Value": "v"}]}},
		"B": {"Type": "AWS::SNS::Topic"}, "C": {"Type": "AWS::SNS::Topic"}, "D": {"Type": "AWS::CDK::Metadata"}}}`)
	id := *w.find("app").StackId
	detect := func() (status types.StackDriftStatus, found []string) {
		detection := must[*sdk.DetectStackDriftOutput](t)(w.client.DetectStackDrift(t.Context(), &sdk.DetectStackDriftInput{StackName: aws.String("app")}))
		result := must[*sdk.DescribeStackDriftDetectionStatusOutput](t)(w.client.DescribeStackDriftDetectionStatus(t.Context(), &sdk.DescribeStackDriftDetectionStatusInput{
			StackDriftDetectionId: detection.StackDriftDetectionId,
		}))
		drifts := must[*sdk.DescribeStackResourceDriftsOutput](t)(w.client.DescribeStackResourceDrifts(t.Context(), &sdk.DescribeStackResourceDriftsInput{StackName: aws.String("app")}))
		for _, d := range drifts.StackResourceDrifts {
			line := *d.LogicalResourceId + " " + string(d.StackResourceDriftStatus)
			for _, difference := range d.PropertyDifferences {
				line += fmt.Sprint(" ", *difference.PropertyPath, " ", *difference.ExpectedValue, " ", *difference.ActualValue, " ", difference.DifferenceType)
			}
			found = append(found, line)
		}
		if result.DetectionStatus != types.StackDriftDetectionStatusDetectionComplete {
			t.Errorf("detection: %s", result.DetectionStatus)
		}
		return result.StackDriftStatus, found
	}
	status, found := detect()
	if status != types.StackDriftStatusInSync || !slices.Equal(found, []string{"A IN_SYNC", "B IN_SYNC", "C IN_SYNC", "D NOT_CHECKED"}) {
		t.Errorf("before: %s, %q", status, found)
	}
	w.provider.Change(id, "A", func(properties map[string]any) {
		properties["DisplayName"], properties["Tags"] = "two", []any{map[string]any{"Key": "k", "Value": "w"}}
	})
	w.provider.Change(id, "B", nil)
	status, found = detect()
	want := []string{"A MODIFIED /DisplayName one two NOT_EQUAL /Tags/0/Value v w NOT_EQUAL", "B DELETED", "C IN_SYNC", "D NOT_CHECKED"}
	if diff := cmp.Diff(want, found); diff != "" || status != types.StackDriftStatusDrifted {
		t.Errorf("after: %s (-want +got):\n%s", status, diff)
	}
	if got := w.find("app").DriftInformation.StackDriftStatus; got != types.StackDriftStatusDrifted {
		t.Errorf("the stack: %s", got)
	}
}

// TestTemplatesComeBack as they were uploaded, in JSON and in YAML.
func TestTemplatesComeBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i, text := range []string{
		"{\n \"Resources\" : {\"B\":{\"Type\":\"AWS::SNS::Topic\"}, \"A\": {\"Type\": \"AWS::SNS::Topic\", \"Properties\": {\"DisplayName\": \"<&> é\\t\"}}}\n}\r\n",
		"# a comment\nResources:\n  B:\n    Type: AWS::SNS::Topic\n  A:\n    Type: AWS::SSM::Parameter\n    DependsOn: B\n    Properties:\n      Type: String\n" +
			"      Value: !Sub \"${B}/${AWS::Region}\"\n      Description: !Join [\"-\", [!GetAtt B.TopicName, !Ref B]]\n",
	} {
		name := fmt.Sprint("app", i)
		set := w.changeSet(name, text)
		ofSet := must[*sdk.GetTemplateOutput](t)(w.client.GetTemplate(t.Context(), &sdk.GetTemplateInput{ChangeSetName: set.ChangeSetId}))
		must[*sdk.ExecuteChangeSetOutput](t)(w.client.ExecuteChangeSet(t.Context(), &sdk.ExecuteChangeSetInput{ChangeSetName: set.ChangeSetId}))
		if s := w.ended(name); s.StackStatus != types.StackStatusCreateComplete {
			t.Fatalf("%s: %q", s.StackStatus, w.events(name))
		}
		got := must[*sdk.GetTemplateOutput](t)(w.client.GetTemplate(t.Context(), &sdk.GetTemplateInput{StackName: &name, TemplateStage: types.TemplateStageOriginal}))
		if *got.TemplateBody != text || *ofSet.TemplateBody != text {
			t.Errorf("uploaded %q, got %q and %q", text, *got.TemplateBody, *ofSet.TemplateBody)
		}
		if !slices.Equal(got.StagesAvailable, []types.TemplateStage{"Original", "Processed"}) {
			t.Errorf("stages: %v", got.StagesAvailable)
		}
	}
}

// TestResources holds api/test_stacks.py (DescribeStackResources), resources/test_cdk.py (4
// November 2022, ListStackResources) and api/test_resources.py (16 October 2025,
// DescribeStackResource).
func TestResources(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.change("app", `{"Resources": {"A": {"Type": "AWS::SNS::Topic", "Metadata": {"aws:cdk:path": "App/A"}, "Properties": {"TopicName": "one"}}}}`)
	list := must[*sdk.ListStackResourcesOutput](t)(w.client.ListStackResources(t.Context(), &sdk.ListStackResourcesInput{StackName: aws.String("app")}))
	arn := "arn:aws:sns:us-east-1:123456789012:one"
	if r := list.StackResourceSummaries[0]; *r.PhysicalResourceId != arn || r.ResourceStatus != types.ResourceStatusCreateComplete || r.LastUpdatedTimestamp == nil ||
		r.DriftInformation.StackResourceDriftStatus != types.StackResourceDriftStatusNotChecked {
		t.Errorf("listed: %+v", r)
	}
	all := must[*sdk.DescribeStackResourcesOutput](t)(w.client.DescribeStackResources(t.Context(), &sdk.DescribeStackResourcesInput{PhysicalResourceId: &arn}))
	if r := all.StackResources[0]; *r.LogicalResourceId != "A" || *r.StackName != "app" || r.Timestamp == nil {
		t.Errorf("by its physical id: %+v", r)
	}
	one := must[*sdk.DescribeStackResourceOutput](t)(w.client.DescribeStackResource(t.Context(), &sdk.DescribeStackResourceInput{StackName: aws.String("app"), LogicalResourceId: aws.String("A")}))
	if got := aws.ToString(one.StackResourceDetail.Metadata); got != `{"aws:cdk:path":"App/A"}` {
		t.Errorf("metadata: %s", got)
	}
	bad := w.change("bad", `{"Resources": {"A": {"Type": "AWS::SSM::Parameter", "Properties": {"Value": "v"}}}}`)
	_, err := w.client.DescribeStackResource(t.Context(), &sdk.DescribeStackResourceInput{StackName: bad.StackId, LogicalResourceId: aws.String("A")})
	if got, want := refused(t, err), "ValidationError: Resource A does not exist for stack "+*bad.StackId; got != want {
		t.Errorf("after a creation that was rolled back: %s", got)
	}
}

// TestEvents holds the form of events: engine/test_fn_get_attr.py (8 April 2025).
func TestEvents(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 30 {
		w.change("app", strings.Replace(`{"Resources": {"A": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "%"}}}}`, "%", fmt.Sprint("t", i%2), 1))
	}
	seen := map[string]bool{}
	pages, count := sdk.NewDescribeStackEventsPaginator(w.client, &sdk.DescribeStackEventsInput{StackName: aws.String("app")}), 0
	for ; pages.HasMorePages(); count++ {
		page := must[*sdk.DescribeStackEventsOutput](t)(pages.NextPage(t.Context()))
		for _, e := range page.StackEvents {
			seen[*e.EventId] = true
			isStack, cleaned := *e.LogicalResourceId == "app", strings.HasPrefix(string(e.ResourceStatus), "DELETE_")
			named := strings.HasPrefix(*e.EventId, "A-"+string(e.ResourceStatus)+"-2")
			if isStack == (e.ResourceProperties != nil) && !cleaned || !isStack && named == cleaned || isStack && *e.PhysicalResourceId != *e.StackId ||
				cleaned && e.ResourceProperties != nil || e.PhysicalResourceId == nil {
				t.Errorf("event %s: %s", *e.EventId, e.ResourceStatus)
			}
		}
	}
	if want := 6 + 29*8; len(seen) != want || count != (want+99)/100 {
		t.Errorf("%d events on %d pages, want %d", len(seen), count, want)
	}
}
