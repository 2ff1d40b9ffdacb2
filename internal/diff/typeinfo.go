package diff

import (
	"regexp"
	"strings"

	"cognito-m2m/internal/diff/change"
)

// The resource types that have rules of their own.
const (
	typeAPI              = "AWS::ApiGatewayV2::Api"
	typeAuthorizer       = "AWS::ApiGatewayV2::Authorizer"
	typeRoute            = "AWS::ApiGatewayV2::Route"
	typeStage            = "AWS::ApiGatewayV2::Stage"
	typeUserPool         = "AWS::Cognito::UserPool"
	typeAppClient        = "AWS::Cognito::UserPoolClient"
	typeDomain           = "AWS::Cognito::UserPoolDomain"
	typeResourceServer   = "AWS::Cognito::UserPoolResourceServer"
	typeManagedPolicy    = "AWS::IAM::ManagedPolicy"
	typePolicy           = "AWS::IAM::Policy"
	typeRole             = "AWS::IAM::Role"
	typeKey              = "AWS::KMS::Key"
	typeFunction         = "AWS::Lambda::Function"
	typeDomainName       = "AWS::ApiGatewayV2::DomainName"
	typeMapping          = "AWS::ApiGatewayV2::ApiMapping"
	typeRecord           = "AWS::Route53::RecordSet"
	typePermission       = "AWS::Lambda::Permission"
	typeLogGroup         = "AWS::Logs::LogGroup"
	typeRotationSchedule = "AWS::SecretsManager::RotationSchedule"
	typeSecret           = "AWS::SecretsManager::Secret"         //nolint:gosec // G101: the name of a resource type
	typeSecretPolicy     = "AWS::SecretsManager::ResourcePolicy" //nolint:gosec // G101: likewise
)

// typeInfo is how the report speaks of a resource type.
type typeInfo struct {
	noun string
	loss string // what a replacement or removal costs, for a type that is stateful
}

// typeInfos are by type. A type that is not here has the last part of its name as noun.
var typeInfos = map[string]typeInfo{
	typeUserPool:       {noun: "user pool", loss: "every client gets a new id and secret, and the issuer of the tokens changes"},
	typeAppClient:      {noun: "app client", loss: "the partner needs a new client id and secret, and the old ones stop working"},
	typeDomain:         {noun: "user pool domain", loss: "the token endpoint's address stops working"},
	typeSecret:         {noun: "secret", loss: "its value is not kept, and its readers need another ARN"},
	typeLogGroup:       {noun: "log group", loss: "its log events are not kept"},
	typeKey:            {noun: "KMS key", loss: "what it encrypted can't be read without it"},
	typeAPI:            {noun: "HTTP API", loss: "its URL stops working"},
	typeResourceServer: {noun: "resource server"},
	typeAuthorizer:     {noun: "authorizer"},
	typeRoute:          {noun: "route"},
	typeStage:          {noun: "stage"},
	typeFunction:       {noun: "function"},
	typePermission:     {noun: "permission"},

	"AWS::IAM::OIDCProvider":        {noun: "identity provider"},
	"AWS::WAFv2::WebACLAssociation": {noun: "web ACL association"},
	typeDomainName:                  {noun: "custom domain", loss: "URLs at it stop working, until DNS leads to a new target"},
	typeMapping:                     {noun: "API mapping"},
	typeRecord:                      {noun: "DNS record"},
	"AWS::Route53::HostedZone":      {noun: "hosted zone", loss: "its name servers change"},
	"AWS::SNS::Topic":               {noun: "topic", loss: "its subscriptions are not kept"},
	"AWS::SQS::Queue":               {noun: "queue", loss: "its messages are not kept"},
	"AWS::DynamoDB::Table":          {noun: "table", loss: "its items are not kept"},
	"AWS::S3::Bucket":               {noun: "bucket", loss: "its objects are not kept"},
}

func infoOf(typeName string) typeInfo {
	if info, ok := typeInfos[typeName]; ok {
		return info
	}
	words := wordStart.ReplaceAllString(typeName[strings.LastIndex(typeName, ":")+1:], "$1 $2")
	return typeInfo{noun: strings.ToLower(words)}
}

// wordStart is where a word ends and the next begins: RotationSchedule is a rotation schedule.
var wordStart = regexp.MustCompile(`([a-z])([A-Z])`)

// subjectOf is the resource as a person calls it.
func subjectOf(r *change.Resource) string {
	noun := infoOf(r.Type).noun
	if name, ok := r.Name(); ok {
		return noun + " " + change.Show(name)
	}
	return noun + " " + r.Path()
}
