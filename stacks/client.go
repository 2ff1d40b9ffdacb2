package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"cognito-m2m/config"
	"cognito-m2m/naming"
)

// client is one configured caller: a confidential app client that can use the client credentials
// grant for its own scopes and nothing else.
type client struct {
	constructs.Construct
	id    *string // of the app client
	props config.Client
}

// newClient makes an app client. It uses CfnUserPoolClient, because an environment may have a
// thousand of them, and UserPoolClient asks CDK's process several times as much. The app client is
// where UserPoolClient would put it, which its logical id depends on.
func newClient(scope constructs.Construct, poolID *string, props config.Client) *client {
	this := constructs.NewConstruct(scope, jsii.String(naming.PascalCase(props.Name)))
	appClient := awscognito.NewCfnUserPoolClient(group(this, "AppClient"), jsii.String("Resource"), &awscognito.CfnUserPoolClientProps{
		UserPoolId:                      poolID,
		ClientName:                      jsii.String(props.Name),
		GenerateSecret:                  jsii.Bool(true),
		AllowedOAuthFlows:               jsii.Strings("client_credentials"),
		AllowedOAuthFlowsUserPoolClient: jsii.Bool(true),
		AllowedOAuthScopes:              jsii.Strings(props.Scopes...),
		AccessTokenValidity:             jsii.Number(props.AccessTokenValidity.Minutes()),
		TokenValidityUnits:              &awscognito.CfnUserPoolClient_TokenValidityUnitsProperty{AccessToken: jsii.String("minutes")},
		// What CDK writes for a client without flows: without it, Cognito would allow refresh, SRP
		// and custom flows. A client without users can't use the one that is left.
		ExplicitAuthFlows: jsii.Strings("ALLOW_REFRESH_TOKEN_AUTH"),
		// CDK's own default, too.
		SupportedIdentityProviders: jsii.Strings("COGNITO"),
	})
	return &client{Construct: this, id: appClient.Ref(), props: props}
}

// newClients makes every configured client, in the order of their names.
func newClients(stack awscdk.Stack, poolID *string, props []config.Client) []*client {
	scope := group(stack, "Clients")
	clients := make([]*client, 0, len(props))
	for _, p := range props {
		clients = append(clients, newClient(scope, poolID, p))
	}
	return clients
}

// audience is what the authorizer trusts: exactly the ids of these clients. Access tokens of the
// client credentials grant have no `aud`; API Gateway then compares `client_id`. The user pool's id
// is never an audience.
func audience(clients []*client) *[]*string {
	ids := make([]*string, 0, len(clients))
	for _, c := range clients {
		ids = append(ids, c.id)
	}
	return &ids
}
