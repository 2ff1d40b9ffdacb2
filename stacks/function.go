package stacks

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"cognito-m2m/internal/policylimits"
	"cognito-m2m/naming"
)

// functionProps says what one function is.
type functionProps struct {
	name        string // its folder under lambda/
	memoryMB    int
	timeout     time.Duration      // of one invocation
	environment map[string]*string // visible to everyone who can see the function: never a secret
	tracing     bool               // X-Ray samples its invocations
	beside      map[string][]byte  // files beside the binary

	reservedConcurrency int // 0: it shares the account's
}

// functionBuilder builds the functions of one stack, all alike.
type functionBuilder struct {
	logging *logging
	source  Source
	roles   *[]awsiam.IRole // of what was built
}

// build builds one folder under lambda/ into a Go function, with its own log group and a role that
// may write to that log group and nothing else.
func (b functionBuilder) build(scope constructs.Construct, props functionProps) awslambda.Function {
	this := constructs.NewConstruct(scope, jsii.String(naming.PascalCase(props.name)))

	logs := b.logging.newGroup(this, "Logs", nil)
	role := awsiam.NewRole(this, jsii.String("Role"), &awsiam.RoleProps{
		AssumedBy: awsiam.NewServicePrincipal(jsii.String("lambda.amazonaws.com"), nil),
	})
	logs.GrantWrite(role)
	*b.roles = append(*b.roles, role)

	function := awslambda.NewFunction(this, jsii.String("Handler"), &awslambda.FunctionProps{
		Code:          b.code(this, props),
		Handler:       jsii.String("bootstrap"),
		Runtime:       awslambda.Runtime_PROVIDED_AL2023(),
		Architecture:  awslambda.Architecture_ARM_64(),
		MemorySize:    jsii.Number(props.memoryMB),
		Timeout:       awscdk.Duration_Seconds(jsii.Number(props.timeout.Seconds())),
		Environment:   &props.environment,
		Role:          role,
		LogGroup:      logs,
		LoggingFormat: awslambda.LoggingFormat_JSON,
		Tracing:       tracing(props.tracing),

		ReservedConcurrentExecutions: reserved(props.reservedConcurrency),
	})
	if !props.tracing { // in writing: left out of an update, a setting stays
		function.Node().DefaultChild().(awslambda.CfnFunction).SetTracingConfig(&awslambda.CfnFunction_TracingConfigProperty{Mode: jsii.String("PassThrough")})
	}
	return function
}

// reserved is nil where nothing is reserved.
func reserved(concurrency int) *float64 {
	if concurrency == 0 {
		return nil
	}
	return jsii.Number(concurrency)
}

// tracing makes Lambda decide which invocations X-Ray sees: one in a second and one in twenty of
// the rest. Off is left unset, because CDK's own word for off also gives the role permissions.
func tracing(on bool) awslambda.Tracing {
	if on {
		return awslambda.Tracing_ACTIVE
	}
	return ""
}

// code is the asset of one function: the folder with its binary, or with its source in a stack that
// is not deployed.
func (b functionBuilder) code(scope constructs.Construct, props functionProps) awslambda.Code {
	folder := filepath.Join(b.source.Dir, "lambda", props.name)
	if *awscdk.Stack_Of(scope).BundlingRequired() {
		built, err := b.source.Build(props.name, props.beside)
		if err != nil {
			panic(err) // as every failure of CDK's arrives
		}
		folder = built
	}
	return awslambda.Code_FromAsset(jsii.String(folder), nil)
}

// checkPolicies refuses a role whose policies IAM would refuse, once all of them are there. The
// deployment would fail after minutes, with clients made and removed again.
func checkPolicies(stack awscdk.Stack, roles []awsiam.IRole) {
	sizes := map[string]int{}
	for _, role := range roles {
		if policy, ok := role.Node().TryFindChild(jsii.String("DefaultPolicy")).(awsiam.Policy); ok {
			sizes[*role.Node().Path()] = policylimits.Size(stack.Resolve(policy.Document()))
		}
	}
	for _, role := range slices.Sorted(maps.Keys(sizes)) {
		if sizes[role] > policylimits.MaxInlineSize {
			// As every failure of CDK's arrives.
			panic(fmt.Errorf("the inline policy of %s has up to %d characters, and IAM allows %d for a role", role, sizes[role], policylimits.MaxInlineSize))
		}
	}
}
