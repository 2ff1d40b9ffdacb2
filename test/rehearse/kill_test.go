package rehearse

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"cognito-m2m/internal/m2mtest"
)

// TestKilledWhileItIsMade kills a run while it prepares a function, and while the first rotations
// run. The next start makes the rest, with the same ids, and each client gets tokens.
func TestKilledWhileItIsMade(t *testing.T) {
	needsCLI(t)
	nothingLeaves(t)
	t.Parallel()
	for name, at := range map[string]struct {
		resourceType string
		status       types.ResourceStatus
	}{
		"while a function is prepared": {"AWS::Lambda::Function", types.ResourceStatusCreateInProgress},
		"while rotations run":          {"AWS::SecretsManager::RotationSchedule", types.ResourceStatusCreateComplete},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			state := t.TempDir()
			r := start(t, state)
			if failure := r.deployStack(t, "m2m-dev-Identity", r.upload(t, editFolder("0"), "Identity")); failure != "" {
				t.Fatal(failure)
			}
			const stack = "m2m-dev-Api"
			if _, err := r.cloudFormation(region).CreateStack(t.Context(), &cloudformation.CreateStackInput{
				StackName: aws.String(stack), TemplateURL: aws.String(r.AWSEndpoint + "/" + bucket + "/" + r.upload(t, editFolder("0"), "Api")),
				Capabilities: []types.Capability{types.CapabilityCapabilityNamedIam}, ClientRequestToken: aws.String("once"),
			}); err != nil {
				t.Fatal(err)
			}
			before := map[string]string{}
			m2mtest.Eventually(t, "the moment", func() bool {
				before = r.physicalIDs(t)
				return r.has(t, stack, at.resourceType, at.status)
			})
			r.Kill(t)

			r = start(t, state)
			if failure := r.ended(t, stack); failure != "" {
				t.Fatal(failure)
			}
			for id, is := range r.physicalIDs(t) {
				if was := before[id]; was != "" && was != is {
					t.Errorf("%s was %s and is %s", id, was, is)
				}
			}
			m2mtest.Eventually(t, "a token for each client", func() bool {
				reached, ok := r.reached(t, "dev")
				for _, client := range []string{"reader", "writer"} {
					value, there := r.secretOf(t, client)
					accessToken, _ := token(reached.TokenEndpoint, value)
					ok = ok && there && accessToken != ""
				}
				return ok
			})
			r.m2m(t, 0, "dev", "verify", "--assembly", absolute(t, editFolder("0")))
		})
	}
}

// has says whether a resource of a type in a stack has a status.
func (r *rehearsal) has(t *testing.T, stack, resourceType string, status types.ResourceStatus) bool {
	t.Helper()
	answer, err := r.cloudFormation(region).DescribeStackResources(t.Context(), &cloudformation.DescribeStackResourcesInput{StackName: &stack})
	if err != nil {
		t.Fatal(err)
	}
	for _, resource := range answer.StackResources {
		if aws.ToString(resource.ResourceType) == resourceType && resource.ResourceStatus == status {
			return true
		}
	}
	return false
}
