package assembly

import (
	"strings"

	"cognito-m2m/internal/assembly/template"
	"cognito-m2m/internal/partition"
)

// notSimulatedTypes are the types that play no part in a local run. What Ref and Fn::GetAtt give is
// here all the same, because outputs and the environment of functions use it.
var notSimulatedTypes = map[string]template.Type{
	"AWS::CDK::Metadata": plain(),

	"AWS::IAM::OIDCProvider": oidcProvider,

	"AWS::Logs::LogGroup":           named("LogGroupName", 512, logGroup),
	"AWS::Logs::LogStream":          named("LogStreamName", 512, nil),
	"AWS::Logs::MetricFilter":       named("FilterName", 512, nil),
	"AWS::Logs::QueryDefinition":    identified("QueryDefinitionId"),
	"AWS::Logs::ResourcePolicy":     plain(),
	"AWS::Logs::SubscriptionFilter": named("FilterName", 512, nil),

	"AWS::CloudWatch::Alarm":          named("AlarmName", 255, alarm),
	"AWS::CloudWatch::CompositeAlarm": named("AlarmName", 255, alarm),
	"AWS::CloudWatch::Dashboard":      named("DashboardName", 255, nil),
	"AWS::SNS::Topic":                 topic,
	"AWS::SNS::TopicPolicy":           plain(),
	"AWS::SNS::Subscription":          subscription,
	"AWS::SQS::Queue":                 queue,
	"AWS::SQS::QueuePolicy":           plain(),
	"AWS::Events::Rule":               named("Name", 64, rule),
	"AWS::Scheduler::Schedule":        named("Name", 64, nil),

	"AWS::SSM::Parameter": named("Name", 1011, nil),

	"AWS::Lambda::Version":              functionVersion,
	"AWS::Lambda::Alias":                functionAlias,
	"AWS::Lambda::EventInvokeConfig":    plain(),
	"AWS::CodeDeploy::Application":      named("ApplicationName", 100, nil),
	"AWS::CodeDeploy::DeploymentGroup":  named("DeploymentGroupName", 100, nil),
	"AWS::CodeDeploy::DeploymentConfig": named("DeploymentConfigName", 100, nil),

	"AWS::ApiGatewayV2::ApiMapping":                   identified("ApiMappingId"),
	"AWS::ApiGatewayV2::Deployment":                   plain(),
	"AWS::ApiGatewayV2::DomainName":                   apiDomain,
	"AWS::CertificateManager::Certificate":            certificate,
	"AWS::Route53::HostedZone":                        plain(),
	"AWS::Route53::RecordSet":                         named("Name", 255, nil),
	"AWS::Cognito::LogDeliveryConfiguration":          plain(),
	"AWS::Cognito::ManagedLoginBranding":              plain(),
	"AWS::Cognito::UserPoolUICustomizationAttachment": plain(),
	"AWS::WAFv2::WebACL":                              plain(),
	"AWS::WAFv2::WebACLAssociation":                   plain(),
}

// customResource is answered by a function on AWS, so only its Ref has a stand-in.
var customResource = plain()

// plain is a type whose Ref is a generated id and whose attributes are not needed.
func plain() template.Type { return template.Type{Ref: template.GeneratedID} }

// identified is a type whose Ref is a generated id, which an attribute gives too.
func identified(name string) template.Type {
	return template.Type{Ref: template.GeneratedID, Attributes: map[string]template.Attribute{name: template.GeneratedID}}
}

// named is a type whose Ref is its name, given by a property or generated.
func named(property string, limit int, attributes func(name template.Attribute) map[string]template.Attribute) template.Type {
	name := template.NameFrom(property, limit)
	t := template.Type{Properties: template.Properties{property: template.Text()}, Ref: name}
	if attributes != nil {
		t.Attributes = attributes(name)
	}
	return t
}

var oidcProvider = template.Type{
	Properties: template.Properties{"Url": template.Text()},
	Ref:        oidcProviderARN,
	Attributes: map[string]template.Attribute{"Arn": oidcProviderARN},
}

func oidcProviderARN(at template.Place, r *template.Resource) (string, bool) {
	return globalARN("iam", "oidc-provider/%", func(_ template.Place, r *template.Resource) (string, bool) {
		url, ok := r.Text("Url")
		return strings.TrimPrefix(url, "https://"), ok
	})(at, r)
}

func logGroup(name template.Attribute) map[string]template.Attribute {
	return map[string]template.Attribute{"Arn": template.ARNOf("logs", "log-group:%:*", name)}
}

func alarm(name template.Attribute) map[string]template.Attribute {
	return map[string]template.Attribute{"Arn": template.ARNOf("cloudwatch", "alarm:%", name)}
}

func rule(name template.Attribute) map[string]template.Attribute {
	return map[string]template.Attribute{"Arn": template.ARNOf("events", "rule/%", name)}
}

var topic = template.Type{
	Properties: template.Properties{"TopicName": template.Text()},
	Ref:        template.ARNOf("sns", "%", template.NameFrom("TopicName", 256)),
	Attributes: map[string]template.Attribute{
		"TopicArn":  template.ARNOf("sns", "%", template.NameFrom("TopicName", 256)),
		"TopicName": template.NameFrom("TopicName", 256),
	},
}

// subscription: its ARN is the topic's with an id.
var subscription = template.Type{
	Properties: template.Properties{"TopicArn": template.Text()},
	Ref:        subscriptionARN,
	Attributes: map[string]template.Attribute{"Arn": subscriptionARN},
}

func subscriptionARN(at template.Place, r *template.Resource) (string, bool) {
	topic, okTopic := r.Text("TopicArn")
	id, okID := r.ID(at)
	return topic + ":" + id, okTopic && okID
}

var queue = template.Type{
	Properties: template.Properties{"QueueName": template.Text()},
	Ref:        queueURL,
	Attributes: map[string]template.Attribute{
		"Arn":       template.ARNOf("sqs", "%", template.NameFrom("QueueName", 80)),
		"QueueName": template.NameFrom("QueueName", 80),
		"QueueUrl":  queueURL,
	},
}

func queueURL(at template.Place, r *template.Resource) (string, bool) {
	name, ok := template.NameFrom("QueueName", 80)(at, r)
	l := r.Location()
	return "https://sqs." + l.Region + "." + partition.URLSuffix(l.Region) + "/" + l.AccountID + "/" + name, ok
}

var certificate = template.Type{Ref: template.ARNOf("acm", "certificate/%", template.GeneratedID)}

// Parity: Assembly: addresses of AWS's own
var apiDomain = template.Type{
	Properties: template.Properties{"DomainName": template.Text()},
	Ref:        template.ValueOf("DomainName"),
	Attributes: map[string]template.Attribute{
		"RegionalDomainName":   template.Formed("d-%.execute-api.{region}.amazonaws.com", template.Lowered(template.GeneratedID)),
		"RegionalHostedZoneId": template.Formed("Z%", template.GeneratedID),
	},
}

// globalARN is the ARN of a resource of a service that has no Regions.
func globalARN(service, form string, name template.Attribute) template.Attribute {
	return func(at template.Place, r *template.Resource) (string, bool) {
		text, ok := name(at, r)
		return "arn:" + partition.Of(r.Location().Region) + ":" + service + "::" + r.Location().AccountID + ":" +
			strings.Replace(form, "%", text, 1), ok
	}
}

// acceptedType is what is made of a type that is not known and that the user has accepted: Ref
// gives the name of the resource, as for most types that have one.
//
// Parity: Assembly: types that the user has accepted
func acceptedType(name string) *template.Type {
	t := named(lastPart(name)+"Name", 255, nil)
	t.Other = func(attribute string) template.Attribute { return standIn(name, attribute, t.Ref) }
	return &t
}

// lastPart is Table of AWS::DynamoDB::Table.
func lastPart(typeName string) string { return typeName[strings.LastIndex(typeName, ":")+1:] }

// standIn is an attribute of a type that is not known: an ARN in the form that most have, or the
// resource's name with the attribute's.
func standIn(typeName, attribute string, name template.Attribute) template.Attribute {
	if !strings.HasSuffix(attribute, "Arn") {
		return template.Formed("%-"+attribute, name)
	}
	service := "custom"
	if parts := strings.Split(typeName, "::"); len(parts) == 3 {
		service = strings.ToLower(parts[1])
	}
	return template.ARNOf(service, strings.ToLower(lastPart(typeName))+"/%", name)
}
