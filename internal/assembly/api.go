package assembly

import (
	"cognito-m2m/internal/assembly/template"
	"cognito-m2m/internal/httpapi"
)

var httpAPI = template.Type{
	Properties: template.Properties{
		"Name":         template.Text().NeededBy(template.APIGateway).Like(`^.{1,128}$`),
		"ProtocolType": template.OneOf("HTTP", "WEBSOCKET").Only("HTTP").NeededBy(template.APIGateway),
		"CorsConfiguration": template.Object(template.Properties{
			"AllowCredentials": template.Flag(),
			"AllowHeaders":     template.Texts(),
			"AllowMethods":     template.Texts(),
			"AllowOrigins":     template.Texts(),
			"ExposeHeaders":    template.Texts(),
			"MaxAge":           template.Whole(-1, 86400),
		}),
		"DisableExecuteApiEndpoint": template.Flag(),
		"Description":               template.NoEffect(),
		"FailOnWarnings":            template.NoEffect(),
		"IpAddressType":             template.OneOf("ipv4", "dualstack"),
		"Tags":                      template.NoEffect(),
		"Version":                   template.NoEffect(),
		"Body":                      template.NotSimulated("an API made from an OpenAPI body is not simulated; declare its routes as resources"),
		"BodyS3Location":            template.NotSimulated("an API made from an OpenAPI body is not simulated; declare its routes as resources"),
	},
	Ref: template.GeneratedID,
	Attributes: map[string]template.Attribute{
		"ApiId":         template.GeneratedID,
		"ApiEndpoint":   apiEndpoint,
		"ExecuteApiArn": template.ARNOf("execute-api", "%", template.GeneratedID),
	},
}

func apiEndpoint(at template.Place, r *template.Resource) (string, bool) {
	id, ok := r.ID(at)
	return "https://" + httpapi.Host(id, r.Location().Region), ok
}

func readAPI(b *builder, r *template.Resource, v template.Values) {
	api := API{Resource: r.Source(), ID: r.Reference()}
	if cors := v.Object("CorsConfiguration"); cors != nil {
		api.CORS = &CORS{
			AllowCredentials: cors.Flag("AllowCredentials"),
			AllowHeaders:     cors.Texts("AllowHeaders"),
			AllowMethods:     cors.Texts("AllowMethods"),
			AllowOrigins:     cors.Texts("AllowOrigins"),
			ExposeHeaders:    cors.Texts("ExposeHeaders"),
			MaxAge:           cors.OptionalWhole("MaxAge"),
		}
	}
	b.checkReachable(r)
	b.model.APIs = append(b.model.APIs, api)
}

// checkReachable reports an API whose own endpoint is disabled and that has no custom domain. With
// one, the address of a local run stands for that domain.
//
// Parity: Assembly: a disabled execute-api endpoint
func (b *builder) checkReachable(r *template.Resource) {
	disabled, _ := r.Property("DisableExecuteApiEndpoint")
	if disabled == true && !r.Beside("AWS::ApiGatewayV2::ApiMapping") {
		b.unsupported(r.Source(), "DisableExecuteApiEndpoint",
			"an API whose execute-api endpoint is disabled answers 404 there, which is not simulated without a custom domain")
	}
}

// checkAPI looks at the parts of one API beside each other.
func (b *builder) checkAPI(api *API) {
	if cors := api.CORS; cors != nil && cors.AllowCredentials && !httpapi.CredentialsAllowed(cors.AllowOrigins) {
		b.fail(api.Resource, "CorsConfiguration", "%s", httpapi.CredentialsRefused)
	}
	authorizers, integrations := map[string]Authorizer{}, map[string]bool{}
	for _, a := range api.Authorizers {
		authorizers[a.ID] = a
		b.checkAuthorizer(a)
	}
	if count := len(api.Integrations); count > httpapi.MaxIntegrations {
		b.fail(api.Resource, "", "the API has %d integrations, and AWS allows %d", count, httpapi.MaxIntegrations)
	}
	for _, i := range api.Integrations {
		integrations[i.ID] = true
		b.checkFunction(i.Resource, "IntegrationUri", i.FunctionARN)
	}
	b.checkRouteKeys(api.Routes)
	for _, r := range api.Routes {
		b.checkRoute(r, authorizers, integrations)
	}
	stages := owners{}
	for _, s := range api.Stages {
		if other, taken := stages.claim(s.Name, s.Resource); taken {
			b.fail(s.Resource, "StageName", "the API already has the stage %s, as %s", s.Name, other)
		}
		b.checkStage(s, api.Routes)
	}
}
