package stacks

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"cognito-m2m/config"
	"cognito-m2m/naming"
)

// Source is the code of the deployed functions.
type Source struct {
	// Dir is the root of the Go module: the folder that holds go.mod and lambda/.
	Dir string
	// Build builds one function in lambda/ for ARM64 Linux, and returns the folder to deploy, with
	// these files beside the binary.
	Build func(function string, beside map[string][]byte) (folder string, err error)
}

// AddEnvironment adds one environment to an app: a stage with its stacks. The stage is the
// environment's name (`dev/Identity`), the stacks are named after the project and the environment
// (`m2m-dev-Identity`), and no construct id inside carries the environment's name, so that a
// difference between two environments shows only what differs.
func AddEnvironment(app constructs.Construct, env *config.Environment, source Source) awscdk.Stage {
	stage := awscdk.NewStage(app, jsii.String(env.Name), &awscdk.StageProps{
		StageName: jsii.String(naming.Environment(env.Name)),
		Env: &awscdk.Environment{
			Account: optional(env.Account),
			Region:  optional(env.Region),
		},
	})

	identity := newIdentityStack(stage, env)
	api := newAPIStack(stage, env, identity, source)

	// App clients name their scopes as plain strings, which carry no reference to the resource
	// servers. The pool's import orders the stacks today; this says why the order matters, and
	// holds without an import too.
	api.AddStackDependency(identity.Stack, jsii.String("app clients need the scopes of the resource servers"))
	if env.API.Authorizer != nil {
		addGroups(stage, env.Groups, share(identity, api), api)
	}
	return stage
}

// addGroups adds a stack for each group.
func addGroups(stage constructs.Construct, groups []config.Group, from *shared, api *apiStack) {
	for _, group := range groups {
		clients := newGroupStack(stage, group, from)
		clients.AddStackDependency(api.Stack, jsii.String("secrets are rotated by the function there"))
	}
}

// stackProps returns what all stacks of an environment share.
func stackProps(env *config.Environment, description string) *awscdk.StackProps {
	return &awscdk.StackProps{
		Description:           jsii.String(description),
		TerminationProtection: jsii.Bool(env.Identity.DeletionProtection),
		Tags:                  stackTags(env),
	}
}

// stackTags are set on the stacks, not on each resource: CloudFormation copies them to the
// resources, and a stack can be found by them.
func stackTags(env *config.Environment) *map[string]*string {
	tags := map[string]*string{}
	for _, tag := range env.Tags {
		tags[tag.Key] = jsii.String(tag.Value)
	}
	if env.Expires != "" {
		tags[naming.ExpiresTag] = jsii.String(env.Expires)
	}
	return &tags
}

// removalPolicy retains the log groups and keys of a protected environment, and destroys elsewhere,
// so that a development environment leaves nothing behind. If the deployment that creates them
// fails, they are deleted too: an empty log group is useless. The pool has another policy, see
// poolRemovalPolicy.
func removalPolicy(env *config.Environment) awscdk.RemovalPolicy {
	if env.Identity.DeletionProtection {
		return awscdk.RemovalPolicy_RETAIN_ON_UPDATE_OR_DELETE
	}
	return awscdk.RemovalPolicy_DESTROY
}

// output adds a stack output whose key is exactly key, because tools read it.
func output(stack awscdk.Stack, key, description string, value *string) {
	awscdk.NewCfnOutput(stack, jsii.String(key), &awscdk.CfnOutputProps{
		Description: jsii.String(description),
		Value:       value,
	})
}

// uniquePart is different for every stack, in this account and elsewhere: the first group of the
// GUID in its id.
func uniquePart(stack awscdk.Stack) *string {
	guid := awscdk.Fn_Select(jsii.Number(2), awscdk.Fn_Split(jsii.String("/"), stack.StackId(), nil))
	return awscdk.Fn_Select(jsii.Number(0), awscdk.Fn_Split(jsii.String("-"), guid, nil))
}

// group is a scope for constructs whose ids come from an environment file.
func group(scope constructs.Construct, id string) constructs.Construct {
	return constructs.NewConstruct(scope, jsii.String(id))
}

// constructID is a route key or an identifier as a construct id. CDK turns `/` into `--`, which a
// name may contain too; neither contains a double space.
func constructID(name string) *string {
	return jsii.String(strings.ReplaceAll(name, "/", " "))
}

// optional is nil for an empty string: how CDK marks a value that is not set.
func optional(value string) *string {
	if value == "" {
		return nil
	}
	return jsii.String(value)
}
