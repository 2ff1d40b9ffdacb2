package assembly

import "strings"

// resourceTypes are the types this package knows: those with a table of properties are simulated, the others are in
// notsimulated.go.
var resourceTypes = map[string]*resourceType{
	"AWS::Cognito::UserPool":                &userPool,
	"AWS::Cognito::UserPoolResourceServer":  &resourceServer,
	"AWS::Cognito::UserPoolClient":          &userPoolClient,
	"AWS::Cognito::UserPoolDomain":          &userPoolDomain,
	"AWS::ApiGatewayV2::Api":                &httpAPI,
	"AWS::ApiGatewayV2::Authorizer":         &authorizer,
	"AWS::ApiGatewayV2::Integration":        &integration,
	"AWS::ApiGatewayV2::Route":              &route,
	"AWS::ApiGatewayV2::Stage":              &apiStage,
	"AWS::Lambda::Function":                 &function,
	"AWS::Lambda::Permission":               &permission,
	"AWS::SecretsManager::Secret":           &secret,
	"AWS::SecretsManager::RotationSchedule": &rotationSchedule,
}

// typeNamed returns nil for a type that is not known.
func typeNamed(name string) *resourceType {
	if t, ok := resourceTypes[name]; ok {
		return t
	}
	if t, ok := notSimulatedTypes[name]; ok {
		return &t
	}
	if name == "AWS::CloudFormation::CustomResource" || strings.HasPrefix(name, "Custom::") {
		return &customResource
	}
	return nil
}
