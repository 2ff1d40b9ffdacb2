package assembly

import "time"

// Limits of an access token's validity, and what it is if the template leaves it out.
const (
	shortestValidity = 5 * time.Minute
	longestValidity  = 24 * time.Hour
	defaultValidity  = time.Hour
)

var userPoolClient = resourceType{
	properties: properties{
		"UserPoolId":     text().must().replacing(),
		"GenerateSecret": flag().replacing(),
		"ClientName":     text().like(`^[\w\s+=,.@-]{1,128}$`),

		"AllowedOAuthFlowsUserPoolClient": flag(),
		"AllowedOAuthFlows":               listOf(oneOf("code", "implicit", flowClientCredentials)).atMost(3),
		"AllowedOAuthScopes":              listOf(text().like(`^[\x21\x23-\x5B\x5D-\x7E]{1,256}$`)).atMost(50),
		"ExplicitAuthFlows": listOf(oneOf(
			"ADMIN_NO_SRP_AUTH", "CUSTOM_AUTH_FLOW_ONLY", "USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH",
			"ALLOW_CUSTOM_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH",
			"ALLOW_USER_AUTH", "ALLOW_CLIENT_TOKEN_AUTH")),
		"AccessTokenValidity": whole(1, 86400),
		"TokenValidityUnits": object(properties{
			"AccessToken":  oneOf("seconds", "minutes", "hours", "days"),
			"IdToken":      oneOf("seconds", "minutes", "hours", "days"),
			"RefreshToken": oneOf("seconds", "minutes", "hours", "days"),
		}),

		// The rest is about users, who do not sign in at a client for client credentials.
		"AnalyticsConfiguration":                   noEffect(),
		"AuthSessionValidity":                      noEffect(),
		"CallbackURLs":                             noEffect(),
		"DefaultRedirectURI":                       noEffect(),
		"EnablePropagateAdditionalUserContextData": noEffect(),
		"EnableTokenRevocation":                    noEffect(),
		"IdTokenValidity":                          noEffect(),
		"LogoutURLs":                               noEffect(),
		"PreventUserExistenceErrors":               oneOf("ENABLED", "LEGACY"),
		"ReadAttributes":                           noEffect(),
		"RefreshTokenRotation":                     noEffect(),
		"RefreshTokenValidity":                     noEffect(),
		"SupportedIdentityProviders":               noEffect(),
		"WriteAttributes":                          noEffect(),
	},
	ref: generatedID,
	attributes: map[string]attribute{
		"ClientId":     generatedID,
		"Name":         nameFrom("ClientName", 128),
		"ClientSecret": withheld("ClientSecret is a secret, and secrets do not belong in a template"),
	},
	read: readUserPoolClient,
}

const flowClientCredentials = "client_credentials"

func readUserPoolClient(b *builder, r *resource, v values) {
	client := UserPoolClient{
		Resource:                        r.source(),
		ID:                              r.reference(),
		UserPoolID:                      v.text("UserPoolId"),
		Name:                            r.attribute("Name"),
		GenerateSecret:                  v.flag("GenerateSecret"),
		AllowedOAuthFlows:               v.texts("AllowedOAuthFlows"),
		AllowedOAuthScopes:              v.texts("AllowedOAuthScopes"),
		AllowedOAuthFlowsUserPoolClient: v.flag("AllowedOAuthFlowsUserPoolClient"),
		AccessTokenValidity:             accessTokenValidity(v),
	}
	if client.AccessTokenValidity < shortestValidity || client.AccessTokenValidity > longestValidity {
		b.fail(client.Resource, "AccessTokenValidity", "the token would be valid for %v, and AWS allows %v to %v",
			client.AccessTokenValidity, shortestValidity, longestValidity)
	}
	b.model.UserPoolClients = append(b.model.UserPoolClients, client)
}

// accessTokenValidity: the unit is the hour unless TokenValidityUnits says otherwise, as in CreateUserPoolClient.
func accessTokenValidity(v values) time.Duration {
	number := v.whole("AccessTokenValidity", 0)
	if number == 0 {
		return defaultValidity
	}
	if unit, ok := validityUnits[v.object("TokenValidityUnits").text("AccessToken")]; ok {
		return time.Duration(number) * unit
	}
	return time.Duration(number) * time.Hour
}
