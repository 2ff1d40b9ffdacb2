package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	apigw "github.com/aws/aws-cdk-go/awscdk/v2/awsapigatewayv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/jsii-runtime-go"

	"cognito-m2m/config"
	"cognito-m2m/internal/httpapi"
)

// newAccessLogs makes the log group of the access log. Its name is unique to this stack, so that a
// retained one never blocks a new stack.
func newAccessLogs(stack awscdk.Stack, logging *logging) awslogs.LogGroup {
	return logging.newGroup(stack, "AccessLogs", jsii.Sprintf("/aws/vendedlogs/%s-%s", *stack.StackName(), *uniquePart(stack)))
}

// newDefaultStage deploys every change of the API at once, throttles it and logs each request as
// one line of JSON.
func newDefaultStage(stack awscdk.Stack, api *httpAPI, env *config.Environment, logs awslogs.ILogGroup) apigw.HttpStage {
	stage := apigw.NewHttpStage(stack, jsii.String("DefaultStage"), &apigw.HttpStageProps{
		HttpApi:    api.HttpApi,
		StageName:  jsii.String(httpapi.DefaultStage),
		AutoDeploy: jsii.Bool(true),
		Throttle: &apigw.ThrottleSettings{
			RateLimit:  jsii.Number(env.API.Throttle.Rate),
			BurstLimit: jsii.Number(env.API.Throttle.Burst),
		},
		AccessLogSettings: &accessLog{logs: logs, claims: api.authorizer.claims},
	})
	throttleRoutes(stage, api, env.API.Routes)
	return stage
}

// throttleRoutes gives routes limits of their own. API Gateway refuses a setting for a route that
// does not exist yet, so the stage waits for those routes.
func throttleRoutes(stage apigw.HttpStage, api *httpAPI, routes []config.Route) {
	settings := map[string]any{}
	for _, route := range routes {
		if route.Throttle == nil {
			continue
		}
		for _, key := range route.Keys() {
			settings[key] = map[string]any{
				"ThrottlingRateLimit":  route.Throttle.Rate,
				"ThrottlingBurstLimit": route.Throttle.Burst,
			}
			stage.Node().AddDependency(api.routes[key])
		}
	}
	if len(settings) > 0 {
		stage.Node().DefaultChild().(apigw.CfnStage).SetRouteSettings(settings)
	}
}

// accessLog writes the stage's access log to a log group. The group's name begins with
// /aws/vendedlogs/: otherwise every API of the account would add to one resource policy, which has
// a limit of 5,120 characters.
type accessLog struct {
	logs   awslogs.ILogGroup
	claims string // the variable that has a token's claims below it
}

func (a *accessLog) Destination() apigw.IAccessLogDestination {
	return apigw.NewLogGroupLogDestination(a.logs)
}

// Format says who called what with which scope, how it ended and how long it took. It never
// contains a token. Claims are known only once a token was accepted.
func (a *accessLog) Format() awsapigateway.AccessLogFormat {
	return awsapigateway.AccessLogFormat_Custom(jsii.String(`{` +
		`"requestId":"$context.requestId",` +
		`"time":"$context.requestTime",` +
		`"sourceIp":"$context.identity.sourceIp",` +
		`"method":"$context.httpMethod",` +
		`"path":"$context.path",` +
		`"routeKey":"$context.routeKey",` +
		`"status":"$context.status",` +
		`"clientId":"` + a.claims + `.client_id",` +
		`"scope":"` + a.claims + `.scope",` +
		`"authorizerError":"$context.authorizer.error",` +
		`"integrationError":"$context.integrationErrorMessage",` +
		`"integrationLatency":"$context.integrationLatency",` +
		`"responseLatency":"$context.responseLatency",` +
		`"responseLength":"$context.responseLength"` +
		`}`))
}
