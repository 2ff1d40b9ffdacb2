package assembly

import (
	"strings"

	"cognito-m2m/internal/assembly/template"
)

// simulatedType is a type of resource that plays a part in a run.
type simulatedType struct {
	*template.Type

	// read adds a resource of the type to the model.
	read func(b *builder, r *template.Resource, v template.Values)
}

// simulatedTypes are the types that play a part in a run; the others that this package knows are in
// notsimulated.go.
var simulatedTypes = map[string]simulatedType{
	"AWS::Cognito::UserPool":                {&userPool, readUserPool},
	"AWS::Cognito::UserPoolResourceServer":  {&resourceServer, readResourceServer},
	"AWS::Cognito::UserPoolClient":          {&userPoolClient, readUserPoolClient},
	"AWS::Cognito::UserPoolDomain":          {&userPoolDomain, readUserPoolDomain},
	"AWS::ApiGatewayV2::Api":                {&httpAPI, readAPI},
	"AWS::ApiGatewayV2::Authorizer":         {&authorizer, readAuthorizer},
	"AWS::ApiGatewayV2::Integration":        {&integration, readIntegration},
	"AWS::ApiGatewayV2::Route":              {&route, readRoute},
	"AWS::ApiGatewayV2::Stage":              {&apiStage, readAPIStage},
	"AWS::Lambda::Function":                 {&function, readFunction},
	"AWS::Lambda::Permission":               {&permission, readPermission},
	"AWS::SecretsManager::Secret":           {&secret, readSecret},
	"AWS::SecretsManager::RotationSchedule": {&rotationSchedule, readRotationSchedule},
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
