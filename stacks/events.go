package stacks

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"cognito-m2m/config"
	"cognito-m2m/naming"
)

// event is something that happens in the account and that no metric counts, and the one sentence
// that reports it. The sentence is made of parts of the event that are named here: the whole event
// may contain confidential data.
type event struct {
	name    string
	pattern map[string]any
	parts   map[string]*string // by the name that says uses, as paths in the event
	says    string
	section string // of the runbook
}

// listen makes EventBridge send events to the environment's own topic. They come through
// CloudTrail, so none arrive if no trail logs management events.
func listen(stack awscdk.Stack, scope constructs.Construct, w *watched, topic awssns.ITopic) {
	scope = group(scope, "Events")
	events := []event{failedRotation(stack, w), foreignSecret(w)}
	role := newPublisher(scope, topic, w.env, events)
	for _, e := range events {
		awsevents.NewCfnRule(scope, jsii.String(naming.PascalCase(e.name)), &awsevents.CfnRuleProps{
			Name:         jsii.String(e.ruleName(w.env)),
			Description:  jsii.String("Tells who hears of alarms; see " + runbook + "#" + e.section),
			EventPattern: e.pattern,
			State:        jsii.String("ENABLED"),
			Targets: &[]any{&awsevents.CfnRule_TargetProperty{
				Id:      jsii.String("Topic"),
				Arn:     topic.TopicArn(),
				RoleArn: role.RoleArn(),
				InputTransformer: &awsevents.CfnRule_InputTransformerProperty{
					InputPathsMap: &e.parts,
					InputTemplate: jsii.String(fmt.Sprintf("%q", e.says+" Runbook: "+runbook+"#"+e.section)),
				},
			}},
		})
	}
}

// ruleName is fixed, because the publisher's trust names it: a generated name may cut off the
// environment's.
func (e event) ruleName(env *config.Environment) string {
	return naming.Environment(env.Name) + "-" + e.name
}

// newPublisher is the role that EventBridge publishes with, for these rules alone. A topic's policy
// can't name a rule: EventBridge sends none of the keys that a condition there could check, and
// without a condition the rules of every account could publish (EventBridge guide, "Using
// resource-based policies").
func newPublisher(scope constructs.Construct, topic awssns.ITopic, env *config.Environment, events []event) awsiam.Role {
	rules := make([]*string, 0, len(events))
	for _, e := range events {
		rules = append(rules, awscdk.Stack_Of(scope).FormatArn(&awscdk.ArnComponents{
			Service: jsii.String("events"), Resource: jsii.String("rule"), ResourceName: jsii.String(e.ruleName(env)),
		}))
	}
	role := awsiam.NewRole(scope, jsii.String("Role"), &awsiam.RoleProps{
		AssumedBy: awsiam.NewServicePrincipal(jsii.String("events.amazonaws.com"), &awsiam.ServicePrincipalOpts{
			Conditions: &map[string]any{"ArnEquals": map[string]any{"aws:SourceArn": rules}},
		}),
	})
	role.AddToPolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Actions:   jsii.Strings("sns:Publish"),
		Resources: &[]*string{topic.TopicArn()},
	}))
	return role
}

// failedRotation is a rotation that Secrets Manager gave up, also because it could not call the
// function (Secrets Manager guide, "CloudTrail entries").
func failedRotation(stack awscdk.Stack, w *watched) event {
	secrets := stack.FormatArn(&awscdk.ArnComponents{
		Service: jsii.String("secretsmanager"), Resource: jsii.String("secret"),
		ResourceName: jsii.String(naming.Folder(w.env.Name)), ArnFormat: awscdk.ArnFormat_COLON_RESOURCE_NAME,
	})
	return event{
		name: "failed-rotation",
		pattern: map[string]any{
			"source": []any{"aws.secretsmanager"},
			"detail": map[string]any{
				"eventName":           []any{"RotationFailed", "RotationAbandoned"},
				"additionalEventData": map[string]any{"SecretId": []any{map[string]any{"prefix": secrets}}},
			},
		},
		parts: map[string]*string{
			"event": jsii.String("$.detail.eventName"), "secret": jsii.String("$.detail.additionalEventData.SecretId"), "time": jsii.String("$.time"),
		},
		says: "<event> at <time> for <secret>. See what to do: m2m clients --env " + w.env.Name + " --deployed.", section: "rotation-failures",
	}
}

// foreignSecret is a client secret of the pool that was not added by the rotation function: a
// principal that may do this can act as any client. A caller without a role has no session, so a
// missing session counts too.
func foreignSecret(w *watched) event {
	return event{
		name: "foreign-secret",
		pattern: map[string]any{
			"source": []any{"aws.cognito-idp"},
			"detail": map[string]any{
				"eventName":         []any{"AddUserPoolClientSecret"},
				"requestParameters": map[string]any{"userPoolId": []any{w.poolID}},
				"userIdentity": map[string]any{"sessionContext": map[string]any{"sessionIssuer": map[string]any{
					"arn": []any{map[string]any{"anything-but": []any{w.rotation.Role().RoleArn()}}, map[string]any{"exists": false}},
				}}},
			},
		},
		parts: map[string]*string{
			"who": jsii.String("$.detail.userIdentity.arn"), "client": jsii.String("$.detail.requestParameters.clientId"), "time": jsii.String("$.time"),
		},
		says:    "<who> added a client secret to the app client <client> of " + w.env.Name + " at <time>, which only rotations do.",
		section: "foreign-secret",
	}
}
