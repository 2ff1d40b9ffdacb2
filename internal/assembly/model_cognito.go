package assembly

import (
	"slices"
	"time"
)

// UserPool is an AWS::Cognito::UserPool.
type UserPool struct {
	Resource

	ID          string
	ARN         string
	Name        string
	ProviderURL string // the issuer, as tokens carry it in iss
}

// ResourceServer is an AWS::Cognito::UserPoolResourceServer.
type ResourceServer struct {
	Resource

	UserPoolID string
	Identifier string
	Name       string
	Scopes     []Scope
}

// Scope is one scope of a resource server; tokens carry it as identifier/name.
type Scope struct {
	Name        string
	Description string
}

// UserPoolClient is an AWS::Cognito::UserPoolClient, an app client. It has no secret: the model is made from a
// template, and the secret is not in one.
type UserPoolClient struct {
	Resource

	ID                              string
	UserPoolID                      string
	Name                            string
	GenerateSecret                  bool
	AllowedOAuthFlows               []string
	AllowedOAuthScopes              []string
	AllowedOAuthFlowsUserPoolClient bool
	AccessTokenValidity             time.Duration
}

// ClientName is the name an app client goes by: its own, or its logical id where it has none or shares it.
func (m *Model) ClientName(client UserPoolClient) string {
	shared := slices.ContainsFunc(m.UserPoolClients, func(other UserPoolClient) bool {
		return other.Name == client.Name && other.ID != client.ID
	})
	if client.Name == "" || shared {
		return client.LogicalID
	}
	return client.Name
}

// UserPoolDomain is an AWS::Cognito::UserPoolDomain.
type UserPoolDomain struct {
	Resource

	UserPoolID     string
	Domain         string // a prefix, or a full domain name if CertificateARN is set
	CertificateARN string
}

// Custom reports whether Domain is a full domain name, which AWS serves with a certificate of the account, and not a
// prefix under amazoncognito.com.
func (d UserPoolDomain) Custom() bool { return d.CertificateARN != "" }
