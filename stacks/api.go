package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	apigw "github.com/aws/aws-cdk-go/awscdk/v2/awsapigatewayv2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"cognito-m2m/config"
	"cognito-m2m/naming"
)

// newAPIStack has the callers and what answers them: app clients, functions, the HTTP API with its
// authorizer, routes and stage; and what watches them. The app clients are here and not beside the
// pool, so that removing one changes the authorizer's audience in the same stack and never blocks
// on a cross-stack export.
func newAPIStack(scope constructs.Construct, env *config.Environment, identity *identityStack, source Source) awscdk.Stack {
	stack := awscdk.NewStack(scope, jsii.String(naming.APIStack),
		stackProps(env, "App clients with their secrets, functions and the HTTP API they may call."))

	logs := newLogging(stack, env)
	builder := functionBuilder{logging: logs, source: source}
	clients := newClients(stack, identity.pool, env.Clients)
	rotation := addCredentials(stack, identity.pool, clients, builder)
	api := newHTTPAPI(stack, env, identity, clients)
	functions := newFunctions(stack, env, builder)
	integrations := newIntegrations(stack, api.HttpApi, functions)
	for _, route := range env.API.Routes {
		api.protected(route.Scopes).handle(route, integrations[route.Function])
	}
	accessLogs := newAccessLogs(stack, logs)
	defaultStage := newDefaultStage(stack, api, env, accessLogs)
	alarms := addMonitoring(stack, &watched{
		env:        env,
		api:        api.HttpApi,
		accessLogs: accessLogs,
		functions:  functions,
		rotation:   rotation.function,
		clients:    clients,
		poolID:     identity.pool.UserPoolId(),
	})

	output(stack, naming.APIURLOutput, "Base URL of the HTTP API.", baseURL(stack, defaultStage, env))
	output(stack, naming.APIIDOutput, "Id of the HTTP API.", api.ApiId())
	output(stack, naming.IssuerOutput, "Issuer of the access tokens.", identity.issuer(stack))
	output(stack, naming.UserPoolIDOutput, "Id of the user pool.", identity.pool.UserPoolId())
	output(stack, naming.RollbackOutput, "Alarm that may roll a deployment back.", alarms.serverErrors.AlarmArn())
	for _, c := range clients {
		output(stack, naming.ClientOutput(c.props.Name), naming.ClientOutputDescription(c.props.Name), c.appClient.UserPoolClientId())
	}
	return stack
}

// httpAPI is an HTTP API on which every route has the JWT authorizer.
type httpAPI struct {
	apigw.HttpApi
	authorizer apigw.HttpAuthorizer
	scope      constructs.Construct      // of the routes
	routes     map[string]apigw.CfnRoute // by key
}

func newHTTPAPI(stack awscdk.Stack, env *config.Environment, identity *identityStack, clients []*client) *httpAPI {
	api := apigw.NewHttpApi(stack, jsii.String("HttpApi"), &apigw.HttpApiProps{
		ApiName:                   stack.StackName(),
		CreateDefaultStage:        jsii.Bool(false),
		CorsPreflight:             corsPreflight(env.API.CORS),
		DisableExecuteApiEndpoint: jsii.Bool(closesDefaultEndpoint(env)), // false too: left out, it stays closed
	})
	authorizer := apigw.NewHttpAuthorizer(api, jsii.String("Jwt"), &apigw.HttpAuthorizerProps{
		HttpApi:        api,
		Type:           apigw.HttpAuthorizerType_JWT,
		AuthorizerName: jsii.String("Jwt"),
		IdentitySource: jsii.Strings("$request.header.Authorization"),
		JwtIssuer:      identity.issuer(stack),
		JwtAudience:    audience(clients),
	})
	return &httpAPI{HttpApi: api, authorizer: authorizer, scope: group(stack, "Routes"), routes: map[string]apigw.CfnRoute{}}
}

// protected starts a route with its protection: a token of one of the API's clients with at least
// one of the scopes, or any such token if scopes is empty. Every route is made through it, so no
// route can be left open by mistake.
func (a *httpAPI) protected(scopes []string) protection {
	return protection{api: a, scopes: scopes}
}

type protection struct {
	api    *httpAPI
	scopes []string
}

// handle adds the route with its protection. It uses CfnRoute, because HttpRoute makes the
// integration a child of the route that comes first: adding a route would replace it.
func (p protection) handle(route config.Route, integration apigw.HttpIntegration) {
	for _, key := range route.Keys() {
		p.api.routes[key] = apigw.NewCfnRoute(p.api.scope, constructID(key), &apigw.CfnRouteProps{
			ApiId:               p.api.ApiId(),
			RouteKey:            jsii.String(key),
			Target:              jsii.Sprintf("integrations/%s", *integration.IntegrationId()),
			AuthorizationType:   jsii.String("JWT"),
			AuthorizerId:        p.api.authorizer.AuthorizerId(),
			AuthorizationScopes: jsii.Strings(p.scopes...),
		})
	}
}
