package assembly

import (
	"maps"
	"regexp"
	"slices"

	"cognito-m2m/internal/assembly/template"
	"cognito-m2m/internal/httpapi"
)

var apiStage = template.Type{
	Properties: template.Properties{
		"ApiId":      template.Text().Must(),
		"StageName":  template.Text().Must().Like(httpapi.StageName),
		"AutoDeploy": template.Flag(),
		"AccessLogSettings": template.Object(template.Properties{
			"DestinationArn": template.Text().NeededBy(template.Unknown),
			"Format":         template.Text().NeededBy(template.Unknown),
		}),
		"DefaultRouteSettings": template.Object(routeSettings),
		"RouteSettings":        template.MapOf(template.Object(routeSettings)),
		"StageVariables":       template.MapOf(template.Text()),
		"DeploymentId":         template.Text(),
		"Description":          template.NoEffect(),
		"Tags":                 template.NoEffect(),
	},
	Ref: template.ValueOf("StageName"),
}

var routeSettings = template.Properties{
	"ThrottlingBurstLimit":   template.Whole(0, 1<<31-1),
	"ThrottlingRateLimit":    template.Number(),
	"DetailedMetricsEnabled": template.NoEffect(),
}

func readAPIStage(b *builder, r *template.Resource, v template.Values) {
	stage := APIStage{
		Resource:             r.Source(),
		Name:                 v.Text("StageName"),
		Variables:            v.TextMap("StageVariables"),
		AccessLogFormat:      v.Object("AccessLogSettings").Text("Format"),
		DefaultRouteSettings: readRouteSettings(v.Object("DefaultRouteSettings")),
		RouteSettings:        map[string]RouteSettings{},
	}
	perRoute := v.Object("RouteSettings")
	for key := range perRoute.All() {
		stage.RouteSettings[key] = readRouteSettings(perRoute.Object(key))
	}
	b.checkDeployed(r)
	b.checkStageVariables(stage)
	b.attach(stage.Resource, v.Text("ApiId"), func(api *API) { api.Stages = append(api.Stages, stage) })
}

func readRouteSettings(v template.Values) RouteSettings {
	return RouteSettings{
		ThrottlingBurstLimit: v.OptionalWhole("ThrottlingBurstLimit"),
		ThrottlingRateLimit:  v.OptionalNumber("ThrottlingRateLimit"),
	}
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
func (b *builder) checkDeployed(r *template.Resource) {
	automatic, okAutomatic := r.Property("AutoDeploy")
	deployment, okDeployment := r.Text("DeploymentId")
	if okAutomatic && okDeployment && automatic != true && deployment == "" {
		b.unsupported(r.Source(), "AutoDeploy",
			"a stage that is neither deployed automatically nor names a deployment serves nothing, which is not simulated")
	}
}

// checkStage passes over a format that could not be read, which has been reported.
func (b *builder) checkStage(s APIStage, routes []Route) {
	if s.AccessLogFormat != "" {
		if _, err := httpapi.ParseLogFormat(s.AccessLogFormat); err != nil {
			b.fail(s.Resource, "AccessLogSettings.Format", "%v", err)
		}
	}
	if count := len(s.Variables); count > httpapi.MaxStageVariables {
		b.fail(s.Resource, "StageVariables", "%d stage variables, and AWS allows %d", count, httpapi.MaxStageVariables)
	}
	hasRoute := func(key string) bool { // a route whose key could not be read may be the one
		return slices.ContainsFunc(routes, func(r Route) bool { return r.Key == key || r.Key == "" })
	}
	for _, key := range httpapi.WithoutRoute(s.RouteSettings, hasRoute) {
		b.fail(s.Resource, "RouteSettings", "there are settings for %q, and the API has no such route", key)
	}
}
