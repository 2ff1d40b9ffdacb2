package cognito

import (
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"cognito-m2m/internal/userpool"
)

// appClient is a Client as the token endpoint and the user pool API need it.
type appClient struct {
	id       string
	settings atomic.Pointer[clientSettings]

	live        atomic.Pointer[liveSecrets]
	lastCreated time.Time // of a secret in this run; guarded by Server.changing
}

// clientSettings are what UpdateUserPoolClient changes, all at once. A request looks at them once.
type clientSettings struct {
	name              string
	oauth             bool
	flows             []string
	scopes            []string // all of them
	customScopes      []string // those that are not OIDC's
	validitySeconds   int64
	explicitAuthFlows []string
	identityProviders []string
}

func newAppClient(config Client) *appClient {
	client := &appClient{id: config.ID}
	client.live.Store(newLiveSecrets(config.Secrets))
	client.settings.Store(newClientSettings(config))
	return client
}

func newClientSettings(config Client) *clientSettings {
	settings := &clientSettings{
		name:              config.Name,
		oauth:             config.AllowedOAuthFlowsUserPoolClient,
		flows:             slices.Clone(config.AllowedOAuthFlows),
		scopes:            slices.Clone(config.AllowedOAuthScopes),
		validitySeconds:   int64(config.validity() / time.Second),
		explicitAuthFlows: slices.Clone(config.ExplicitAuthFlows),
		identityProviders: slices.Clone(config.SupportedIdentityProviders),
	}
	for _, scope := range config.AllowedOAuthScopes {
		// Every custom scope is "identifier/name", and no OIDC scope (openid,
		// aws.cognito.signin.user.admin) has a slash.
		if strings.Contains(scope, "/") {
			settings.customScopes = append(settings.customScopes, scope)
		}
	}
	return settings
}

// client is the client as it is now.
func (c *appClient) client() Client {
	now := c.settings.Load()
	return Client{
		ID: c.id, Name: now.name, Secrets: slices.Clone(c.live.Load().secrets),
		AllowedOAuthFlowsUserPoolClient: now.oauth, AllowedOAuthFlows: slices.Clone(now.flows), AllowedOAuthScopes: slices.Clone(now.scopes),
		AccessTokenValidity: time.Duration(now.validitySeconds) * time.Second,
		ExplicitAuthFlows:   slices.Clone(now.explicitAuthFlows), SupportedIdentityProviders: slices.Clone(now.identityProviders),
	}
}

// checkFlow refuses a grant type that the client may not use. Cognito also knows authorization_code
// and refresh_token; no client can use them here, since this pool has no users.
//
// Parity: Token endpoint: authorization_code and refresh_token
func (c *clientSettings) checkFlow(grantType string) error {
	if !c.oauth {
		return errOAuthOff
	}
	if grantType != userpool.ClientCredentials || !slices.Contains(c.flows, userpool.ClientCredentials) {
		return errFlow
	}
	return nil
}

// grantScopes returns the scopes the token gets, in the order of the request, or all of the
// client's if it names none. Scopes the client has but active does not are left out; the request
// still succeeds.
//
// Parity: Access token: order of scopes
func (c *clientSettings) grantScopes(requested string, active map[string]bool) ([]string, error) {
	wanted := strings.FieldsFunc(requested, func(r rune) bool { return r == ' ' })
	if len(wanted) == 0 {
		wanted = c.customScopes
	}
	if len(wanted) == 0 {
		return nil, errNoCustomScope
	}
	var granted []string
	for _, scope := range wanted {
		if !slices.Contains(c.customScopes, scope) {
			return nil, errScope
		}
		if active[scope] && !slices.Contains(granted, scope) {
			granted = append(granted, scope)
		}
	}
	return granted, nil
}
