package cognito

import (
	"crypto/rand"
	"io"
	"log/slog"
	"time"

	"cognito-m2m/internal/chaos"
	"cognito-m2m/internal/userpool"
)

// Config describes one user pool and what its server needs from outside.
type Config struct {
	// UserPool is the pool that is served.
	UserPool UserPool
	// ResourceServers define the scopes that exist. A scope that a client has and no resource
	// server defines is inactive: it can be requested, and is left out of the token.
	ResourceServers []ResourceServer
	// Clients are the pool's app clients.
	Clients []Client
	// Keys sign the pool's tokens. Required; see GenerateKeys.
	Keys *Keys
	// BaseURL is where this server is reached, such as http://127.0.0.1:4001. Required: it makes
	// the endpoint addresses in the discovery document.
	BaseURL string
	// Now is the clock for the times in tokens; nil means time.Now.
	Now func() time.Time
	// Rand feeds token ids and request ids and must be safe for concurrent use; nil means
	// crypto/rand.
	Rand io.Reader
	// SaveSecrets is called with all the live secrets that a client is about to have, oldest first,
	// before they take effect. If it fails nothing changes, and the caller of the user pool API
	// gets InternalServerException. Calls come one after the other. Nil means that changes last as
	// long as the server.
	SaveSecrets func(clientID string, secrets []ClientSecret) error
	// SaveClient is called with what a client is about to be, without its secrets, before it takes
	// effect. If it fails nothing changes, and the caller gets InternalErrorException. Calls come
	// one after the other, also with those of SaveSecrets. Nil means that changes last as long as
	// the server.
	SaveClient func(Client) error
	// SaveKeys is called with the keys that the pool is about to have, before they take effect; see
	// Server.RotateKeys. Nil means that they last as long as the server.
	SaveKeys func(*Keys) error
	// Weather decides what becomes of a token request that is about to be granted. It is called
	// from several goroutines; nil is fair weather.
	Weather func(TokenRequest) chaos.Decision
	// Observe hears of every token request when it is decided, of several at the same time. Nil
	// means that nothing does.
	Observe func(Answered)
	// Log receives one line per token request and per change of a client; nil means that nothing is
	// logged.
	Log *slog.Logger
}

// UserPool identifies the pool.
type UserPool struct {
	// ID is the pool's id, such as us-east-1_Ab1Cd2Ef3.
	ID string
	// Region is the AWS Region the pool is defined in. It may be empty if Issuer is given.
	Region string
	// Issuer is the iss claim of every token, and the issuer in the discovery document. Empty means
	// https://cognito-idp.<region>.amazonaws.com/<pool id>, AWS's original form.
	Issuer string
	// Domain is the prefix of the pool's domain under amazoncognito.com, and CustomDomain a full
	// name. Neither is ever resolved, but as on AWS a pool without any has no token endpoint.
	Domain       string
	CustomDomain string
	// Name, ARN and CreationDate are what DescribeUserPool says of the pool. What is empty is left
	// out.
	Name         string
	ARN          string
	CreationDate time.Time
}

// ResourceServer is an API that defines custom scopes.
type ResourceServer struct {
	// Identifier is the first part of every scope of this server. It may be a URL.
	Identifier string
	// Scopes are the scope names, without the identifier.
	Scopes []string
	// Name and Descriptions, by scope, are what the user pool API says of it.
	Name         string
	Descriptions map[string]string
}

// Client is an app client of the pool.
type Client struct {
	// ID is the client id that callers send.
	ID string
	// Name is the client's name, as the user pool API and the errors of New say it.
	Name string
	// Secrets are the live secrets to begin with, at most two; any of them authenticates the
	// client. A client without one can never get a token here, nor a secret. The user pool API
	// changes them, see Call.
	Secrets []ClientSecret
	// AllowedOAuthFlowsUserPoolClient turns OAuth on for the client. Without it every grant is
	// refused, whatever AllowedOAuthFlows says.
	AllowedOAuthFlowsUserPoolClient bool
	// AllowedOAuthFlows are the flows of the client: client_credentials alone, or code and
	// implicit.
	AllowedOAuthFlows []string
	// AllowedOAuthScopes are full scope names, such as test-api/read. OIDC scopes are allowed in
	// the list, and never granted to client credentials.
	AllowedOAuthScopes []string
	// ExplicitAuthFlows and SupportedIdentityProviders are what the user pool API says of the
	// client. They are about users and have no effect.
	ExplicitAuthFlows, SupportedIdentityProviders []string
	// AccessTokenValidity is how long an access token lives, in whole seconds from 5 minutes to 24
	// hours; zero means one hour.
	AccessTokenValidity time.Duration
}

func (p UserPool) hasDomain() bool { return p.Domain != "" || p.CustomDomain != "" }

// withDefaults returns the configuration with every zero field that has a default filled in.
func (c Config) withDefaults() Config {
	if c.UserPool.Issuer == "" {
		c.UserPool.Issuer = userpool.Issuer(userpool.IssuerOriginal, c.UserPool.Region, c.UserPool.ID)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Rand == nil {
		c.Rand = rand.Reader
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c
}
