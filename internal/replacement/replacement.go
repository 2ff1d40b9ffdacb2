// Package replacement knows which properties of a resource CloudFormation can't change in place. It
// has nothing but the one table of them.
package replacement

// Properties are those of a resource type of which CloudFormation says "Update requires:
// Replacement": with another value the resource is made anew, and the old one is deleted. known is
// false for a type of which nothing can be said. The names are not a copy: callers only read them.
func Properties(typeName string) (names []string, known bool) {
	names, known = table[typeName]
	return names, known
}

// table holds the properties by type. A type without any is known too.
//
// Source: the service specification that CDK CLI 2.1148.1 carries, see
// TestTableFollowsTheSpecification.
var table = map[string][]string{
	"AWS::ApiGatewayV2::Api":         {"ProtocolType"},
	"AWS::ApiGatewayV2::ApiMapping":  {"DomainName"},
	"AWS::ApiGatewayV2::Authorizer":  {"ApiId"},
	"AWS::ApiGatewayV2::Deployment":  {"ApiId"},
	"AWS::ApiGatewayV2::DomainName":  {"DomainName"},
	"AWS::ApiGatewayV2::Integration": {"ApiId"},
	"AWS::ApiGatewayV2::Route":       {"ApiId"},
	"AWS::ApiGatewayV2::Stage":       {"StageName", "ApiId"},
	"AWS::CertificateManager::Certificate": {
		"CertificateAuthorityArn", "DomainName", "DomainValidationOptions", "KeyAlgorithm",
		"SubjectAlternativeNames", "ValidationMethod", "CertificateExport",
	},
	"AWS::CloudWatch::Alarm":          {"AlarmName"},
	"AWS::CloudWatch::CompositeAlarm": {"AlarmName"},
	"AWS::CloudWatch::Dashboard":      {"DashboardName"},
	"AWS::CodeDeploy::Application":    {"ApplicationName", "ComputePlatform"},
	"AWS::CodeDeploy::DeploymentConfig": {
		"ComputePlatform", "DeploymentConfigName", "MinimumHealthyHosts", "TrafficRoutingConfig", "ZonalConfig",
	},
	"AWS::CodeDeploy::DeploymentGroup":                {"ApplicationName", "DeploymentGroupName"},
	"AWS::Cognito::LogDeliveryConfiguration":          {"UserPoolId"},
	"AWS::Cognito::ManagedLoginBranding":              {"ClientId", "UserPoolId"},
	"AWS::Cognito::UserPool":                          {},
	"AWS::Cognito::UserPoolClient":                    {"GenerateSecret", "UserPoolId"},
	"AWS::Cognito::UserPoolDomain":                    {"UserPoolId", "Domain"},
	"AWS::Cognito::UserPoolResourceServer":            {"UserPoolId", "Identifier"},
	"AWS::Cognito::UserPoolUICustomizationAttachment": {"ClientId", "UserPoolId"},
	"AWS::DynamoDB::Table":                            {"ImportSourceSpecification", "TableName", "KeySchema"},
	"AWS::Events::Rule":                               {"EventBusName", "Name"},
	"AWS::IAM::GroupPolicy":                           {"GroupName", "PolicyName"},
	"AWS::IAM::ManagedPolicy":                         {"ManagedPolicyName", "Path", "Description"},
	"AWS::IAM::OIDCProvider":                          {"Url"},
	"AWS::IAM::Policy":                                {},
	"AWS::IAM::Role":                                  {"Path", "RoleName"},
	"AWS::IAM::RolePolicy":                            {"RoleName", "PolicyName"},
	"AWS::IAM::UserPolicy":                            {"UserName", "PolicyName"},
	"AWS::KMS::Alias":                                 {"AliasName"},
	"AWS::KMS::Key":                                   {},
	"AWS::Lambda::Alias":                              {"FunctionName", "Name"},
	"AWS::Lambda::EventInvokeConfig":                  {"FunctionName", "Qualifier"},
	"AWS::Lambda::Function":                           {"FunctionName", "PackageType", "TenancyConfig"},
	"AWS::Lambda::Permission": {
		"FunctionName", "Action", "EventSourceToken", "FunctionUrlAuthType", "SourceArn", "SourceAccount",
		"PrincipalOrgID", "Principal", "InvokedViaFunctionUrl",
	},
	"AWS::Lambda::Version": {
		"CodeSha256", "Description", "FunctionName", "ProvisionedConcurrencyConfig", "RuntimePolicy",
	},
	"AWS::Logs::LogGroup":                   {"LogGroupName"},
	"AWS::Logs::LogStream":                  {"LogGroupName", "LogStreamName"},
	"AWS::Logs::MetricFilter":               {"LogGroupName", "FilterName"},
	"AWS::Logs::QueryDefinition":            {},
	"AWS::Logs::ResourcePolicy":             {"PolicyName"},
	"AWS::Logs::SubscriptionFilter":         {"LogGroupName", "FilterName"},
	"AWS::Route53::HostedZone":              {"Name", "DelegationSetId"},
	"AWS::Route53::RecordSet":               {"HostedZoneId", "HostedZoneName", "Name"},
	"AWS::S3::Bucket":                       {"BucketName", "ObjectLockEnabled", "BucketNamespace", "BucketNamePrefix"},
	"AWS::S3::BucketPolicy":                 {"Bucket"},
	"AWS::SNS::Subscription":                {"Endpoint", "Protocol", "TopicArn"},
	"AWS::SNS::Topic":                       {"FifoTopic", "TopicName"},
	"AWS::SNS::TopicPolicy":                 {},
	"AWS::SQS::Queue":                       {"FifoQueue", "QueueName"},
	"AWS::SQS::QueuePolicy":                 {},
	"AWS::SSM::Parameter":                   {"Name"},
	"AWS::Scheduler::Schedule":              {"Name"},
	"AWS::SecretsManager::ResourcePolicy":   {"SecretId"},
	"AWS::SecretsManager::RotationSchedule": {"SecretId"},
	"AWS::SecretsManager::Secret":           {"Name"},
	"AWS::WAFv2::WebACL":                    {"Scope", "Name"},
	"AWS::WAFv2::WebACLAssociation":         {"ResourceArn", "WebACLArn"},
}
