package assembly

import "slices"

// standardScopes exist in every pool without a resource server.
var standardScopes = keys("openid", "email", "phone", "profile", "aws.cognito.signin.user.admin")

func (b *builder) checkClients() {
	declared := b.declaredScopes()
	for _, client := range b.model.UserPoolClients {
		b.checkPool(client.Resource, client.UserPoolID)
		b.checkFlows(client)
		for _, scope := range client.AllowedOAuthScopes {
			_, standard := standardScopes[scope]
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
	for _, server := range b.model.ResourceServers {
		b.checkPool(server.Resource, server.UserPoolID)
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
