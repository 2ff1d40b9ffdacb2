package stacks

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdklambdagoalpha/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"cognito-m2m/naming"
)

// functionProps says what one function is.
type functionProps struct {
	name        string // its folder under lambda/
	memoryMB    int
	timeout     time.Duration      // of one invocation
	environment map[string]*string // visible to everyone who can see the function: never a secret
	tracing     bool               // X-Ray samples its invocations
}

// functionBuilder builds the functions of one stack, all alike.
type functionBuilder struct {
	logging *logging
	source  Source
}

// build builds one folder under lambda/ into a Go function, with its own log group
// and a role that may write to that log group and nothing else.
func (b functionBuilder) build(scope constructs.Construct, props functionProps) awslambda.IFunction {
	this := constructs.NewConstruct(scope, jsii.String(naming.PascalCase(props.name)))

	logs := b.logging.newGroup(this, "Logs", nil)
	role := awsiam.NewRole(this, jsii.String("Role"), &awsiam.RoleProps{
		AssumedBy: awsiam.NewServicePrincipal(jsii.String("lambda.amazonaws.com"), nil),
	})
	logs.GrantWrite(role)

	function := awscdklambdagoalpha.NewGoFunction(this, jsii.String("Handler"), &awscdklambdagoalpha.GoFunctionProps{
		Entry:         jsii.String(b.source.folder(props.name)),
		ModuleDir:     jsii.String(b.source.module()),
		Bundling:      reproducibleBuild(),
		Runtime:       awslambda.Runtime_PROVIDED_AL2023(),
		Architecture:  awslambda.Architecture_ARM_64(),
		MemorySize:    jsii.Number(props.memoryMB),
		Timeout:       awscdk.Duration_Seconds(jsii.Number(props.timeout.Seconds())),
		Environment:   &props.environment,
		Role:          role,
		LogGroup:      logs,
		LoggingFormat: awslambda.LoggingFormat_JSON,
		Tracing:       tracing(props.tracing),
	})
	if !props.tracing { // in writing: left out of an update, a setting stays
		function.Node().DefaultChild().(awslambda.CfnFunction).SetTracingConfig(&awslambda.CfnFunction_TracingConfigProperty{Mode: jsii.String("PassThrough")})
	}
	return function
}

// tracing makes Lambda decide which invocations X-Ray sees: one in a second and one in
// twenty of the rest. Off is left unset, because CDK's own word for off also gives the
// role permissions.
func tracing(on bool) awslambda.Tracing {
	if on {
		return awslambda.Tracing_ACTIVE
	}
	return ""
}

// reproducibleBuild makes the binary, and with it the asset's hash, depend on
// the source and the Go version alone: no paths and no revision of the machine
// that built it, nor that machine's own flags. lambda.norpc leaves out
// the runtime that AL2023 does not use.
func reproducibleBuild() *awscdklambdagoalpha.BundlingOptions {
	return &awscdklambdagoalpha.BundlingOptions{
		CgoEnabled: jsii.Bool(false),
		Environment: &map[string]*string{
			"GOFLAGS":   jsii.String("-trimpath -buildvcs=false -tags=lambda.norpc '-ldflags=-s -w'"),
			"GOARM64":   jsii.String("v8.0"),
			"GOFIPS140": jsii.String("off"),
			"GOWORK":    jsii.String("off"),
		},
	}
}
