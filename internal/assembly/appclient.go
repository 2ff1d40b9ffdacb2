package assembly

import (
	"slices"
	"strings"
	"time"

	"cognito-m2m/internal/assembly/template"
	"cognito-m2m/internal/userpool"
)

var userPoolClient = template.Type{
	Properties: template.Properties{
		"UserPoolId":     template.Text().Must(),
		"GenerateSecret": template.Flag(),
		"ClientName":     template.Text().Like(`^[\w\s+=,.@-]{1,128}$`),

		"AllowedOAuthFlowsUserPoolClient": template.Flag(),
		"AllowedOAuthFlows":               template.ListOf(template.OneOf("code", "implicit", userpool.ClientCredentials)).AtMost(3),
		"AllowedOAuthScopes":              template.ListOf(template.Text().Like(`^[\x21\x23-\x5B\x5D-\x7E]{1,256}$`)).AtMost(50),
		"ExplicitAuthFlows": template.ListOf(template.OneOf(
			"ADMIN_NO_SRP_AUTH", "CUSTOM_AUTH_FLOW_ONLY", "USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH",
			"ALLOW_CUSTOM_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH",
			"ALLOW_USER_AUTH", "ALLOW_CLIENT_TOKEN_AUTH")),
		"AccessTokenValidity":  template.Whole(1, 86400),
		"IdTokenValidity":      template.Whole(1, 86400),
		"RefreshTokenValidity": template.Whole(0, 315360000),
		"TokenValidityUnits": template.Object(template.Properties{
			"AccessToken":  template.OneOf("seconds", "minutes", "hours", "days"),
			"IdToken":      template.OneOf("seconds", "minutes", "hours", "days"),
			"RefreshToken": template.OneOf("seconds", "minutes", "hours", "days"),
		}),

		// The rest is about users, who do not sign in at a client for client credentials.
		"AnalyticsConfiguration":                   template.NoEffect(),
		"AuthSessionValidity":                      template.NoEffect(),
		"CallbackURLs":                             template.NoEffect(),
		"DefaultRedirectURI":                       template.NoEffect(),
		"EnablePropagateAdditionalUserContextData": template.NoEffect(),
		"EnableTokenRevocation":                    template.NoEffect(),
		"LogoutURLs":                               template.NoEffect(),
		"PreventUserExistenceErrors":               template.OneOf("ENABLED", "LEGACY"),
		"ReadAttributes":                           template.NoEffect(),
		"RefreshTokenRotation":                     template.NoEffect(),
		"SupportedIdentityProviders":               template.NoEffect(),
		"WriteAttributes":                          template.NoEffect(),
	},
	Ref: template.GeneratedID,
	Attributes: map[string]template.Attribute{
		"ClientId":     template.GeneratedID,
		"Name":         template.NameFrom("ClientName", 128),
		"ClientSecret": template.Withheld("ClientSecret is a secret, and secrets do not belong in a template"),
	},
}

func readUserPoolClient(b *builder, r *template.Resource, v template.Values) {
	client := UserPoolClient{
		Resource:                        r.Source(),
		ID:                              r.Reference(),
		UserPoolID:                      v.Text("UserPoolId"),
		Name:                            r.Attribute("Name"),
		GenerateSecret:                  v.Flag("GenerateSecret"),
		AllowedOAuthFlows:               v.Texts("AllowedOAuthFlows"),
		AllowedOAuthScopes:              v.Texts("AllowedOAuthScopes"),
		AllowedOAuthFlowsUserPoolClient: v.Flag("AllowedOAuthFlowsUserPoolClient"),
		ExplicitAuthFlows:               v.Texts("ExplicitAuthFlows"),
		AccessTokenValidity:             validity(v, "AccessToken", userpool.AccessTokenValidity),
	}
	b.checkExplicitFlows(client.Resource, client.ExplicitAuthFlows)
	b.checkValidities(client.Resource, client.AccessTokenValidity,
		validity(v, "IdToken", userpool.AccessTokenValidity), validity(v, "RefreshToken", userpool.RefreshTokenValidity))
	b.model.UserPoolClients = append(b.model.UserPoolClients, client)
}

// validity is how long a kind of token is valid.
func validity(v template.Values, token string, of func(amount float64, unit string) time.Duration) time.Duration {
	return of(float64(v.Whole(token+"Validity", 0)), v.Object("TokenValidityUnits").Text(token))
}

func (b *builder) checkClients() {
	declared := b.declaredScopes()
	for _, client := range b.model.UserPoolClients {
		b.checkPool(client.Resource, client.UserPoolID)
		b.checkFlows(client)
		for _, scope := range client.AllowedOAuthScopes {
			standard := slices.Contains(standardScopes, scope)
			if standard && slices.Contains(client.AllowedOAuthFlows, userpool.ClientCredentials) {
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

// standardScopes exist in every pool without a resource server. They say what a client may do with
// a user's account, so no client without a user can have them.
var standardScopes = []string{"openid", "email", "phone", "profile", "aws.cognito.signin.user.admin"}

// checkFlows applies the rules of CreateUserPoolClient about OAuth flows.
func (b *builder) checkFlows(client UserPoolClient) {
	if slices.Contains(client.AllowedOAuthFlows, userpool.ClientCredentials) {
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

// flowClientToken is for a client's own tokens, and excludes the flows of users.
const flowClientToken = "ALLOW_CLIENT_TOKEN_AUTH"

// checkValidities applies what CreateUserPoolClient says of how long each token is valid.
func (b *builder) checkValidities(client Resource, access, id, refresh time.Duration) {
	for _, token := range []struct {
		property                 string
		valid, shortest, longest time.Duration
	}{
		{"AccessTokenValidity", access, userpool.ShortestValidity, userpool.LongestValidity},
		{"IdTokenValidity", id, userpool.ShortestValidity, userpool.LongestValidity},
		{"RefreshTokenValidity", refresh, userpool.ShortestRefresh, userpool.LongestRefresh},
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
