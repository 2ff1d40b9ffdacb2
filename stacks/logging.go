package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"cognito-m2m/config"
)

// logging makes the log groups of one stack, all alike.
type logging struct {
	env *config.Environment
	key awskms.Key // nil: CloudWatch's own
}

func newLogging(stack awscdk.Stack, env *config.Environment) *logging {
	return &logging{env: env, key: newLogsKey(stack, env)}
}

// newGroup makes a log group; CloudFormation names it if name is nil.
func (l *logging) newGroup(scope constructs.Construct, id string, name *string) awslogs.LogGroup {
	props := &awslogs.LogGroupProps{
		LogGroupName:  name,
		RemovalPolicy: removalPolicy(l.env),
	}
	if l.key != nil {
		props.EncryptionKey = l.key
	}
	logs := awslogs.NewLogGroup(scope, jsii.String(id), props)
	// Not by props: those have names for the values instead of numbers.
	logs.Node().DefaultChild().(awslogs.CfnLogGroup).SetRetentionInDays(jsii.Number(l.env.Logs.RetentionDays))
	return logs
}

// newLogsKey makes the key that encrypts the log groups; nil if CloudWatch's own key does. A
// protected environment retains it: the logs that stay can't be read without it.
func newLogsKey(stack awscdk.Stack, env *config.Environment) awskms.Key {
	if !env.Logs.CustomerKey {
		return nil
	}
	key := awskms.NewKey(stack, jsii.String("LogsKey"), &awskms.KeyProps{
		Description:       jsii.String("Encrypts the log groups of " + env.Name + "."),
		EnableKeyRotation: jsii.Bool(true),
		RemovalPolicy:     removalPolicy(env),
		PendingWindow:     awscdk.Duration_Days(jsii.Number(shortestPendingWindowDays)),
	})
	// In a key's policy * is the key itself.
	key.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Principals: &[]awsiam.IPrincipal{awsiam.NewServicePrincipal(jsii.Sprintf("logs.%s.amazonaws.com", *stack.Region()), nil)},
		Actions:    jsii.Strings("kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"),
		Resources:  jsii.Strings("*"),
		Conditions: forOwnLogs(stack),
	}), nil)
	return key
}

// forOwnLogs is the condition that a key is used for this stack's log groups: each has the stack's
// name in its own.
func forOwnLogs(stack awscdk.Stack) *map[string]any {
	groups := stack.FormatArn(&awscdk.ArnComponents{
		Service:      jsii.String("logs"),
		Resource:     jsii.String("log-group"),
		ResourceName: jsii.Sprintf("*%s-*", *stack.StackName()),
		ArnFormat:    awscdk.ArnFormat_COLON_RESOURCE_NAME,
	})
	return &map[string]any{"ArnLike": map[string]any{"kms:EncryptionContext:aws:logs:arn": groups}}
}
