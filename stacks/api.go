package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	apigw "github.com/aws/aws-cdk-go/awscdk/v2/awsapigatewayv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"cognito-m2m/config"
	"cognito-m2m/naming"
)

// apiStack has the callers and what answers them: app clients, functions, the HTTP API with its
// authorizer, routes and stage; and what watches them. The app clients are here and not beside the
// pool, so that removing one changes the authorizer's audience in the same stack and never blocks
// on a cross-stack export. Those of groups are in stacks of their own.
type apiStack struct {
	awscdk.Stack
	credentials *credentials
}

func newAPIStack(scope constructs.Construct, env *config.Environment, identity *identityStack, source Source) *apiStack {
	stack := awscdk.NewStack(scope, jsii.String(naming.APIStack),
		stackProps(env, "App clients with their secrets, functions and the HTTP API they may call."))

	logs := newLogging(stack, env)
	builder := functionBuilder{logging: logs, source: source, roles: &[]awsiam.IRole{}}
	clients := newClients(stack, identity.pool.UserPoolId(), env.Clients)
	credentials := addCredentials(stack, identity.pool, clients, builder)
	api := newHTTPAPI(stack, env)
	api.authorizer = newAuthorizer(api.HttpApi, identity, clients, builder)
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
		authorizer: api.authorizer.function,
		rotation:   credentials.rotation.function,
		clients:    clients,
		poolID:     identity.pool.UserPoolId(),
	})

	output(stack, naming.APIURLOutput, "Base URL of the HTTP API.", baseURL(stack, defaultStage, env))
	output(stack, naming.APIIDOutput, "Id of the HTTP API.", api.ApiId())
	output(stack, naming.IssuerOutput, "Issuer of the access tokens.", identity.issuer(stack))
	output(stack, naming.UserPoolIDOutput, "Id of the user pool.", identity.pool.UserPoolId())
	output(stack, naming.RollbackOutput, "Alarm that may roll a deployment back.", alarms.serverErrors.AlarmArn())
	outputClients(stack, clients)
	checkPolicies(stack, *builder.roles)
	return &apiStack{Stack: stack, credentials: credentials}
}

func outputClients(stack awscdk.Stack, clients []*client) {
	for _, c := range clients {
		output(stack, naming.ClientOutput(c.props.Name), naming.ClientOutputDescription(c.props.Name), c.id)
	}
}

// httpAPI is an HTTP API on which every route has the authorizer.
type httpAPI struct {
	apigw.HttpApi
	authorizer *authorizer
	scope      constructs.Construct      // of the routes
	routes     map[string]apigw.CfnRoute // by key
}

func newHTTPAPI(stack awscdk.Stack, env *config.Environment) *httpAPI {
	api := apigw.NewHttpApi(stack, jsii.String("HttpApi"), &apigw.HttpApiProps{
		ApiName:                   stack.StackName(),
		CreateDefaultStage:        jsii.Bool(false),
		CorsPreflight:             corsPreflight(env.API.CORS),
		DisableExecuteApiEndpoint: jsii.Bool(closesDefaultEndpoint(env)), // false too: left out, it stays closed
	})
	return &httpAPI{HttpApi: api, scope: group(stack, "Routes"), routes: map[string]apigw.CfnRoute{}}
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
// integration a child of the route that comes first: adding a route would replace it. The scopes of
// a route behind a function authorizer are in a file of the function, see routeScopes, and in the
// template for whoever reads it. Such a route waits until the function may be called: until then it
// would answer 500.
func (p protection) handle(route config.Route, integration apigw.HttpIntegration) {
	authorizer := p.api.authorizer
	var scopes *[]*string
	if authorizer.checksScope {
		scopes = jsii.Strings(p.scopes...)
	}
	for _, key := range route.Keys() {
		made := apigw.NewCfnRoute(p.api.scope, constructID(key), &apigw.CfnRouteProps{
			ApiId:               p.api.ApiId(),
			RouteKey:            jsii.String(key),
			Target:              jsii.Sprintf("integrations/%s", *integration.IntegrationId()),
			AuthorizationType:   jsii.String(authorizer.routeType),
			AuthorizerId:        authorizer.id,
			AuthorizationScopes: scopes,
		})
		if route.Description != "" {
			made.AddMetadata(jsii.String(naming.DescriptionMetadata), jsii.String(route.Description))
		}
		if !authorizer.checksScope {
			made.AddMetadata(jsii.String(naming.ScopesMetadata), jsii.Strings(p.scopes...))
			made.Node().AddDependency(authorizer.permissions...)
		}
		p.api.routes[key] = made
	}
}
