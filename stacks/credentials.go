package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/jsii-runtime-go"

	"cognito-m2m/config"
	"cognito-m2m/naming"
)

// addCredentials gives every client a secret, which the rotation function fills at once and
// replaces every few days. The secret that Cognito generates with the app client is never read: the
// first rotation replaces it.
func addCredentials(stack awscdk.Stack, pool awscognito.IUserPool, clients []*client, builder functionBuilder) *rotationFunction {
	env := builder.logging.env
	key := newSecretsKey(stack, env)
	secrets := make([]awssecretsmanager.CfnSecret, 0, len(clients))
	for _, c := range clients {
		secret := c.newSecret(env, key)
		c.admitReaders(secret)
		secrets = append(secrets, secret)
	}
	rotation := newRotation(stack, env, builder, &rotationProps{pool: pool, secrets: secrets, key: key})
	for i, c := range clients {
		c.schedule(secrets[i], rotation)
	}
	return rotation
}

// newSecret makes the client's secret, under the key if there is one. It is deleted with the client
// in a protected environment too: once the app client is gone, the value is useless.
func (c *client) newSecret(env *config.Environment, key awskms.Key) awssecretsmanager.CfnSecret {
	secret := awssecretsmanager.NewCfnSecret(c.Construct, jsii.String("Secret"), &awssecretsmanager.CfnSecretProps{
		Name:         jsii.String(naming.Secret(env.Name, c.props.Name)),
		Description:  jsii.String("Credentials of the client " + c.props.Name + ", written by rotation."),
		SecretString: jsii.String(naming.NotRotated),
		Tags: &[]*awscdk.CfnTag{
			{Key: jsii.String(naming.ClientIDTag), Value: c.appClient.UserPoolClientId()},
		},
	})
	if key != nil {
		secret.SetKmsKeyId(key.KeyArn())
	}
	secret.ApplyRemovalPolicy(awscdk.RemovalPolicy_DESTROY, nil)
	return secret
}

// schedule rotates the secret now and whenever the schedule changes. It uses CfnRotationSchedule,
// because RotationSchedule allows the function to generate random passwords on any resource.
// Without the dependency the first rotation could start before the function may be called or may do
// its work.
func (c *client) schedule(secret awssecretsmanager.CfnSecret, by *rotationFunction) {
	schedule := awssecretsmanager.NewCfnRotationSchedule(c.Construct, jsii.String("Rotation"), &awssecretsmanager.CfnRotationScheduleProps{
		SecretId:          secret.Ref(),
		RotationLambdaArn: by.function.FunctionArn(),
		RotationRules: &awssecretsmanager.CfnRotationSchedule_RotationRulesProperty{
			AutomaticallyAfterDays: jsii.Number(c.props.Rotation.EveryDays),
		},
		RotateImmediatelyOnUpdate: jsii.Bool(true),
	})
	schedule.Node().AddDependency(by.permissions...)
}

// admitReaders allows the client's readers in other accounts to read the secret, and no other
// principal there. They also need the key, see newSecretsKey.
func (c *client) admitReaders(secret awssecretsmanager.CfnSecret) {
	if len(c.props.SecretReaders) == 0 {
		return
	}
	read := awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Principals: accountsOf(c.props.SecretReaders),
		Actions:    jsii.Strings("secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"),
		Resources:  &[]*string{secret.Ref()},
		Conditions: &map[string]any{"ArnEquals": onlyRoles(c.props.SecretReaders)},
	})
	awssecretsmanager.NewCfnResourcePolicy(c.Construct, jsii.String("Readers"), &awssecretsmanager.CfnResourcePolicyProps{
		SecretId:          secret.Ref(),
		ResourcePolicy:    awsiam.NewPolicyDocument(&awsiam.PolicyDocumentProps{Statements: &[]awsiam.PolicyStatement{read}}),
		BlockPublicPolicy: jsii.Bool(true),
	})
}
