package assembly

import (
	"slices"
	"strings"
	"time"
)

// standardScopes exist in every pool without a resource server. They say what a client may do with a user's account,
// so no client without a user can have them.
var standardScopes = keys("openid", "email", "phone", "profile", "aws.cognito.signin.user.admin")

func (b *builder) checkClients() {
	declared := b.declaredScopes()
	for _, client := range b.model.UserPoolClients {
		b.checkPool(client.Resource, client.UserPoolID)
		b.checkFlows(client)
		for _, scope := range client.AllowedOAuthScopes {
			_, standard := standardScopes[scope]
			if standard && slices.Contains(client.AllowedOAuthFlows, flowClientCredentials) {
				b.fail(client.Resource, "AllowedOAuthScopes",
					"%s is not supported with client_credentials flow (InvalidOAuthFlowException): take it out", scope)
			}
			_, custom := declared[[2]string{client.UserPoolID, scope}]
			if !standard && !custom && client.UserPoolID != "" {
				b.fail(client.Resource, "AllowedOAuthScopes",
					"Invalid scope requested: %s (ScopeDoesNotExistException): no resource server of the pool declares it", scope)
			}
		}
	}
}

// declaredScopes are the scopes of all resource servers, each with the id of its pool.
func (b *builder) declaredScopes() map[[2]string]struct{} {
	scopes := map[[2]string]struct{}{}
	servers := map[string]owners{}
	for _, server := range b.model.ResourceServers {
		b.checkPool(server.Resource, server.UserPoolID)
		if servers[server.UserPoolID] == nil {
			servers[server.UserPoolID] = owners{}
		}
		if other, taken := servers[server.UserPoolID].claim(server.Identifier, server.Resource); taken {
			b.fail(server.Resource, "Identifier", "the user pool already has the resource server %q, as %s", server.Identifier, other)
		}
		for _, scope := range server.Scopes {
			scopes[[2]string{server.UserPoolID, server.Identifier + "/" + scope.Name}] = struct{}{}
		}
	}
	return scopes
}

// checkFlows applies the rules of CreateUserPoolClient about OAuth flows.
func (b *builder) checkFlows(client UserPoolClient) {
	if slices.Contains(client.AllowedOAuthFlows, flowClientCredentials) {
		if len(client.AllowedOAuthFlows) > 1 {
			b.fail(client.Resource, "AllowedOAuthFlows", "client_credentials must be the only flow of a client")
		}
		if !client.GenerateSecret {
			b.fail(client.Resource, "GenerateSecret",
				"client_credentials flow can not be selected if client does not have a client secret.")
		}
	}
	if client.AllowedOAuthFlowsUserPoolClient &&
		(len(client.AllowedOAuthFlows) == 0 || len(client.AllowedOAuthScopes) == 0) {
		b.fail(client.Resource, "AllowedOAuthFlowsUserPoolClient",
			"AllowedOAuthFlows and AllowedOAuthScopes are required if user pool client is allowed to use OAuth flows.")
	}
}

// flowClientToken is for a client's own tokens, and excludes the flows of users.
const flowClientToken = "ALLOW_CLIENT_TOKEN_AUTH"

// checkExplicitFlows applies what CreateUserPoolClient says of ExplicitAuthFlows.
func (b *builder) checkExplicitFlows(client Resource, flows []string) {
	if len(flows) > 1 && slices.Contains(flows, flowClientToken) {
		b.fail(client, "ExplicitAuthFlows", "%s must be the only flow", flowClientToken)
	}
	isLegacy := func(flow string) bool { return !strings.HasPrefix(flow, "ALLOW_") }
	isNew := func(flow string) bool { return !isLegacy(flow) }
	if slices.ContainsFunc(flows, isLegacy) && slices.ContainsFunc(flows, isNew) {
		b.fail(client, "ExplicitAuthFlows", "flows that begin with ALLOW_ can't be combined with those that don't")
	}
}

// checkValidities applies what CreateUserPoolClient says of how long each token is valid.
func (b *builder) checkValidities(client Resource, access, id, refresh time.Duration) {
	for _, token := range []struct {
		property                 string
		valid, shortest, longest time.Duration
	}{
		{"AccessTokenValidity", access, shortestValidity, longestValidity},
		{"IdTokenValidity", id, shortestValidity, longestValidity},
		{"RefreshTokenValidity", refresh, shortestRefresh, longestRefresh},
	} {
		if token.valid < token.shortest || token.valid > token.longest {
			b.fail(client, token.property, "the token would be valid for %v, and AWS allows %v to %v", token.valid, token.shortest, token.longest)
			return
		}
	}
	if max(access, id) > refresh {
		b.fail(client, "RefreshTokenValidity", "access and ID tokens must not be valid for longer than the refresh token, %v", refresh)
	}
}
