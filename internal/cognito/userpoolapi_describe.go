package cognito

import (
	"context"

	"cognito-m2m/internal/userpool"
)

// userPoolDescription is UserPoolType, as far as a pool without users has it.
//
// Parity: User pool API: members left out
type userPoolDescription struct {
	ID                     string `json:"Id"`
	Name                   string
	ARN                    string              `json:"Arn,omitempty"`
	Domain                 string              `json:",omitempty"`
	CustomDomain           string              `json:",omitempty"`
	CreationDate           *epochSeconds       `json:",omitempty"`
	LastModifiedDate       *epochSeconds       `json:",omitempty"`
	IssuerConfiguration    issuerConfiguration `json:",omitzero"` // none for an issuer that is not AWS's
	EstimatedNumberOfUsers int
	DeletionProtection     string `json:",omitempty"`
}

type issuerConfiguration struct{ Type string }

func (s *Server) describeUserPool(context.Context, apiRequest) (any, error) {
	pool := s.userPool
	description := userPoolDescription{
		ID: pool.ID, Name: pool.Name, ARN: pool.ARN, Domain: pool.Domain, CustomDomain: pool.CustomDomain,
		IssuerConfiguration: issuerConfiguration{userpool.IssuerType(pool.Issuer)},
	}
	if s.retained != nil {
		description.DeletionProtection = protection(s.retained.Protected)
	}
	if !pool.CreationDate.IsZero() {
		created := epochSeconds(pool.CreationDate)
		description.CreationDate, description.LastModifiedDate = &created, &created
	}
	return struct{ UserPool userPoolDescription }{description}, nil
}

// userPoolClientDescription is UserPoolClientType, as far as client credentials need it, and
// without the secret: which of two AWS returns is not known, and nothing here should come to depend
// on it.
//
// Parity: User pool API: the secret of a described client
type userPoolClientDescription struct {
	UserPoolID                      string `json:"UserPoolId"`
	ClientID                        string `json:"ClientId"`
	ClientName                      string
	AllowedOAuthFlows               []string `json:",omitempty"`
	AllowedOAuthScopes              []string `json:",omitempty"`
	AllowedOAuthFlowsUserPoolClient bool
	ExplicitAuthFlows               []string `json:",omitempty"`
	SupportedIdentityProviders      []string `json:",omitempty"`
	AccessTokenValidity             int64
	TokenValidityUnits              tokenValidityUnits
}

type tokenValidityUnits struct{ AccessToken string }

func (s *Server) describeUserPoolClient(_ context.Context, request apiRequest) (any, error) {
	client, err := s.client(request)
	if err != nil {
		return nil, err
	}
	return s.describeClient(client), nil
}

type describedClient struct{ UserPoolClient userPoolClientDescription }

// describeClient gives the validity in seconds, whatever unit it was declared in.
//
// Parity: User pool API: unit of a token's validity
func (s *Server) describeClient(client *appClient) describedClient {
	now := client.settings.Load()
	return describedClient{userPoolClientDescription{
		UserPoolID:                      s.userPool.ID,
		ClientID:                        client.id,
		ClientName:                      now.name,
		AllowedOAuthFlows:               now.flows,
		AllowedOAuthScopes:              now.scopes,
		AllowedOAuthFlowsUserPoolClient: now.oauth,
		ExplicitAuthFlows:               now.explicitAuthFlows,
		SupportedIdentityProviders:      now.identityProviders,
		AccessTokenValidity:             now.validitySeconds,
		TokenValidityUnits:              tokenValidityUnits{AccessToken: "seconds"},
	}}
}

// clientSecretDescriptor is ClientSecretDescriptorType. Only the answer to the call that had
// Cognito generate the value has it.
type clientSecretDescriptor struct {
	ClientSecretID         string `json:"ClientSecretId"`
	ClientSecretCreateDate epochSeconds
	ClientSecretValue      Secret `json:",omitempty"`
}

func describeSecret(secret ClientSecret) clientSecretDescriptor {
	return clientSecretDescriptor{ClientSecretID: secret.ID, ClientSecretCreateDate: epochSeconds(secret.CreateDate)}
}
