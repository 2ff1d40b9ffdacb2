package cloudformation_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"cognito-m2m/internal/cloudformation/engine"
)

// tokens are those of a stack's events, the oldest first: status of the stack or logical id, token.
func (w *world) tokens(stack string) (lines []string) {
	w.Helper()
	for _, e := range slices.Backward(must[*sdk.DescribeStackEventsOutput](w.T)(w.client.DescribeStackEvents(w.Context(), &sdk.DescribeStackEventsInput{StackName: &stack})).StackEvents) {
		what := *e.LogicalResourceId
		if *e.PhysicalResourceId == *e.StackId {
			what = string(e.ResourceStatus)
		}
		if line := what + " " + aws.ToString(e.ClientRequestToken); !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	return lines
}

// TestTokensOfEvents: all events of an operation have the token of the request that began it, as
// the API's documentation says, also the last one of an operation that waits.
func TestTokensOfEvents(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	f := &failing{}
	w.provider.Before = f.step
	name, token := aws.String("app"), aws.String
	created := must[*sdk.CreateStackOutput](t)(w.client.CreateStack(t.Context(), &sdk.CreateStackInput{StackName: name, TemplateBody: aws.String(topics("one")), ClientRequestToken: token("creating")}))
	w.ended("app")
	f.id = "B"
	set := w.changeSet("app", topics("two"))
	must[*sdk.ExecuteChangeSetOutput](t)(w.client.ExecuteChangeSet(t.Context(), &sdk.ExecuteChangeSetInput{
		ChangeSetName: set.ChangeSetId, DisableRollback: aws.Bool(true), ClientRequestToken: token("executing"),
	}))
	w.ended("app")
	must[*sdk.RollbackStackOutput](t)(w.client.RollbackStack(t.Context(), &sdk.RollbackStackInput{StackName: name, ClientRequestToken: token("rolling")}))
	w.ended("app")
	f.id = ""
	must[*sdk.ContinueUpdateRollbackOutput](t)(w.client.ContinueUpdateRollback(t.Context(), &sdk.ContinueUpdateRollbackInput{StackName: name, ClientRequestToken: token("continuing")}))
	w.ended("app")
	must[*sdk.DeleteStackOutput](t)(w.client.DeleteStack(t.Context(), &sdk.DeleteStackInput{StackName: name, ClientRequestToken: token("deleting")}))
	w.ended(*created.StackId)
	wantEvents(
		t, w.tokens(*created.StackId), "CREATE_IN_PROGRESS creating", "A creating", "B creating", "CREATE_COMPLETE creating",
		"UPDATE_IN_PROGRESS executing", "A executing", "B executing", "UPDATE_FAILED executing",
		"UPDATE_ROLLBACK_IN_PROGRESS rolling", "A rolling", "B rolling", "UPDATE_ROLLBACK_FAILED rolling",
		"UPDATE_ROLLBACK_IN_PROGRESS continuing", "B continuing", "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS continuing", "UPDATE_ROLLBACK_COMPLETE continuing",
		"DELETE_IN_PROGRESS deleting", "B deleting", "A deleting", "DELETE_COMPLETE deleting",
	)
}

// TestARequestThatComesAgain is answered as before and begins nothing. Another token is another
// request.
func TestARequestThatComesAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	name, token := aws.String("app"), aws.String
	create := func(by string) (string, error) {
		created, err := w.client.CreateStack(t.Context(), &sdk.CreateStackInput{StackName: name, TemplateBody: aws.String(topics("one")), ClientRequestToken: token(by)})
		if err != nil {
			return "", err
		}
		return *created.StackId, nil
	}
	id, err := create("c1")
	if err != nil {
		t.Fatal(err)
	}
	w.ended("app")
	if again, err := create("c1"); err != nil || again != id {
		t.Errorf("created again: %s, %v", again, err)
	}
	if _, err := create("c2"); refused(t, err) != "AlreadyExistsException: Stack [app] already exists" {
		t.Errorf("created by another request: %v", err)
	}
	update := func(by string) error {
		_, err := w.client.UpdateStack(t.Context(), &sdk.UpdateStackInput{StackName: name, TemplateBody: aws.String(topics("two")), ClientRequestToken: token(by)})
		return err
	}
	if err := update("u1"); err != nil {
		t.Fatal(err)
	}
	w.ended("app")
	events := len(w.events("app"))
	if err := update("u1"); err != nil {
		t.Error(err)
	}
	if err := update("u2"); refused(t, err) != "ValidationError: No updates are to be performed." {
		t.Errorf("updated by another request: %v", err)
	}
	set := w.changeSet("app", topics("three"))
	execute := func(by string) error {
		_, err := w.client.ExecuteChangeSet(t.Context(), &sdk.ExecuteChangeSetInput{ChangeSetName: set.ChangeSetId, ClientRequestToken: token(by)})
		return err
	}
	if got := len(w.events("app")); got != events {
		t.Errorf("%d events more", got-events)
	}
	if err := errors.Join(execute("e1"), execute("e1")); err != nil {
		t.Error(err)
	}
	w.ended("app")
	if err := execute("e1"); err != nil {
		t.Error(err)
	}
	if err := execute("e2"); !strings.HasPrefix(refused(t, err), "InvalidChangeSetStatus: ") {
		t.Errorf("executed by another request: %v", err)
	}
}

// TestADeletionThatComesAgain does not hit the stack that has the name by then.
func TestADeletionThatComesAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	remove := func(by string) {
		must[*sdk.DeleteStackOutput](t)(w.client.DeleteStack(t.Context(), &sdk.DeleteStackInput{StackName: aws.String("app"), ClientRequestToken: &by}))
	}
	id := *w.change("app", oneTopic).StackId
	remove("d1")
	w.ended(id)
	w.change("app", oneTopic)
	remove("d1")
	if s := w.ended("app"); s.StackStatus != types.StackStatusCreateComplete {
		t.Errorf("%s", s.StackStatus)
	}
	id = *w.find("app").StackId
	remove("d2")
	if s := w.ended(id); s.StackStatus != types.StackStatusDeleteComplete {
		t.Errorf("by another request: %s", s.StackStatus)
	}
}

// TestDeletedWhileItIsCreated: the resource that is under way is finished, and goes again. The
// events of the deletion have its token.
func TestDeletedWhileItIsCreated(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	under, on := make(chan struct{}), make(chan struct{})
	w.provider.Before = func(_ engine.Operation, step engine.Step) error {
		if step.Action == engine.Create {
			close(under)
			<-on
		}
		return nil
	}
	created := must[*sdk.CreateStackOutput](t)(w.client.CreateStack(t.Context(), &sdk.CreateStackInput{
		StackName: aws.String("app"), TemplateBody: aws.String(topics("one")), ClientRequestToken: aws.String("creating"),
	}))
	<-under
	must[*sdk.DeleteStackOutput](t)(w.client.DeleteStack(t.Context(), &sdk.DeleteStackInput{StackName: aws.String("app"), ClientRequestToken: aws.String("deleting")}))
	close(on)
	w.ended(*created.StackId)
	wantEvents(
		t, w.events(*created.StackId), "app CREATE_IN_PROGRESS"+byUser, "A CREATE_IN_PROGRESS", "A CREATE_IN_PROGRESS"+initiated, "A CREATE_COMPLETE",
		"app DELETE_IN_PROGRESS"+byUser, "A DELETE_IN_PROGRESS", "A DELETE_COMPLETE", "app DELETE_COMPLETE",
	)
	wantEvents(
		t, w.tokens(*created.StackId), "CREATE_IN_PROGRESS creating", "A creating", "DELETE_IN_PROGRESS deleting", "A deleting", "DELETE_COMPLETE deleting",
	)
	if held := w.provider.Held(*created.StackId); len(held) > 0 {
		t.Errorf("there is still %v", held)
	}
}

// TestDeletedOnFailure: a creation with OnFailure=DELETE leaves nothing, and its events can be
// read.
func TestDeletedOnFailure(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.provider.Before = (&failing{"B"}).step
	created := must[*sdk.CreateStackOutput](t)(w.client.CreateStack(t.Context(), &sdk.CreateStackInput{
		StackName: aws.String("app"), TemplateBody: aws.String(topics("one")), OnFailure: types.OnFailureDelete,
	}))
	if s := w.ended(*created.StackId); s.StackStatus != types.StackStatusDeleteComplete {
		t.Errorf("%s", s.StackStatus)
	}
	wantEvents(
		t, w.events(*created.StackId)[4:], "B CREATE_IN_PROGRESS", "B CREATE_FAILED it is full",
		"app DELETE_IN_PROGRESS The following resource(s) failed to create: [B]. Delete requested by user.",
		"A DELETE_IN_PROGRESS", "A DELETE_COMPLETE", "app DELETE_COMPLETE",
	)
	if w.find("app") != nil || len(w.provider.Held(*created.StackId)) > 0 {
		t.Error("something is left")
	}
}

const kept = `{"Resources": {"A": {"Type": "AWS::SNS::Topic", "DeletionPolicy": "%", "Properties": {"DisplayName": "one"}},
	"B": {"Type": "AWS::SNS::Topic", "DependsOn": "A"}}}`

// TestRetainExceptOnCreate: what a rollback undoes is deleted although its policy is to retain it,
// if the policy or the request says so; what was there before is retained.
func TestRetainExceptOnCreate(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		policy  string
		request bool
		left    int // of a creation that fails
	}{
		"the policy Retain":               {"Retain", false, 1},
		"the policy Retain, by request":   {"Retain", true, 0},
		"the policy RetainExceptOnCreate": {"RetainExceptOnCreate", false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			f := &failing{"B"}
			w.provider.Before = f.step
			text := strings.Replace(kept, "%", c.policy, 1)
			create := func() *types.Stack {
				created := must[*sdk.CreateStackOutput](t)(w.client.CreateStack(t.Context(), &sdk.CreateStackInput{
					StackName: aws.String("app"), TemplateBody: &text, RetainExceptOnCreate: aws.Bool(c.request),
				}))
				return w.ended(*created.StackId)
			}
			if s := create(); s.StackStatus != types.StackStatusRollbackComplete || len(w.provider.Left()) != c.left {
				t.Errorf("%s, and left is %q", s.StackStatus, w.provider.Left())
			}
			w.remove("app")
			f.id = ""
			create()
			w.remove("app")
			if left := w.provider.Left(); len(left) != c.left+1 {
				t.Errorf("after a deletion: %q", left)
			}
		})
	}
}

// TestRetainingWhatIsNotThere holds rebuy-de/aws-nuke #270.
func TestRetainingWhatIsNotThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.change("app", topics("one"))
	w.provider.Before = func(_ engine.Operation, step engine.Step) error {
		if step.Resource.LogicalID == "A" {
			return errors.New("it is blocked")
		}
		return nil
	}
	id := *w.find("app").StackId
	w.remove("app")
	remove := func(ids ...string) error {
		_, err := w.client.DeleteStack(t.Context(), &sdk.DeleteStackInput{StackName: &id, RetainResources: ids})
		return err
	}
	const want = "ValidationError: The specified resources to retain must be in a valid state. Do not specify resources that are in the DELETE_COMPLETE state."
	for _, retain := range []string{"B", "Nothing"} { // B is deleted
		if got := refused(t, remove("A", retain)); got != want {
			t.Errorf("%s: %s", retain, got)
		}
	}
	if s := w.find(id); s.StackStatus != types.StackStatusDeleteFailed {
		t.Errorf("after that: %s", s.StackStatus)
	}
	if err := remove("A"); err != nil {
		t.Error(err)
	}
	if s := w.ended(id); s.StackStatus != types.StackStatusDeleteComplete {
		t.Errorf("%s", s.StackStatus)
	}
}
