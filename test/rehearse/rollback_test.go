package rehearse

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"

	"cognito-m2m/internal/m2mtest"
)

// TestFailedUpdate: an update that fails half way is rolled back, and callers never notice.
func TestFailedUpdate(t *testing.T) {
	needsCLI(t)
	nothingLeaves(t)
	t.Parallel()
	for name, c := range map[string]struct{ edit, fails string }{
		"a replaced client":  {"rename a client", "AWS::ApiGatewayV2::Authorizer"},
		"an added client":    {"add a client", "AWS::SecretsManager::RotationSchedule"},
		"another function":   {"put another function behind a route", "AWS::ApiGatewayV2::Integration"},
		"a changed scope":    {"give a client a scope", "AWS::Cognito::UserPoolClient"},
		"a route's new path": {"change a route's path", "AWS::ApiGatewayV2::Route"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			state := t.TempDir()
			first := start(t, state)
			e := editOf(t, c.edit)
			if failure := first.deploy(t, editFolder(e.From)); failure != "" {
				t.Fatal(failure)
			}
			first.Interrupt(t)

			lines, meanwhile := edited(t, start(t, state, "--fail", c.fails+"=on purpose"), e)
			if len(lines) != 1 || !strings.HasPrefix(lines[0], "fails: Api: UPDATE_ROLLBACK_COMPLETE, ") || !strings.Contains(lines[0], "on purpose") {
				t.Errorf("noticed %q", lines)
			}
			if len(meanwhile) > 0 {
				t.Errorf("meanwhile callers get %q", meanwhile)
			}
		})
	}
}

// TestFailedRollback: the rollback of a failed update fails, too, twice. `cdk rollback` goes on
// with it, the second time without the resource that fails, and callers never notice.
func TestFailedRollback(t *testing.T) {
	needsCLI(t)
	nothingLeaves(t)
	t.Parallel()
	state := t.TempDir()
	first, e := start(t, state), editOf(t, "rename a client")
	if failure := first.deploy(t, editFolder(e.From)); failure != "" {
		t.Fatal(failure)
	}
	first.Interrupt(t)

	const authorizer = "AWS::ApiGatewayV2::Authorizer"
	// What fails before the CDK CLI has looked for events is a success to `cdk rollback`.
	c := &cli{start(t, state, "--slow", "300ms", "--fail", authorizer+"=one", "--fail", authorizer+"=two", "--fail", authorizer+"=three"), t.TempDir()}
	known := declaredIn(t, editFolder(e.From))
	before := c.look(t, known)
	callers := c.begin(t, known, before)
	if failure := c.deploy(t, editFolder(e.To)); !strings.HasPrefix(failure, "Api: UPDATE_ROLLBACK_FAILED, ") {
		t.Fatalf("the update: %q", failure)
	}
	assembly := absolute(t, editFolder(e.From))
	m2mtest.Contains(t, c.cdk(t, 1, assembly, "rollback", "dev/Api"), "three")
	c.cdk(t, 0, assembly, "rollback", "dev/Api", "--orphan", c.resource(t, authorizer))
	if status := c.status(t, "m2m-dev-Api"); status != "UPDATE_ROLLBACK_COMPLETE" {
		t.Errorf("after it was continued, the stack is %s", status)
	}
	after := c.look(t, known)
	callers.again(t)
	lines, meanwhile := answers(callers.end())
	if lines = append(lines, noticed(before, after)...); len(lines)+len(meanwhile) > 0 {
		t.Errorf("callers noticed %q, and meanwhile %q", lines, meanwhile)
	}
	if failure := c.deploy(t, editFolder(e.To)); failure != "" {
		t.Errorf("the update again: %s", failure)
	}
	c.m2m(t, 0, "dev", "verify", "--assembly", absolute(t, editFolder(e.To)))
}

// resource is the logical id of the one resource of a type in the Api stack.
func (c *cli) resource(t *testing.T, typeName string) (id string) {
	t.Helper()
	answer, err := c.cloudFormation(region).ListStackResources(t.Context(), &cloudformation.ListStackResourcesInput{StackName: aws.String("m2m-dev-Api")})
	if err != nil {
		t.Fatal(err)
	}
	for _, resource := range answer.StackResourceSummaries {
		if aws.ToString(resource.ResourceType) == typeName {
			id = aws.ToString(resource.LogicalResourceId)
		}
	}
	return id
}
