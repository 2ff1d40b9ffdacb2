package stacks

import (
	"maps"
	"slices"

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

// newFunctions makes each function that a route names, once. The result is by function name.
func newFunctions(stack awscdk.Stack, env *config.Environment, builder functionBuilder) map[string]awslambda.IFunction {
	scope := group(stack, "Functions")
	functions := map[string]awslambda.IFunction{}
	for _, f := range env.Functions {
		functions[f.Name] = builder.build(scope, functionProps{
			name:        f.Name,
			memoryMB:    f.MemoryMB,
			timeout:     f.Timeout,
			environment: variables(f.Environment),
			tracing:     env.Tracing,
		})
	}
	return functions
}

// newIntegrations makes the integrations that call the functions, and permits the calls. The result
// is by function name.
func newIntegrations(stack awscdk.Stack, api apigw.HttpApi, functions map[string]awslambda.IFunction) map[string]apigw.HttpIntegration {
	scope := group(stack, "Integrations")
	integrations := map[string]apigw.HttpIntegration{}
	for _, name := range slices.Sorted(maps.Keys(functions)) {
		permitInvocation(functions[name], api)
		integrations[name] = newIntegration(scope, name, api, functions[name])
	}
	return integrations
}

func variables(plain map[string]string) map[string]*string {
	var pointers map[string]*string
	for name, value := range plain {
		if pointers == nil {
			pointers = map[string]*string{}
		}
		pointers[name] = jsii.String(value)
	}
	return pointers
}

// permitInvocation allows the whole API to invoke the function, and nothing else. On a large API, a
// permission per route would overflow the function's resource policy of 20 KB. The ARN has two
// stars, not three: the source ARN of the route $default ends with `/$default` after the stage,
// where others have method and path.
func permitInvocation(function awslambda.IFunction, api apigw.HttpApi) {
	everyRoute := api.Stack().FormatArn(&awscdk.ArnComponents{
		Service:      jsii.String("execute-api"),
		Resource:     api.ApiId(),
		ResourceName: jsii.String("*/*"),
	})
	function.AddPermission(jsii.String("HttpApi"), &awslambda.Permission{
		Principal: awsiam.NewServicePrincipal(jsii.String(lambdapolicy.APIGateway), nil),
		SourceArn: everyRoute,
	})
}

func newIntegration(scope constructs.Construct, name string, api apigw.HttpApi, function awslambda.IFunction) apigw.HttpIntegration {
	return apigw.NewHttpIntegration(scope, jsii.String(naming.PascalCase(name)), &apigw.HttpIntegrationProps{
		HttpApi:              api,
		IntegrationType:      apigw.HttpIntegrationType_AWS_PROXY,
		IntegrationUri:       function.FunctionArn(),
		PayloadFormatVersion: apigw.PayloadFormatVersion_VERSION_2_0(),
	})
}
