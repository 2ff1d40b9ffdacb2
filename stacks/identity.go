package stacks

import (
	"regexp"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"cognito-m2m/config"
	"cognito-m2m/internal/partition"
	"cognito-m2m/internal/userpool"
	"cognito-m2m/naming"
)

// identityStack has what tokens are issued by and for: the user pool, its resource servers with
// their scopes, and its domain, which gives the pool a token endpoint. The app clients are in the
// Api stack.
type identityStack struct {
	awscdk.Stack
	pool   awscognito.UserPool
	issuer func(reader awscdk.Stack) *string
}

func newIdentityStack(scope constructs.Construct, env *config.Environment) *identityStack {
	stack := awscdk.NewStack(scope, jsii.String(naming.IdentityStack),
		stackProps(env, "User pool, resource servers and token endpoint for machine-to-machine callers."))

	pool := newUserPool(stack, env)
	addResourceServers(stack, pool, env.ResourceServers)
	domain := pool.AddDomain(jsii.String("Domain"), &awscognito.UserPoolDomainOptions{
		CognitoDomain: &awscognito.CognitoDomainOptions{DomainPrefix: domainPrefix(stack, env)},
	})
	var host string
	if custom := env.Identity.CustomDomain; custom != nil {
		host = *addTokenDomain(stack, pool, custom).DomainName()
	} else {
		host = cognitoDomain(stack, env, domain)
	}

	output(stack, naming.TokenEndpointOutput, "Where clients ask for tokens: POST, grant_type=client_credentials.",
		jsii.String("https://"+host+userpool.TokenPath))
	return &identityStack{Stack: stack, pool: pool, issuer: issuerOf(stack, pool, env)}
}

// cognitoDomain is the host of a prefix domain. If the Region is not known yet, CloudFormation
// decides.
func cognitoDomain(stack awscdk.Stack, env *config.Environment, domain awscognito.UserPoolDomain) string {
	auth := userpool.Auth(partition.Of(env.Region))
	if env.Region == "" {
		inGovCloud := awscdk.NewCfnCondition(stack, jsii.String("GovCloud"), &awscdk.CfnConditionProps{
			Expression: awscdk.Fn_ConditionEquals(stack.Partition(), jsii.String(partition.GovCloud)),
		})
		auth = *awscdk.Token_AsString(awscdk.Fn_ConditionIf(inGovCloud.LogicalId(), jsii.String(userpool.Auth(partition.GovCloud)), jsii.String(auth)), nil)
	}
	return userpool.PrefixDomain(*domain.DomainName(), auth, *stack.Region())
}

// issuerOf returns the issuer for another stack, built from its parts. The pool's provider URL is
// the same, but an export that changes its value while the other stack uses it fails the
// deployment: with the provider URL, `issuerType` could not be changed. That URL stays exported,
// because stacks that were deployed before use it, and they are deployed after this one.
func issuerOf(stack awscdk.Stack, pool awscognito.UserPool, env *config.Environment) func(awscdk.Stack) *string {
	stack.ExportValue(pool.UserPoolProviderUrl(), nil)
	return func(reader awscdk.Stack) *string {
		return jsii.String(userpool.Issuer(env.Identity.IssuerType, *reader.Region(), *pool.UserPoolId()))
	}
}

// newUserPool makes a pool without users: sign-up and account recovery are off.
func newUserPool(scope constructs.Construct, env *config.Environment) awscognito.UserPool {
	pool := awscognito.NewUserPool(scope, jsii.String("UserPool"), &awscognito.UserPoolProps{
		SelfSignUpEnabled:  jsii.Bool(false),
		AccountRecovery:    awscognito.AccountRecovery_NONE,
		FeaturePlan:        awscognito.FeaturePlan(env.Identity.FeaturePlan),
		DeletionProtection: jsii.Bool(env.Identity.DeletionProtection),
		RemovalPolicy:      poolRemovalPolicy(env),
	})
	pool.Node().DefaultChild().(awscognito.CfnUserPool).SetIssuerConfiguration(
		&awscognito.CfnUserPool_IssuerConfigurationProperty{Type: jsii.String(env.Identity.IssuerType)})
	return pool
}

// poolRemovalPolicy retains the pool of a protected environment, even if the deployment that
// creates it fails: Cognito refuses to delete a pool with deletion protection, so a rollback that
// tries ends in ROLLBACK_FAILED. The pool that stays behind has no domain and blocks nothing.
func poolRemovalPolicy(env *config.Environment) awscdk.RemovalPolicy {
	if env.Identity.DeletionProtection {
		return awscdk.RemovalPolicy_RETAIN
	}
	return awscdk.RemovalPolicy_DESTROY
}

func addResourceServers(stack awscdk.Stack, pool awscognito.UserPool, servers []config.ResourceServer) {
	scope := group(stack, "ResourceServers")
	for _, server := range servers {
		awscognito.NewUserPoolResourceServer(scope, constructID(server.Identifier), &awscognito.UserPoolResourceServerProps{
			UserPool:                   pool,
			UserPoolResourceServerName: jsii.String(resourceServerName(server.Identifier)),
			Identifier:                 jsii.String(server.Identifier),
			Scopes:                     resourceServerScopes(server.Scopes),
		})
	}
}

func resourceServerScopes(scopes []config.Scope) *[]awscognito.ResourceServerScope {
	declared := make([]awscognito.ResourceServerScope, 0, len(scopes))
	for _, scope := range scopes {
		declared = append(declared, awscognito.NewResourceServerScope(&awscognito.ResourceServerScopeProps{
			ScopeName:        jsii.String(scope.Name),
			ScopeDescription: jsii.String(scope.Description),
		}))
	}
	return &declared
}

// notInName matches characters that identifiers may have and resource servers' names may not.
var notInName = regexp.MustCompile(`[^\w\s+=,.@-]+`)

// resourceServerName is the identifier in the characters of a name: https://api.example.com becomes
// https-api.example.com.
func resourceServerName(identifier string) string {
	return notInName.ReplaceAllString(identifier, "-")
}

// domainPrefix is the configured prefix, or one derived from the stack's id. A prefix is unique per
// Region across all AWS accounts, so with a fixed default only one deployment in the world would
// succeed.
func domainPrefix(stack awscdk.Stack, env *config.Environment) *string {
	if prefix := env.Identity.DomainPrefix; prefix != "" {
		return jsii.String(prefix)
	}
	return jsii.String(naming.Environment(env.Name) + "-" + *uniquePart(stack))
}
