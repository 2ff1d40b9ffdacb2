package stacks

import (
	"strconv"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"cognito-m2m/config"
	"cognito-m2m/internal/lambdapolicy"
	"cognito-m2m/naming"
)

const rotationMemoryMB = 128

// rotationFunction is the one function that rotates the secrets of all clients.
type rotationFunction struct {
	function    awslambda.Function
	arn         *string
	permissions []constructs.IDependable // what a rotation can't do without
}

// rotationProps are all that the function may touch. With a function authorizer it may rotate the
// secrets of groups, too.
type rotationProps struct {
	pool    awscognito.IUserPool
	secrets []awssecretsmanager.CfnSecret
	key     awskms.Key // of the secrets; nil: the AWS managed key
}

func newRotation(stack awscdk.Stack, env *config.Environment, builder functionBuilder, props *rotationProps) *rotationFunction {
	scope := group(stack, "Rotation")
	function := builder.build(scope, functionProps{
		name:                naming.RotationFunction,
		memoryMB:            rotationMemoryMB,
		timeout:             naming.StepTimeout,
		tracing:             env.Tracing,
		environment:         rotationVariables(env, props.pool),
		reservedConcurrency: env.Rotation.ReservedConcurrency,
	})
	permissions := []constructs.IDependable{permitRotation(stack, scope, env, function)}
	if env.API.Authorizer != nil {
		permissions = append(permissions, permitEverySecret(stack, scope, env, function))
	} else {
		permissions = append(permissions, function.Role().AddToPrincipalPolicy(rotateSecrets(props.secretARNs()...)).PolicyDependable)
	}
	for _, statement := range props.statements(stack) {
		permissions = append(permissions, function.Role().AddToPrincipalPolicy(statement).PolicyDependable)
	}
	return &rotationFunction{function: function, arn: function.FunctionArn(), permissions: permissions}
}

// rotationVariables are the function's environment variables. How long it spares a replaced secret
// depends on the schedule, unless the environment says otherwise.
func rotationVariables(env *config.Environment, pool awscognito.IUserPool) map[string]*string {
	variables := map[string]*string{naming.UserPoolIDVariable: pool.UserPoolId()}
	if hours := env.Secrets.GraceHours; hours != nil {
		variables[naming.GraceHoursVariable] = jsii.String(strconv.Itoa(*hours))
	}
	return variables
}

// permitRotation allows Secrets Manager to call the function for secrets of this environment. There
// is one permission for all of them: one for each of 50 secrets would overflow the function's
// resource policy of 20 KB.
func permitRotation(stack awscdk.Stack, scope constructs.Construct, env *config.Environment, function awslambda.IFunction) constructs.IDependable {
	return awslambda.NewCfnPermission(scope, jsii.String("Permission"), &awslambda.CfnPermissionProps{
		Action:        jsii.String(lambdapolicy.InvokeFunction),
		FunctionName:  function.FunctionArn(),
		Principal:     jsii.String(lambdapolicy.SecretsManager),
		SourceAccount: stack.Account(),
		SourceArn:     everySecret(stack, env),
	})
}

func everySecret(stack awscdk.Stack, env *config.Environment) *string {
	return stack.FormatArn(&awscdk.ArnComponents{
		Service:      jsii.String("secretsmanager"),
		Resource:     jsii.String("secret"),
		ResourceName: jsii.String(naming.Secret(env.Name, "*")),
		ArnFormat:    awscdk.ArnFormat_COLON_RESOURCE_NAME,
	})
}

// permitEverySecret allows to rotate every secret of the environment that this function is the
// rotation of, since the ARNs of many would not fit into IAM's 10,240 characters. It is a policy of
// its own: the function waits for its role's first one, which so can't name the function.
//
// Source: Secrets Manager User Guide, "Lambda rotation function execution role permissions".
func permitEverySecret(stack awscdk.Stack, scope constructs.Construct, env *config.Environment, function awslambda.IFunction) constructs.IDependable {
	statement := rotateSecrets(everySecret(stack, env))
	statement.AddCondition(jsii.String("StringEquals"), map[string]any{
		"secretsmanager:resource/AllowRotationLambdaArn": function.FunctionArn(),
	})
	return awsiam.NewPolicy(scope, jsii.String("SecretsPolicy"), &awsiam.PolicyProps{
		Statements: &[]awsiam.PolicyStatement{statement},
		Roles:      &[]awsiam.IRole{function.Role()},
	})
}

// rotateSecrets allows to read and write these secrets.
func rotateSecrets(secrets ...*string) awsiam.PolicyStatement {
	return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Actions: jsii.Strings("secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue",
			"secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage"),
		Resources: &secrets,
	})
}

func (p *rotationProps) secretARNs() (arns []*string) {
	for _, secret := range p.secrets {
		arns = append(arns, secret.Ref())
	}
	return arns
}

// statements allow what a rotation does beside reading and writing secrets: to look at and change
// the client secrets of this pool, and to use the key.
func (p *rotationProps) statements(stack awscdk.Stack) []awsiam.PolicyStatement {
	// Not pool.UserPoolArn(), which would be one more export of the Identity stack.
	pool := stack.FormatArn(&awscdk.ArnComponents{
		Service:      jsii.String("cognito-idp"),
		Resource:     jsii.String("userpool"),
		ResourceName: p.pool.UserPoolId(),
	})
	statements := []awsiam.PolicyStatement{
		awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
			Actions: jsii.Strings("cognito-idp:DescribeUserPool", "cognito-idp:DescribeUserPoolClient",
				"cognito-idp:AddUserPoolClientSecret", "cognito-idp:ListUserPoolClientSecrets", "cognito-idp:DeleteUserPoolClientSecret"),
			Resources: &[]*string{pool},
		}),
	}
	if p.key != nil {
		statements = append(statements, awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
			Actions:    jsii.Strings("kms:Decrypt", "kms:GenerateDataKey"),
			Resources:  &[]*string{p.key.KeyArn()},
			Conditions: throughSecretsManager(stack),
		}))
	}
	return statements
}
