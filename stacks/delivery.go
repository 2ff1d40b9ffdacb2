package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"cognito-m2m/config"
	"cognito-m2m/naming"
)

// gitHubIssuer issues the tokens of GitHub Actions' jobs.
const gitHubIssuer = "token.actions.githubusercontent.com"

// stsAudience is the audience of a token that a job requests for AWS.
const stsAudience = "sts.amazonaws.com"

// AddDelivery adds one stack for each account: the trust in GitHub, and for each environment in the
// account the roles that its jobs take. It is a separate app, which an administrator deploys: no
// deployment of an environment touches it.
func AddDelivery(app constructs.Construct, delivery *config.Delivery) []awscdk.Stack {
	stacks := make([]awscdk.Stack, 0, len(delivery.Accounts))
	for _, account := range delivery.Accounts {
		stacks = append(stacks, newDeliveryStack(app, delivery.Repository, account))
	}
	return stacks
}

func newDeliveryStack(app constructs.Construct, repository string, account config.DeliveryAccount) awscdk.Stack {
	stack := awscdk.NewStack(app, jsii.String("Delivery-"+account.ID), &awscdk.StackProps{
		StackName:             jsii.String(naming.DeliveryStack),
		Description:           jsii.String("Who may deploy environments to this account: roles for jobs of " + repository + "."),
		Env:                   &awscdk.Environment{Account: jsii.String(account.ID), Region: jsii.String(account.Region)},
		TerminationProtection: jsii.Bool(true),
	})

	provider := gitHubProvider(stack, account)
	scope := group(stack, "Environments")
	for _, env := range account.Environments {
		newDeliveryRoles(scope, &deliveryRolesProps{env: env, repository: repository, provider: provider})
	}
	output(stack, "Provider", "GitHub's identity provider.", provider)
	return stack
}

// gitHubProvider is the ARN of GitHub's identity provider in the account, which is made if it does
// not exist. It uses CfnOIDCProvider, because OpenIdConnectProvider adds a function. It has no
// thumbprints: AWS checks GitHub's certificate against the authorities it trusts (IAM API
// reference, UpdateOpenIDConnectProviderThumbprint).
func gitHubProvider(stack awscdk.Stack, account config.DeliveryAccount) *string {
	if account.ExistingProvider {
		return stack.FormatArn(&awscdk.ArnComponents{
			Service:   jsii.String("iam"),
			Region:    jsii.String(""),
			Resource:  jsii.String("oidc-provider/" + gitHubIssuer),
			ArnFormat: awscdk.ArnFormat_NO_RESOURCE_NAME,
		})
	}
	return awsiam.NewCfnOIDCProvider(stack, jsii.String("GitHub"), &awsiam.CfnOIDCProviderProps{
		Url:          jsii.String("https://" + gitHubIssuer),
		ClientIdList: jsii.Strings(stsAudience),
	}).AttrArn()
}
