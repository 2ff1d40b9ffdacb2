package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/jsii-runtime-go"

	"cognito-m2m/config"
	"cognito-m2m/naming"
)

// credentials are what every client's secret is made with.
type credentials struct {
	env      *config.Environment
	keyARN   *string // of the secrets' key; nil: the AWS managed key
	rotation *rotationFunction
}

// imported are the same for a stack of a group.
func (shared *credentials) imported(api awscdk.Stack) *credentials {
	imports := &credentials{env: shared.env, rotation: &rotationFunction{arn: api.ExportValue(shared.rotation.arn, nil)}}
	if shared.keyARN != nil {
		imports.keyARN = api.ExportValue(shared.keyARN, nil)
	}
	return imports
}

// addCredentials gives every client a secret, which the rotation function fills at once and
// replaces every few days. The secret that Cognito generates with the app client is never read: the
// first rotation replaces it.
func addCredentials(stack awscdk.Stack, pool awscognito.IUserPool, clients []*client, builder functionBuilder) *credentials {
	env := builder.logging.env
	key := newSecretsKey(stack, env)
	made := &credentials{env: env}
	if key != nil {
		made.keyARN = key.KeyArn()
	}
	secrets := make([]awssecretsmanager.CfnSecret, 0, len(clients))
	for _, c := range clients {
		secrets = append(secrets, made.newSecret(c))
	}
	made.rotation = newRotation(stack, env, builder, &rotationProps{pool: pool, secrets: secrets, key: key})
	for i, c := range clients {
		c.schedule(secrets[i], made.rotation, "")
	}
	return made
}

// newSecret makes a client's secret, under the key if there is one. It is deleted with the client
// in a protected environment too: once the app client is gone, the value is useless.
func (shared *credentials) newSecret(c *client) awssecretsmanager.CfnSecret {
	secret := awssecretsmanager.NewCfnSecret(c.Construct, jsii.String("Secret"), &awssecretsmanager.CfnSecretProps{
		Name:         jsii.String(naming.Secret(shared.env.Name, c.props.Name)),
		Description:  jsii.String("Credentials of the client " + c.props.Name + ", written by rotation."),
		SecretString: jsii.String(naming.NotRotated),
		KmsKeyId:     shared.keyARN,
		Tags: &[]*awscdk.CfnTag{
			{Key: jsii.String(naming.ClientIDTag), Value: c.id},
		},
	})
	secret.ApplyRemovalPolicy(awscdk.RemovalPolicy_DESTROY, nil)
	c.admitReaders(secret)
	return secret
}

// schedule rotates the secret now and whenever the schedule changes. It uses CfnRotationSchedule,
// because RotationSchedule allows the function to generate random passwords on any resource.
// Without the dependency the first rotation could start before the function may be called or may do
// its work; a group's stack waits as a whole. Without a window a schedule has Secrets Manager's
// own.
func (c *client) schedule(secret awssecretsmanager.CfnSecret, by *rotationFunction, window string) {
	schedule := awssecretsmanager.NewCfnRotationSchedule(c.Construct, jsii.String("Rotation"), &awssecretsmanager.CfnRotationScheduleProps{
		SecretId:          secret.Ref(),
		RotationLambdaArn: by.arn,
		RotationRules: &awssecretsmanager.CfnRotationSchedule_RotationRulesProperty{
			AutomaticallyAfterDays: jsii.Number(c.props.Rotation.EveryDays),
			Duration:               optional(window),
		},
		RotateImmediatelyOnUpdate: jsii.Bool(true),
	})
	if len(by.permissions) > 0 {
		schedule.Node().AddDependency(by.permissions...)
	}
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
