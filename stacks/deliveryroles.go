package stacks

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"cognito-m2m/config"
	"cognito-m2m/naming"
)

// deliveryRolesProps says whose jobs take the roles of one environment.
type deliveryRolesProps struct {
	env        config.DeliveryEnvironment
	repository string
	provider   *string // ARN of GitHub's identity provider
}

// deliveryRoles are the roles of one environment.
type deliveryRoles struct {
	scope constructs.Construct
	stack awscdk.Stack
	props *deliveryRolesProps
}

// newDeliveryRoles makes the role that deploys the environment, the one that verifies the
// deployment and the one that looks for drift. In a disposable environment nothing looks for drift.
func newDeliveryRoles(scope constructs.Construct, props *deliveryRolesProps) {
	this := group(scope, props.env.Name)
	roles := &deliveryRoles{scope: this, stack: awscdk.Stack_Of(this), props: props}

	roles.add("deploy", props.env.GitHubEnvironment, roles.takeBootstrapRoles("deploy", "file-publishing", "lookup"))
	roles.add("verify", props.env.GitHubEnvironment, roles.readEnvironment()...)
	if !props.env.Disposable() {
		roles.add("drift", props.env.DriftEnvironment, roles.takeBootstrapRoles("lookup"))
	}
}

// add makes one role for the jobs of one GitHub environment, with its ARN as an output.
func (r *deliveryRoles) add(purpose, gitHubEnvironment string, may ...awsiam.PolicyStatement) {
	name := r.props.env.RoleName(purpose)
	role := awsiam.NewRole(r.scope, jsii.String(naming.PascalCase(purpose)), &awsiam.RoleProps{
		RoleName:           jsii.String(name),
		Description:        jsii.String("For jobs in the GitHub environment " + gitHubEnvironment + " of " + r.props.repository + "."),
		AssumedBy:          r.jobsOf(gitHubEnvironment),
		MaxSessionDuration: awscdk.Duration_Hours(jsii.Number(1)),
	})
	for _, statement := range may {
		role.AddToPrincipalPolicy(statement)
	}
	key := naming.PascalCase(strings.TrimPrefix(name, naming.Environment(""))) + "Role"
	output(r.stack, key, "For jobs in the GitHub environment "+gitHubEnvironment+".", role.RoleArn())
}

// jobsOf are the jobs that run in one GitHub environment of the repository. Both conditions are
// equalities: anyone could create a repository or an environment that fits a pattern. The subject
// of a job in an environment names neither branch nor pull request; the environment's own rules
// decide which of those may run there.
func (r *deliveryRoles) jobsOf(gitHubEnvironment string) awsiam.IPrincipal {
	return awsiam.NewWebIdentityPrincipal(r.props.provider, &map[string]any{
		"StringEquals": map[string]any{
			gitHubIssuer + ":aud": stsAudience,
			gitHubIssuer + ":sub": "repo:" + r.props.repository + ":environment:" + gitHubEnvironment,
		},
	})
}

// takeBootstrapRoles allows assuming the roles that `cdk bootstrap` made in the environment's
// Region, and nothing else: the CDK CLI works with those. The qualifier in their names comes from
// the context key @aws-cdk/core:bootstrapQualifier, in this stack as in the environments'.
func (r *deliveryRoles) takeBootstrapRoles(kinds ...string) awsiam.PolicyStatement {
	account, qualifier := *r.stack.Account(), *r.stack.Synthesizer().BootstrapQualifier()
	arns := make([]*string, 0, len(kinds))
	for _, kind := range kinds {
		name := "cdk-" + qualifier + "-" + kind + "-role-" + account + "-" + r.props.env.Region
		arns = append(arns, r.arn("iam", "", "role/"+name))
	}
	return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Actions:   jsii.Strings("sts:AssumeRole"),
		Resources: &arns,
	})
}

// readEnvironment allows what `m2m verify --deployed` does: finding the API in its stack's outputs,
// looking at an API's stage and routes and at trails, and reading the clients' secrets. Clients are
// named in the assembly, those of groups too, so no other stack is asked for.
func (r *deliveryRoles) readEnvironment() []awsiam.PolicyStatement {
	env := r.props.env
	// API Gateway's ARNs have no account, and the API's id is known only once it exists.
	apiGateway := func(path string) *string {
		return r.stack.FormatArn(&awscdk.ArnComponents{
			Service: jsii.String("apigateway"), Region: jsii.String(env.Region), Account: jsii.String(""),
			Resource: jsii.String("/apis/*/" + path), ArnFormat: awscdk.ArnFormat_NO_RESOURCE_NAME,
		})
	}
	return append([]awsiam.PolicyStatement{
		awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{ // a trail may be another account's
			Actions:   jsii.Strings("cloudtrail:DescribeTrails", "cloudtrail:GetTrailStatus", "cloudtrail:GetEventSelectors"),
			Resources: jsii.Strings("*"),
		}),
		awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
			Actions:   jsii.Strings("apigateway:GET"),
			Resources: &[]*string{apiGateway("stages/*"), apiGateway("routes")},
		}),
		awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
			Actions:   jsii.Strings("cloudformation:DescribeStacks"),
			Resources: &[]*string{r.arn("cloudformation", env.Region, "stack/"+naming.Stack(env.Name, naming.APIStack)+"/*")},
		}),
	}, r.readSecrets()...)
}

// readSecrets allows reading the clients' secrets. Their key is made with the environment, so it is
// identified by what it encrypts: Secrets Manager passes the secret's ARN as the encryption
// context.
func (r *deliveryRoles) readSecrets() []awsiam.PolicyStatement {
	env := r.props.env
	secrets := r.arn("secretsmanager", env.Region, "secret:"+naming.Secret(env.Name, "*"))
	statements := []awsiam.PolicyStatement{
		awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
			Actions:   jsii.Strings("secretsmanager:GetSecretValue"),
			Resources: &[]*string{secrets},
		}),
	}
	if env.CustomerKey {
		statements = append(statements, awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
			Actions:   jsii.Strings("kms:Decrypt"),
			Resources: &[]*string{r.arn("kms", env.Region, "key/*")},
			Conditions: &map[string]any{
				"StringEquals": map[string]any{"kms:ViaService": "secretsmanager." + env.Region + ".amazonaws.com"},
				"StringLike":   map[string]any{"kms:EncryptionContext:SecretARN": secrets},
			},
		}))
	}
	return statements
}

// arn is an ARN in this account; IAM's have no Region.
func (r *deliveryRoles) arn(service, region, resource string) *string {
	return r.stack.FormatArn(&awscdk.ArnComponents{
		Service:   jsii.String(service),
		Region:    jsii.String(region),
		Resource:  jsii.String(resource),
		ArnFormat: awscdk.ArnFormat_NO_RESOURCE_NAME,
	})
}
