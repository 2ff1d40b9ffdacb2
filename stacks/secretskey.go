package stacks

import (
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/jsii-runtime-go"

	"cognito-m2m/config"
)

// shortestPendingWindowDays is how soon KMS deletes a key that was removed.
const shortestPendingWindowDays = 7

// newSecretsKey makes the key that encrypts the environment's secrets; nil if the AWS managed one
// does. A secret can be read from another account only with a customer key: every reader of any
// client may decrypt with it, and the secret's own policy says which secret.
//
// A protected environment retains the key, because a backup or a copy of a secret is useless
// without it.
func newSecretsKey(stack awscdk.Stack, env *config.Environment) awskms.Key {
	if !env.Secrets.CustomerKey {
		return nil
	}
	key := awskms.NewKey(stack, jsii.String("SecretsKey"), &awskms.KeyProps{
		Description:       jsii.String("Encrypts the clients' secrets of " + env.Name + "."),
		EnableKeyRotation: jsii.Bool(true),
		RemovalPolicy:     removalPolicy(env),
		PendingWindow:     awscdk.Duration_Days(jsii.Number(shortestPendingWindowDays)),
	})
	if readers := allReaders(env.AllClients()); len(readers) > 0 {
		// In a key's policy * is the key itself.
		key.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
			Principals: accountsOf(readers),
			Actions:    jsii.Strings("kms:Decrypt"),
			Resources:  jsii.Strings("*"),
			Conditions: &map[string]any{
				"StringEquals": (*throughSecretsManager(stack))["StringEquals"],
				"ArnEquals":    onlyRoles(readers),
			},
		}), nil)
	}
	return key
}

// throughSecretsManager is the condition that Secrets Manager of this Region uses the key, on
// behalf of its caller.
func throughSecretsManager(stack awscdk.Stack) *map[string]any {
	return &map[string]any{"StringEquals": map[string]any{
		"kms:ViaService": jsii.Sprintf("secretsmanager.%s.amazonaws.com", *stack.Region()),
	}}
}

// allReaders are the readers of all clients, each once.
func allReaders(clients []config.Client) (readers []string) {
	for _, c := range clients {
		readers = append(readers, c.SecretReaders...)
	}
	slices.Sort(readers)
	return slices.Compact(readers)
}
