package stacks

import (
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	apigw "github.com/aws/aws-cdk-go/awscdk/v2/awsapigatewayv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssnssubscriptions"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"cognito-m2m/config"
)

// watched is what the alarms, queries and dashboard show.
type watched struct {
	env        *config.Environment
	api        apigw.HttpApi
	accessLogs awslogs.ILogGroup
	functions  map[string]awslambda.IFunction // behind the routes, by name
	authorizer awslambda.Function             // nil: the JWT authorizer
	rotation   awslambda.Function
	clients    []*client
	poolID     *string
}

// addMonitoring watches the API, its functions and the rotation. It changes nothing in them, and
// everything in it can be replaced without a loss.
func addMonitoring(stack awscdk.Stack, w *watched) *alarms {
	scope := group(stack, "Monitoring")
	recipients, topic := newRecipients(stack, scope, w.env)
	alarms := &alarms{scope: scope, recipients: recipients}
	alarms.watchAPI(w)
	alarms.watchFunctions(w)
	alarms.watchAuthorizer(w)
	alarms.watchRotation(w)
	if topic != nil {
		listen(stack, scope, w, topic)
	}
	saveQueries(scope, w)
	if w.env.Dashboard {
		newDashboard(scope, w, alarms)
	}
	return alarms
}

// newRecipients are the ARNs of the topics that receive every alarm: those in the file, and this
// environment's own topic for its e-mail addresses, which is nil without any.
func newRecipients(stack awscdk.Stack, scope constructs.Construct, env *config.Environment) (topics []*string, own awssns.Topic) {
	isTopic := func(recipient string) bool { return strings.HasPrefix(recipient, "arn:") }
	for _, arn := range env.Alarms.Recipients {
		if isTopic(arn) {
			topics = append(topics, jsii.String(arn))
		}
	}
	addresses := slices.DeleteFunc(slices.Clone(env.Alarms.Recipients), isTopic)
	if len(addresses) > 0 {
		own = newTopic(stack, scope, addresses)
		topics = append(topics, own.TopicArn())
	}
	return topics, own
}

// newTopic sends messages to e-mail addresses. It is not encrypted with a key: CloudWatch can't use
// the AWS managed one, a customer key costs more than everything else here, and a message has only
// an alarm's description and a number.
func newTopic(stack awscdk.Stack, scope constructs.Construct, addresses []string) awssns.Topic {
	topic := awssns.NewTopic(scope, jsii.String("Topic"), &awssns.TopicProps{EnforceSSL: jsii.Bool(true)})
	topic.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid:        jsii.String("AllowAlarms"),
		Principals: &[]awsiam.IPrincipal{awsiam.NewServicePrincipal(jsii.String("cloudwatch.amazonaws.com"), nil)},
		Actions:    jsii.Strings("sns:Publish"),
		Resources:  &[]*string{topic.TopicArn()},
		Conditions: &map[string]any{"ArnLike": map[string]any{"aws:SourceArn": alarmsOf(stack)}},
	}))
	for _, address := range addresses {
		topic.AddSubscription(awssnssubscriptions.NewEmailSubscription(jsii.String(address), nil))
	}
	return topic
}

// alarmsOf are the alarms of a stack, which CloudFormation names after it.
func alarmsOf(stack awscdk.Stack) *string {
	return stack.FormatArn(&awscdk.ArnComponents{
		Service:      jsii.String("cloudwatch"),
		Resource:     jsii.String("alarm"),
		ResourceName: jsii.Sprintf("%s-*", *stack.StackName()),
		ArnFormat:    awscdk.ArnFormat_COLON_RESOURCE_NAME,
	})
}
