package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"cognito-m2m/config"
	"cognito-m2m/naming"
)

// groupRotationWindow is written for the schedules of groups, where hundreds may be due on one day.
// It is what Secrets Manager takes by itself, too, for a schedule in days.
const groupRotationWindow = "24h"

// newGroupStack has the app clients of a group and their secrets. It uses exports of the other
// stacks, and has none: nothing is in the way of removing a client, or the whole group.
func newGroupStack(scope constructs.Construct, group config.Group, pool awscognito.IUserPool, credentials *credentials) awscdk.Stack {
	stack := awscdk.NewStack(scope, jsii.String(naming.GroupStack(group.Name)),
		stackProps(credentials.env, "App clients of the group "+group.Name+" with their secrets."))
	clients := newClients(stack, pool, group.Clients)
	for _, c := range clients {
		c.schedule(credentials.newSecret(c), credentials.rotation, groupRotationWindow)
	}
	outputClients(stack, clients)
	return stack
}
