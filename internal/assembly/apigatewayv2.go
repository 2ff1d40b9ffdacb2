package assembly

import (
	"maps"
	"regexp"
	"slices"

	"cognito-m2m/internal/httpapi"
)

var httpAPI = resourceType{
	properties: properties{
		"Name":         text().must().like(`^.{1,128}$`),
		"ProtocolType": oneOf("HTTP", "WEBSOCKET").only("HTTP").must(),
		"CorsConfiguration": object(properties{
			"AllowCredentials": flag(),
			"AllowHeaders":     texts(),
			"AllowMethods":     texts(),
			"AllowOrigins":     texts(),
			"ExposeHeaders":    texts(),
			"MaxAge":           whole(-1, 86400),
		}),
		"DisableExecuteApiEndpoint": flag(),
		"Description":               noEffect(),
		"FailOnWarnings":            noEffect(),
		"IpAddressType":             oneOf("ipv4", "dualstack"),
		"Tags":                      noEffect(),
		"Version":                   noEffect(),
		"Body":                      unsupported("an API made from an OpenAPI body is not simulated; declare its routes as resources"),
		"BodyS3Location":            unsupported("an API made from an OpenAPI body is not simulated; declare its routes as resources"),
	},
	ref: generatedID,
	attributes: map[string]attribute{
		"ApiId":         generatedID,
		"ApiEndpoint":   apiEndpoint,
		"ExecuteApiArn": arnOf("execute-api", "%", generatedID),
	},
	read: readAPI,
}

func apiEndpoint(at place, r *resource) (any, bool) {
	id, ok := r.id(at)
	return "https://" + id + ".execute-api." + r.scope.region + "." + r.scope.urlSuffix(), ok
}

func readAPI(b *builder, r *resource, v values) {
	api := API{Resource: r.source(), ID: r.reference()}
	if cors := v.object("CorsConfiguration"); cors != nil {
		api.CORS = &CORS{
			AllowCredentials: cors.flag("AllowCredentials"),
			AllowHeaders:     cors.texts("AllowHeaders"),
			AllowMethods:     cors.texts("AllowMethods"),
			AllowOrigins:     cors.texts("AllowOrigins"),
			ExposeHeaders:    cors.texts("ExposeHeaders"),
			MaxAge:           cors.optionalWhole("MaxAge"),
		}
	}
	r.checkReachable()
	b.model.APIs = append(b.model.APIs, api)
}

// checkReachable wants a custom domain for an API whose own endpoint is disabled. The one address of a local run then
// stands for that domain.
//
// Parity: Assembly: a disabled execute-api endpoint
func (r *resource) checkReachable() {
	disabled, _ := r.property("DisableExecuteApiEndpoint")
	if disabled == true && !r.scope.has("AWS::ApiGatewayV2::ApiMapping") {
		r.place().field("DisableExecuteApiEndpoint").unsupported(
			"an API whose execute-api endpoint is disabled answers 404 there, which is not simulated without a custom domain")
	}
}

var apiStage = resourceType{
	properties: properties{
		"ApiId":      text().must(),
		"StageName":  text().must().like(httpapi.StageName),
		"AutoDeploy": flag(),
		"AccessLogSettings": object(properties{
			"DestinationArn": text().must(),
			"Format":         text().must(),
		}),
		"DefaultRouteSettings": object(routeSettings),
		"RouteSettings":        mapOf(object(routeSettings)),
		"StageVariables":       mapOf(text()),
		"DeploymentId":         text(),
		"Description":          noEffect(),
		"Tags":                 noEffect(),
	},
	ref:  valueOf("StageName"),
	read: readAPIStage,
}

var routeSettings = properties{
	"ThrottlingBurstLimit":   whole(0, 1<<31-1),
	"ThrottlingRateLimit":    number(),
	"DetailedMetricsEnabled": noEffect(),
}

func readAPIStage(b *builder, r *resource, v values) {
	stage := APIStage{
		Resource:             r.source(),
		Name:                 v.text("StageName"),
		Variables:            v.textMap("StageVariables"),
		AccessLogFormat:      v.object("AccessLogSettings").text("Format"),
		DefaultRouteSettings: readRouteSettings(v.object("DefaultRouteSettings")),
		RouteSettings:        map[string]RouteSettings{},
	}
	perRoute := v.object("RouteSettings")
	for key := range perRoute {
		stage.RouteSettings[key] = readRouteSettings(perRoute.object(key))
	}
	r.checkDeployed()
	b.checkStageVariables(stage)
	b.attach(stage.Resource, v.text("ApiId"), func(api *API) { api.Stages = append(api.Stages, stage) })
}

// What names and values of stage variables may have.
//
// Source: API Gateway V2 API reference, Stage.
var (
	stageVariableName  = regexp.MustCompile(`^[A-Za-z0-9_]+$`)
	stageVariableValue = regexp.MustCompile(`^[A-Za-z0-9._~:/?#&=,-]+$`)
)

func (b *builder) checkStageVariables(stage APIStage) {
	for _, name := range slices.Sorted(maps.Keys(stage.Variables)) {
		if !stageVariableName.MatchString(name) || !stageVariableValue.MatchString(stage.Variables[name]) {
			b.fail(stage.Resource, "StageVariables", "%q: names have letters, digits and underscores, values letters, digits and -._~:/?#&=,", name)
		}
	}
}

// checkDeployed passes over properties that could not be read, because those were reported.
//
// Parity: Assembly: values that are not simulated
func (r *resource) checkDeployed() {
	automatic, okAutomatic := r.property("AutoDeploy")
	deployment, okDeployment := r.text("DeploymentId")
	if okAutomatic && okDeployment && automatic != true && deployment == "" {
		r.place().field("AutoDeploy").unsupported(
			"a stage that is neither deployed automatically nor names a deployment serves nothing, which is not simulated")
	}
}

func readRouteSettings(v values) RouteSettings {
	return RouteSettings{
		ThrottlingBurstLimit: v.optionalWhole("ThrottlingBurstLimit"),
		ThrottlingRateLimit:  v.optionalNumber("ThrottlingRateLimit"),
	}
}
