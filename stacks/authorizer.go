package stacks

import (
	"encoding/json"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	apigw "github.com/aws/aws-cdk-go/awscdk/v2/awsapigatewayv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"cognito-m2m/config"
	"cognito-m2m/internal/lambdapolicy"
	"cognito-m2m/naming"
)

// authorizer checks the tokens in front of every route.
type authorizer struct {
	id          *string
	routeType   string // AuthorizationType of a route behind it
	checksScope bool   // it reads the scopes of a route in the template
	claims      string // the variable of the access log that has a token's claims below it
	permissions []constructs.IDependable

	function awslambda.Function // nil: API Gateway itself checks
}

// newAuthorizer makes the one that the environment asks for.
func newAuthorizer(api apigw.HttpApi, identity *identityStack, clients []*client, builder functionBuilder) *authorizer {
	if builder.logging.env.API.Authorizer != nil {
		return newFunctionAuthorizer(api, identity, builder)
	}
	return newJWTAuthorizer(api, identity, clients)
}

// newJWTAuthorizer trusts exactly these clients.
func newJWTAuthorizer(api apigw.HttpApi, identity *identityStack, clients []*client) *authorizer {
	made := apigw.NewHttpAuthorizer(api, jsii.String("Jwt"), &apigw.HttpAuthorizerProps{
		HttpApi:        api,
		Type:           apigw.HttpAuthorizerType_JWT,
		AuthorizerName: jsii.String("Jwt"),
		IdentitySource: jsii.Strings("$request.header.Authorization"),
		JwtIssuer:      identity.issuer(api.Stack()),
		JwtAudience:    audience(clients),
	})
	return &authorizer{id: made.AuthorizerId(), routeType: "JWT", checksScope: true, claims: "$context.authorizer.claims"}
}

const (
	authorizerMemoryMB = 256
	authorizerTimeout  = 10 * time.Second // API Gateway waits no longer
)

// newFunctionAuthorizer trusts every client of the user pool, so it takes as many as the pool. The
// route is an identity source: API Gateway remembers an answer by the identity sources alone, and
// what a token may do on one route it may then do on all.
func newFunctionAuthorizer(api apigw.HttpApi, identity *identityStack, builder functionBuilder) *authorizer {
	stack, env := api.Stack(), builder.logging.env
	scope := group(stack, "Authorizer")
	function := builder.build(scope, functionProps{
		name:     naming.AuthorizerFunction,
		memoryMB: authorizerMemoryMB,
		timeout:  authorizerTimeout,
		tracing:  env.Tracing,
		beside:   map[string][]byte{naming.ScopesFile: routeScopes(env.API.Routes)},
		environment: map[string]*string{
			naming.IssuerVariable:      identity.issuer(stack),
			naming.RefusedPathVariable: jsii.String(naming.RefusedPath(env.Name)),
		},
	})
	reading := function.Role().AddToPrincipalPolicy(readRefused(stack, env))
	made := apigw.NewHttpAuthorizer(api, jsii.String("Function"), &apigw.HttpAuthorizerProps{
		HttpApi:               api,
		Type:                  apigw.HttpAuthorizerType_LAMBDA,
		AuthorizerName:        jsii.String("Function"),
		AuthorizerUri:         invocations(stack, function),
		IdentitySource:        jsii.Strings("$request.header.Authorization", "$context.routeKey"),
		PayloadFormatVersion:  apigw.AuthorizerPayloadVersion_VERSION_2_0,
		EnableSimpleResponses: jsii.Bool(true),
		ResultsCacheTtl:       awscdk.Duration_Seconds(jsii.Number(env.API.Authorizer.TTL.Seconds())),
	})
	permission := permitAuthorizer(scope, api, function, made.AuthorizerId())
	return &authorizer{
		id: made.AuthorizerId(), routeType: "CUSTOM", claims: "$context.authorizer", function: function,
		permissions: []constructs.IDependable{permission, reading.PolicyDependable},
	}
}

// routeScopes is the authorizer function's file. A route for any token has an empty list.
func routeScopes(routes []config.Route) []byte {
	scopes := map[string][]string{}
	for _, route := range routes {
		for _, key := range route.Keys() {
			scopes[key] = append([]string{}, route.Scopes...)
		}
	}
	file, err := json.MarshalIndent(scopes, "", "  ") // sorts the keys
	if err != nil {
		panic(err) // can't be: it is text
	}
	return append(file, '\n')
}

// readRefused allows to read the list of refused clients. The resource is the path as it is asked
// for, which has no slash at its end.
func readRefused(stack awscdk.Stack, env *config.Environment) awsiam.PolicyStatement {
	return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Actions: jsii.Strings("ssm:GetParametersByPath"),
		Resources: &[]*string{stack.FormatArn(&awscdk.ArnComponents{
			Service:      jsii.String("ssm"),
			Resource:     jsii.String("parameter"),
			ResourceName: jsii.String(naming.Folder(env.Name) + "refused"),
		})},
	})
}

// invocations is the function as API Gateway names it.
func invocations(stack awscdk.Stack, function awslambda.IFunction) *string {
	return stack.FormatArn(&awscdk.ArnComponents{
		Service:      jsii.String("apigateway"),
		Account:      jsii.String("lambda"),
		Resource:     jsii.String("path/2015-03-31/functions"),
		ResourceName: jsii.Sprintf("%s/invocations", *function.FunctionArn()),
	})
}

// permitAuthorizer allows exactly this authorizer to call the function.
func permitAuthorizer(scope constructs.Construct, api apigw.HttpApi, function awslambda.IFunction, authorizerID *string) constructs.IDependable {
	return awslambda.NewCfnPermission(scope, jsii.String("Permission"), &awslambda.CfnPermissionProps{
		Action:       jsii.String(lambdapolicy.InvokeFunction),
		FunctionName: function.FunctionArn(),
		Principal:    jsii.String(lambdapolicy.APIGateway),
		SourceArn: api.Stack().FormatArn(&awscdk.ArnComponents{
			Service:      jsii.String("execute-api"),
			Resource:     api.ApiId(),
			ResourceName: jsii.Sprintf("authorizers/%s", *authorizerID),
		}),
	})
}
