package assembly

import "strings"

// notSimulatedTypes are the types that play no part in a local run. What Ref and Fn::GetAtt give is here all the same,
// because outputs and the environment of functions use it.
var notSimulatedTypes = map[string]resourceType{
	"AWS::CDK::Metadata": plain(),

	"AWS::IAM::Role":          named("RoleName", 64, role),
	"AWS::IAM::Policy":        plain(),
	"AWS::IAM::ManagedPolicy": managedPolicy,
	"AWS::IAM::OIDCProvider":  oidcProvider,

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

	"AWS::SecretsManager::ResourcePolicy": secretPolicy,
	"AWS::KMS::Key":                       key,
	"AWS::KMS::Alias":                     named("AliasName", 256, nil),
	"AWS::SSM::Parameter":                 named("Name", 1011, nil),

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
func plain() resourceType { return resourceType{ref: generatedID} }

// identified is a type whose Ref is a generated id, which an attribute gives too.
func identified(name string) resourceType {
	return resourceType{ref: generatedID, attributes: map[string]attribute{name: generatedID}}
}

// named is a type whose Ref is its name, given by a property or generated.
func named(property string, limit int, attributes func(name attribute) map[string]attribute) resourceType {
	name := nameFrom(property, limit)
	t := resourceType{properties: properties{property: text()}, ref: name}
	if attributes != nil {
		t.attributes = attributes(name)
	}
	return t
}

func role(name attribute) map[string]attribute {
	return map[string]attribute{
		"Arn":    globalARN("iam", "role/%", name),
		"RoleId": formed("AROA%", generatedID),
	}
}

var managedPolicyARN = globalARN("iam", "policy/%", nameFrom("ManagedPolicyName", 128))

var managedPolicy = resourceType{
	properties: properties{"ManagedPolicyName": text()},
	ref:        managedPolicyARN,
	attributes: map[string]attribute{"PolicyArn": managedPolicyARN},
}

var oidcProvider = resourceType{
	properties: properties{"Url": text()},
	ref:        oidcProviderARN,
	attributes: map[string]attribute{"Arn": oidcProviderARN},
}

func oidcProviderARN(at place, r *resource) (any, bool) {
	return globalARN("iam", "oidc-provider/%", func(_ place, r *resource) (any, bool) {
		url, ok := r.text("Url")
		return strings.TrimPrefix(url, "https://"), ok
	})(at, r)
}

func logGroup(name attribute) map[string]attribute {
	return map[string]attribute{"Arn": arnOf("logs", "log-group:%:*", name)}
}

func alarm(name attribute) map[string]attribute {
	return map[string]attribute{"Arn": arnOf("cloudwatch", "alarm:%", name)}
}

func rule(name attribute) map[string]attribute {
	return map[string]attribute{"Arn": arnOf("events", "rule/%", name)}
}

var topic = resourceType{
	properties: properties{"TopicName": text()},
	ref:        arnOf("sns", "%", nameFrom("TopicName", 256)),
	attributes: map[string]attribute{
		"TopicArn":  arnOf("sns", "%", nameFrom("TopicName", 256)),
		"TopicName": nameFrom("TopicName", 256),
	},
}

// subscription: its ARN is the topic's with an id.
var subscription = resourceType{
	properties: properties{"TopicArn": text()},
	ref:        subscriptionARN,
	attributes: map[string]attribute{"Arn": subscriptionARN},
}

func subscriptionARN(at place, r *resource) (any, bool) {
	topic, okTopic := r.text("TopicArn")
	id, okID := r.id(at)
	return topic + ":" + id, okTopic && okID
}

var queue = resourceType{
	properties: properties{"QueueName": text()},
	ref:        queueURL,
	attributes: map[string]attribute{
		"Arn":       arnOf("sqs", "%", nameFrom("QueueName", 80)),
		"QueueName": nameFrom("QueueName", 80),
		"QueueUrl":  queueURL,
	},
}

func queueURL(at place, r *resource) (any, bool) {
	name, ok := textOf(nameFrom("QueueName", 80), at, r)
	s := r.scope
	return "https://sqs." + s.region + "." + s.urlSuffix() + "/" + s.account + "/" + name, ok
}

// secretPolicy goes by the secret it is for.
var secretPolicy = resourceType{
	properties: properties{"SecretId": text()},
	ref:        valueOf("SecretId"),
	attributes: map[string]attribute{"Id": valueOf("SecretId")},
}

var key = resourceType{
	ref: generatedID,
	attributes: map[string]attribute{
		"Arn":   arnOf("kms", "key/%", generatedID),
		"KeyId": generatedID,
	},
}

var certificate = resourceType{ref: arnOf("acm", "certificate/%", generatedID)}

// Parity: Assembly: addresses of AWS's own
var apiDomain = resourceType{
	properties: properties{"DomainName": text()},
	ref:        valueOf("DomainName"),
	attributes: map[string]attribute{
		"RegionalDomainName":   formed("d-%.execute-api.{region}.amazonaws.com", lowered(generatedID)),
		"RegionalHostedZoneId": formed("Z%", generatedID),
	},
}

// globalARN is the ARN of a resource of a service that has no Regions.
func globalARN(service, form string, name attribute) attribute {
	return func(at place, r *resource) (any, bool) {
		text, ok := textOf(name, at, r)
		return "arn:" + r.scope.partition() + ":" + service + "::" + r.scope.account + ":" +
			strings.Replace(form, "%", text, 1), ok
	}
}
