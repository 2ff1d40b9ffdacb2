package assembly

import (
	"strings"

	"cognito-m2m/internal/assembly/template"
)

// simulatedType is a type of resource that plays a part in a run.
type simulatedType struct {
	*template.Type

	// anywhere says that it may lie outside the run's Region and account.
	anywhere bool

	// read adds a resource of the type to the model.
	read func(b *builder, r *template.Resource, v template.Values)
}

// simulatedTypes are the types that play a part in a run; the others that this package knows are in
// notsimulated.go.
var simulatedTypes = map[string]simulatedType{
	"AWS::Cognito::UserPool":                {&userPool, false, readUserPool},
	"AWS::Cognito::UserPoolResourceServer":  {&resourceServer, false, readResourceServer},
	"AWS::Cognito::UserPoolClient":          {&userPoolClient, false, readUserPoolClient},
	"AWS::Cognito::UserPoolDomain":          {&userPoolDomain, false, readUserPoolDomain},
	"AWS::ApiGatewayV2::Api":                {&httpAPI, false, readAPI},
	"AWS::ApiGatewayV2::Authorizer":         {&authorizer, false, readAuthorizer},
	"AWS::ApiGatewayV2::Integration":        {&integration, false, readIntegration},
	"AWS::ApiGatewayV2::Route":              {&route, false, readRoute},
	"AWS::ApiGatewayV2::Stage":              {&apiStage, false, readAPIStage},
	"AWS::Lambda::Function":                 {&function, false, readFunction},
	"AWS::Lambda::Permission":               {&permission, false, readPermission},
	"AWS::SecretsManager::Secret":           {&secret, false, readSecret},
	"AWS::SecretsManager::RotationSchedule": {&rotationSchedule, false, readRotationSchedule},
	"AWS::SecretsManager::ResourcePolicy":   {&secretPolicy, true, readSecretPolicy},
	"AWS::IAM::Role":                        {&role, true, readRole},
	"AWS::IAM::Policy":                      {&inlinePolicy, true, readInlinePolicy},
	"AWS::IAM::RolePolicy":                  {&rolePolicy, true, readRolePolicy},
	"AWS::IAM::ManagedPolicy":               {&managedPolicy, true, readManagedPolicy},
	"AWS::KMS::Key":                         {&key, true, readKey},
	"AWS::KMS::Alias":                       {&keyAlias, true, readKeyAlias},
}

// typeNamed returns nil for a type that is not known.
//
// Parity: CloudFormation: custom resources
func typeNamed(name string) *template.Type {
	if t, ok := simulatedTypes[name]; ok {
		return t.Type
	}
	if t, ok := notSimulatedTypes[name]; ok {
		return &t
	}
	if name == "AWS::CloudFormation::CustomResource" || strings.HasPrefix(name, "Custom::") {
		return &customResource
	}
	return nil
}

// Simulated reports whether resources of a type play a part in a run.
func Simulated(typeName string) bool {
	_, ok := simulatedTypes[typeName]
	return ok
}

// Known reports whether a type is simulated, or known to play no part in a run.
func Known(typeName string) bool { return typeNamed(typeName) != nil }
