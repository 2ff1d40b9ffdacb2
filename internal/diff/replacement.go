package diff

import (
	"reflect"
	"slices"
	"strings"
)

// replacing lists, for every type that is known, the properties of which CloudFormation says "Update requires:
// Replacement". A type without any is known too; of one that is not here nothing can be said.
//
// Source: the service specification that CDK CLI 2.1148.1 carries, see TestReplacingFollowsTheSpecification.
var replacing = map[string][]string{
	typeAPI:              {"ProtocolType"},
	typeAuthorizer:       {"ApiId"},
	typeRoute:            {"ApiId"},
	typeStage:            {"StageName", "ApiId"},
	typeUserPool:         {},
	typeAppClient:        {"GenerateSecret", "UserPoolId"},
	typeDomain:           {"UserPoolId", "Domain"},
	typeResourceServer:   {"UserPoolId", "Identifier"},
	typeManagedPolicy:    {"ManagedPolicyName", "Path", "Description"},
	typePolicy:           {},
	typeRole:             {"Path", "RoleName"},
	typeKey:              {},
	typeFunction:         {"FunctionName", "PackageType", "TenancyConfig"},
	typeLogGroup:         {"LogGroupName"},
	typeRotationSchedule: {"SecretId"},
	typeSecret:           {"Name"},
	typeSecretPolicy:     {"SecretId"},
	typePermission: {
		"FunctionName", "Action", "EventSourceToken", "FunctionUrlAuthType", "SourceArn", "SourceAccount",
		"PrincipalOrgID", "Principal", "InvokedViaFunctionUrl",
	},

	"AWS::ApiGatewayV2::ApiMapping":  {"DomainName"},
	"AWS::ApiGatewayV2::Deployment":  {"ApiId"},
	"AWS::ApiGatewayV2::DomainName":  {"DomainName"},
	"AWS::ApiGatewayV2::Integration": {"ApiId"},
	"AWS::CertificateManager::Certificate": {
		"CertificateAuthorityArn", "DomainName", "DomainValidationOptions", "KeyAlgorithm",
		"SubjectAlternativeNames", "ValidationMethod", "CertificateExport",
	},
	"AWS::CloudWatch::Alarm":                 {"AlarmName"},
	"AWS::CloudWatch::CompositeAlarm":        {"AlarmName"},
	"AWS::CloudWatch::Dashboard":             {"DashboardName"},
	"AWS::CodeDeploy::Application":           {"ApplicationName", "ComputePlatform"},
	"AWS::CodeDeploy::DeploymentGroup":       {"ApplicationName", "DeploymentGroupName"},
	"AWS::Cognito::LogDeliveryConfiguration": {"UserPoolId"},
	"AWS::DynamoDB::Table":                   {"ImportSourceSpecification", "TableName", "KeySchema"},
	"AWS::Events::Rule":                      {"EventBusName", "Name"},
	"AWS::IAM::GroupPolicy":                  {"GroupName", "PolicyName"},
	"AWS::IAM::OIDCProvider":                 {"Url"},
	"AWS::IAM::RolePolicy":                   {"RoleName", "PolicyName"},
	"AWS::IAM::UserPolicy":                   {"UserName", "PolicyName"},
	"AWS::KMS::Alias":                        {"AliasName"},
	"AWS::Lambda::Alias":                     {"FunctionName", "Name"},
	"AWS::Lambda::EventInvokeConfig":         {"FunctionName", "Qualifier"},
	"AWS::Lambda::Version": {
		"CodeSha256", "Description", "FunctionName", "ProvisionedConcurrencyConfig", "RuntimePolicy",
	},
	"AWS::Logs::MetricFilter":       {"LogGroupName", "FilterName"},
	"AWS::Logs::QueryDefinition":    {},
	"AWS::Logs::ResourcePolicy":     {"PolicyName"},
	"AWS::Logs::SubscriptionFilter": {"LogGroupName", "FilterName"},
	"AWS::Route53::HostedZone":      {"Name", "DelegationSetId"},
	"AWS::Route53::RecordSet":       {"HostedZoneId", "HostedZoneName", "Name"},
	"AWS::S3::BucketPolicy":         {"Bucket"},
	"AWS::S3::Bucket":               {"BucketName", "ObjectLockEnabled", "BucketNamespace", "BucketNamePrefix"},
	"AWS::SNS::Subscription":        {"Endpoint", "Protocol", "TopicArn"},
	"AWS::SNS::Topic":               {"FifoTopic", "TopicName"},
	"AWS::SNS::TopicPolicy":         {},
	"AWS::SQS::Queue":               {"FifoQueue", "QueueName"},
	"AWS::SQS::QueuePolicy":         {},
	"AWS::SSM::Parameter":           {"Name"},
	"AWS::Scheduler::Schedule":      {"Name"},
	"AWS::WAFv2::WebACL":            {"Scope", "Name"},
	"AWS::WAFv2::WebACLAssociation": {"ResourceArn", "WebACLArn"},
}

// settle decides for every changed resource of an environment whether it is replaced: by a change of its own, or
// because a property that would replace it refers to a resource that is.
func settle(changes []*change) {
	byResource := map[*resource]*change{}
	for _, c := range changes {
		if !c.both() {
			continue
		}
		byResource[c.after] = c
		c.settleAlone()
	}
	followers := map[*resource][]int{} // the changes that refer to a resource
	unsettled := make([]bool, len(changes))
	for i, c := range changes {
		if !c.both() {
			continue
		}
		unsettled[i] = true
		for _, cause := range c.causes() {
			followers[cause.of] = append(followers[cause.of], i)
		}
	}
	for again := true; again; {
		again = false
		for i, c := range changes {
			if !unsettled[i] {
				continue
			}
			unsettled[i] = false
			if c.kind == Replaced || c.follow(byResource) {
				for _, follower := range followers[c.after] {
					unsettled[follower] = changes[follower].kind != Replaced
					again = again || unsettled[follower]
				}
			}
		}
	}
}

// cause is a resource that a property refers to, whose change replaces the resource with that property.
type cause struct {
	property string
	of       *resource
}

// causes are those of a change, in the order of the properties.
func (c *change) causes() []cause {
	if c.known == nil {
		c.known = []cause{}
		for _, name := range replacing[c.after.typeName] {
			for _, to := range references(c.after.stack, c.after.properties[name]) {
				c.known = append(c.known, cause{name, to.resource()})
			}
		}
	}
	return c.known
}

// settleAlone looks at the resource's own properties.
func (c *change) settleAlone() {
	properties, known := replacing[c.after.typeName]
	var changed []string
	for _, name := range properties {
		if !reflect.DeepEqual(c.before.properties[name], c.after.properties[name]) {
			changed = append(changed, name)
		}
	}
	switch {
	case c.moved():
		c.replaced("its logical id changes")
	case len(changed) > 0:
		slices.Sort(changed)
		c.replaced(strings.Join(changed, " and ") + " changes, which CloudFormation can't do in place")
	case !known && !reflect.DeepEqual(c.before.properties, c.after.properties):
		c.kind = MayReplace
		c.reason = "m2m does not know this type: see \"Update requires\" in its reference"
	}
}

// follow reports whether the resource goes with one that is replaced or, behind the same reference, is another one now.
func (c *change) follow(byResource map[*resource]*change) bool {
	for _, cause := range c.causes() {
		switch change := byResource[cause.of]; {
		case change == nil:
			c.replaced(cause.property + " refers to " + cause.of.subject() + ", which is new")
			return true
		case change.kind == Replaced:
			c.replaced(cause.property + " refers to " + cause.of.subject() + ", which is replaced")
			return true
		}
	}
	return false
}

func (c *change) replaced(reason string) { c.kind, c.reason = Replaced, reason }
