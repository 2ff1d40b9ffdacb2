package template

import (
	"cmp"
	"strings"
)

// Refuser says who refuses what a Problem is about.
//
// No service sees the language of templates, so what is wrong with that is CloudFormation's to
// refuse. It also checks properties against the schemas of their types: which are required, and
// what kind of value they have.
//
// Sources: docs/aws-behaviour.md, section 11; the schemas, section 3.4.
//
// Parity: Assembly: who refuses a property
type Refuser int

const (
	// Unknown is where no source says who refuses it.
	Unknown Refuser = iota + 1
	// CloudFormation refuses the template before it makes the first resource, or, where only
	// another resource gives a value, once it has that.
	CloudFormation
	// LocalRuntime is where nothing says that AWS refuses it: it is not simulated, or can't be
	// known here.
	LocalRuntime
)

// Services refuse a resource when CloudFormation makes it.
const (
	Cognito Refuser = iota + LocalRuntime + 1
	APIGateway
	Lambda
	SecretsManager
	IAM
)

// services are those of the types that are simulated, by the part of a type that names the service.
var services = map[string]Refuser{
	"Cognito": Cognito, "ApiGatewayV2": APIGateway, "Lambda": Lambda, "SecretsManager": SecretsManager, "IAM": IAM,
}

// ServiceOf is the service that a resource of a type belongs to, and Unknown if there is no name
// for it here.
func ServiceOf(typeName string) Refuser {
	service, _, _ := strings.Cut(strings.TrimPrefix(typeName, "AWS::"), "::")
	return cmp.Or(services[service], Unknown)
}

var sentences = map[Refuser]string{ //nolint:gosec // a service is called Secrets Manager; these are no credentials
	Unknown:        "no source says who refuses it",
	CloudFormation: "CloudFormation refuses the template",
	LocalRuntime:   "a limit of the local runtime",
	Cognito:        "Amazon Cognito refuses it",
	APIGateway:     "Amazon API Gateway refuses it",
	Lambda:         "AWS Lambda refuses it",
	SecretsManager: "AWS Secrets Manager refuses it",
	IAM:            "AWS IAM refuses it",
}

// String is a sentence: Amazon Cognito refuses it.
func (r Refuser) String() string { return sentences[r] }
