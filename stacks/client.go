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
	appClient awscognito.UserPoolClient
	props     config.Client
}

func newClient(scope constructs.Construct, pool awscognito.IUserPool, props config.Client) *client {
	this := constructs.NewConstruct(scope, jsii.String(naming.PascalCase(props.Name)))

	clientCredentialsOnly := &awscognito.OAuthSettings{
		Flows:  &awscognito.OAuthFlows{ClientCredentials: jsii.Bool(true)},
		Scopes: customScopes(props.Scopes),
	}
	// Without this, Cognito would allow refresh, SRP and custom flows. It is the narrowest list
	// that CDK can write: ALLOW_REFRESH_TOKEN_AUTH alone, which a client without users can't use.
	noUserSignIn := &awscognito.AuthFlow{User: jsii.Bool(false)}

	appClient := awscognito.NewUserPoolClient(this, jsii.String("AppClient"), &awscognito.UserPoolClientProps{
		UserPool:            pool,
		UserPoolClientName:  jsii.String(props.Name),
		GenerateSecret:      jsii.Bool(true),
		OAuth:               clientCredentialsOnly,
		AuthFlows:           noUserSignIn,
		AccessTokenValidity: awscdk.Duration_Seconds(jsii.Number(props.AccessTokenValidity.Seconds())),
	})
	return &client{Construct: this, appClient: appClient, props: props}
}

// newClients makes every configured client, in the order of their names.
func newClients(stack awscdk.Stack, pool awscognito.IUserPool, props []config.Client) []*client {
	scope := group(stack, "Clients")
	clients := make([]*client, 0, len(props))
	for _, p := range props {
		clients = append(clients, newClient(scope, pool, p))
	}
	return clients
}

// audience is what the authorizer trusts: exactly the ids of these clients. Access tokens of the
// client credentials grant have no `aud`; API Gateway then compares `client_id`. The user pool's id
// is never an audience.
func audience(clients []*client) *[]*string {
	ids := make([]*string, 0, len(clients))
	for _, c := range clients {
		ids = append(ids, c.appClient.UserPoolClientId())
	}
	return &ids
}

func customScopes(names []string) *[]awscognito.OAuthScope {
	scopes := make([]awscognito.OAuthScope, 0, len(names))
	for _, name := range names {
		scopes = append(scopes, awscognito.OAuthScope_Custom(jsii.String(name)))
	}
	return &scopes
}
