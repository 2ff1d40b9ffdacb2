package change

import (
	"encoding/json"
	"maps"
)

// nameProperties are the properties by which a person tells resources of a type apart.
var nameProperties = map[string]string{
	"AWS::ApiGatewayV2::Api":               "Name",
	"AWS::ApiGatewayV2::Authorizer":        "Name",
	"AWS::ApiGatewayV2::DomainName":        "DomainName",
	"AWS::ApiGatewayV2::Route":             "RouteKey",
	"AWS::ApiGatewayV2::Stage":             "StageName",
	appClient:                              "ClientName",
	"AWS::Cognito::UserPoolResourceServer": "Identifier",
	"AWS::IAM::OIDCProvider":               "Url",
	"AWS::Route53::HostedZone":             "Name",
	"AWS::Route53::RecordSet":              "Name",
}

// appClient is the type whose resources people rename: one that is the same but for its name is the
// same client.
const appClient = "AWS::Cognito::UserPoolClient"

// Name is what a person calls the resource by, such as the ClientName of an app client. ok is false
// for a type without such a property, and for a name that is not text in the template.
func (r *Resource) Name() (name string, ok bool) {
	name, ok = r.Properties[nameProperties[r.Type]].(string)
	return name, ok && nameProperties[r.Type] != ""
}

// identities say, one after the other, when the resources of two versions are the same one: by
// logical id, by name, and for app clients by everything but the name. An empty text says nothing.
var identities = []func(*Resource) string{
	// CloudFormation can't turn a resource into one of another type.
	func(r *Resource) string { return r.LogicalID + " " + r.Type },
	func(r *Resource) string {
		name, _ := r.Name()
		if name == "" {
			return ""
		}
		return r.Type + " " + name
	},
	func(r *Resource) string {
		if r.Type != appClient {
			return ""
		}
		rest := maps.Clone(r.Properties)
		delete(rest, nameProperties[r.Type])
		encoded, err := json.Marshal(rest) // maps are written in the order of their keys
		if err != nil {
			return ""
		}
		return r.Type + " " + string(encoded)
	},
}
