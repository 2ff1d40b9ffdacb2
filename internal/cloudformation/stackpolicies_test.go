package cloudformation_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"cognito-m2m/internal/cloudformation/engine"
)

const (
	allowAll = `{"Statement": [{"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"}]}`
	denyAll  = `{"Statement": [{"Effect": "Deny", "Action": "Update:*", "Principal": "*", "Resource": "*"}]}`
	denied   = "Action denied by stack policy: Statement [#1] does not allow [Update:*] for resource [*];"
)

func (w *world) policyOf(stack string) string {
	w.Helper()
	return aws.ToString(must[*sdk.GetStackPolicyOutput](w.T)(w.client.GetStackPolicy(w.Context(), &sdk.GetStackPolicyInput{StackName: &stack})).StackPolicyBody)
}

func (w *world) setPolicy(body, url *string) error {
	_, err := w.client.SetStackPolicy(w.Context(), &sdk.SetStackPolicyInput{StackName: aws.String("app"), StackPolicyBody: body, StackPolicyURL: url})
	return err
}

// TestStackPolicies holds api/test_stack_policies.py (October and November 2022): what is kept, and
// what is refused.
func TestStackPolicies(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *engine.Config) {
		c.Object = func(_ context.Context, url string) ([]byte, error) {
			if url != "http://here/policy" {
				return nil, errors.New("no such key")
			}
			return []byte(denyAll), nil
		}
	})
	w.change("app", oneTopic)
	if got := w.policyOf("app"); got != "" {
		t.Errorf("there is a policy: %s", got)
	}
	const invalid = "ValidationError: Error validating stack policy: Invalid stack policy"
	for _, c := range []struct {
		body, url *string
		want      string // refused with
		kept      string
	}{
		{body: aws.String(allowAll), kept: allowAll},
		{body: aws.String("{}"), kept: "{}"},
		{body: aws.String("no JSON"), want: invalid, kept: "{}"},
		{body: aws.String(strings.Replace(allowAll, "Update:*", "Delete:*", 1)), want: invalid, kept: "{}"},
		{body: aws.String(strings.Replace(allowAll, `"Principal": "*"`, `"Principal": "someone"`, 1)), want: invalid, kept: "{}"},
		{body: aws.String(allowAll), url: aws.String("http://here/policy"), want: "ValidationError: You cannot specify both StackPolicyURL and StackPolicyBody", kept: "{}"},
		{url: aws.String("http://here/policy"), kept: denyAll},
		{url: aws.String("http://here/none"), want: "ValidationError: S3 error: no such key", kept: denyAll},
		{want: "ValidationError: SetStackPolicy needs a StackPolicyBody or a StackPolicyURL", kept: denyAll},
	} {
		err := w.setPolicy(c.body, c.url)
		if c.want != "" {
			if got := refused(t, err); got != c.want {
				t.Errorf("%s%s: %s", aws.ToString(c.body), aws.ToString(c.url), got)
			}
		} else if err != nil {
			t.Error(err)
		}
		if got := w.policyOf("app"); got != c.kept {
			t.Errorf("%s%s: the policy is %s", aws.ToString(c.body), aws.ToString(c.url), got)
		}
	}
	_, err := w.client.GetStackPolicy(t.Context(), &sdk.GetStackPolicyInput{StackName: aws.String("none")})
	if got := refused(t, err); got != "ValidationError: Stack [none] does not exist" {
		t.Errorf("of no stack: %s", got)
	}
}

// TestADeniedUpdate holds the log of 13 January 2017 in Kotaimen/awscfncli, README: no step is
// begun, and the update is rolled back. A policy for the update alone lets it through.
func TestADeniedUpdate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.provider.Before = func(o engine.Operation, step engine.Step) error {
		if o.Before != nil && !step.Rollback && !strings.Contains(o.Next.Text, "three") {
			t.Errorf("%s %s is done", step.Action, step.Resource.LogicalID)
		}
		return nil
	}
	w.change("app", topics("one"))
	if err := w.setPolicy(aws.String(denyAll), nil); err != nil {
		t.Fatal(err)
	}
	for change, text := range map[string]string{
		"modify":  topics("two"),
		"replace": `{"Resources": {"A": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "named", "DisplayName": "one"}}, "B": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "one"}}}}`,
	} {
		before := len(w.events("app"))
		if s := w.change("app", text); s.StackStatus != types.StackStatusUpdateRollbackComplete {
			t.Errorf("%s: %s", change, s.StackStatus)
		}
		wantEvents(
			t, w.events("app")[before:], "app UPDATE_IN_PROGRESS"+byUser, "A UPDATE_FAILED "+denied,
			"app UPDATE_ROLLBACK_IN_PROGRESS The following resource(s) failed to update: [A]. ", "A UPDATE_COMPLETE",
			"app UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", "app UPDATE_ROLLBACK_COMPLETE",
		)
	}
	before := len(w.events("app"))
	w.change("app", `{"Resources": {"A": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "one"}}}}`)
	if got := w.events("app")[before+1]; got != "B UPDATE_FAILED "+denied {
		t.Errorf("a removal: %s", got)
	}
	must[*sdk.UpdateStackOutput](t)(w.client.UpdateStack(t.Context(), &sdk.UpdateStackInput{
		StackName: aws.String("app"), TemplateBody: aws.String(topics("three")), StackPolicyDuringUpdateBody: aws.String(allowAll),
	}))
	if s := w.ended("app"); s.StackStatus != types.StackStatusUpdateComplete {
		t.Errorf("with a policy of its own: %s", s.StackStatus)
	}
	if got := w.policyOf("app"); got != denyAll {
		t.Errorf("after that the policy is %s", got)
	}
}

// TestThePolicyOfAnUpdate holds api/test_stack_policies.py test_policy_during_update and
// test_update_with_policy (November 2022): a new policy does not hit the update that brings it, and
// one for the update alone is what GetStackPolicy says meanwhile.
func TestThePolicyOfAnUpdate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	must[*sdk.CreateStackOutput](t)(w.client.CreateStack(t.Context(), &sdk.CreateStackInput{
		StackName: aws.String("app"), TemplateBody: aws.String(topics("one")), StackPolicyBody: aws.String(allowAll),
	}))
	w.ended("app")
	if got := w.policyOf("app"); got != allowAll {
		t.Errorf("after the creation: %s", got)
	}
	under, on := make(chan struct{}), make(chan struct{})
	w.provider.Before = func(_ engine.Operation, step engine.Step) error {
		if step.Resource.LogicalID == "A" {
			close(under)
			<-on
		}
		return nil
	}
	const during = `{"Statement": [{"Effect": "Allow", "Action": "Update:Modify", "Principal": "*", "Resource": "*"}]}`
	must[*sdk.UpdateStackOutput](t)(w.client.UpdateStack(t.Context(), &sdk.UpdateStackInput{
		StackName: aws.String("app"), TemplateBody: aws.String(topics("two")), StackPolicyBody: aws.String(denyAll), StackPolicyDuringUpdateBody: aws.String(during),
	}))
	<-under
	if got := w.policyOf("app"); got != during {
		t.Errorf("meanwhile: %s", got)
	}
	close(on)
	if s := w.ended("app"); s.StackStatus != types.StackStatusUpdateComplete {
		t.Errorf("the update that brings it: %s", s.StackStatus)
	}
	if got := w.policyOf("app"); got != denyAll {
		t.Errorf("after it: %s", got)
	}
}
