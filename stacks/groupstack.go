package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"cognito-m2m/config"
	"cognito-m2m/naming"
)

// groupRotationWindow is written for the schedules of groups, where hundreds may be due on one day.
// It is what Secrets Manager takes by itself, too, for a schedule in days.
const groupRotationWindow = "24h"

// shared is what groups use of the other stacks, by exports.
type shared struct {
	poolID      *string
	credentials *credentials
}

// share exports it, also while there are no groups: CDK would take an export away with the last
// group, and CloudFormation refuses that for as long as the group's stack is there.
func share(identity *identityStack, api *apiStack) *shared {
	return &shared{
		poolID:      identity.ExportValue(identity.pool.UserPoolId(), nil),
		credentials: api.credentials.imported(api.Stack),
	}
}

// newGroupStack has the app clients of a group and their secrets. It exports nothing: nothing is in
// the way of removing a client, or the whole group.
func newGroupStack(scope constructs.Construct, group config.Group, from *shared) awscdk.Stack {
	stack := awscdk.NewStack(scope, jsii.String(naming.GroupStack(group.Name)),
		stackProps(from.credentials.env, "App clients of the group "+group.Name+" with their secrets."))
	clients := newClients(stack, from.poolID, group.Clients)
	for _, c := range clients {
		c.schedule(from.credentials.newSecret(c), from.credentials.rotation, groupRotationWindow)
	}
	outputClients(stack, clients)
	return stack
}
