package assembly

import "time"

// Limits of an access or ID token's validity and of a refresh token's, and what they are if the template leaves them
// out.
const (
	shortestValidity = 5 * time.Minute
	longestValidity  = 24 * time.Hour
	defaultValidity  = time.Hour

	shortestRefresh = time.Hour
	longestRefresh  = 10 * 365 * 24 * time.Hour
	defaultRefresh  = 30 * 24 * time.Hour
)

var userPoolClient = resourceType{
	properties: properties{
		"UserPoolId":     text().must(),
		"GenerateSecret": flag(),
		"ClientName":     text().like(`^[\w\s+=,.@-]{1,128}$`),

		"AllowedOAuthFlowsUserPoolClient": flag(),
		"AllowedOAuthFlows":               listOf(oneOf("code", "implicit", flowClientCredentials)).atMost(3),
		"AllowedOAuthScopes":              listOf(text().like(`^[\x21\x23-\x5B\x5D-\x7E]{1,256}$`)).atMost(50),
		"ExplicitAuthFlows": listOf(oneOf(
			"ADMIN_NO_SRP_AUTH", "CUSTOM_AUTH_FLOW_ONLY", "USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH",
			"ALLOW_CUSTOM_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH",
			"ALLOW_USER_AUTH", "ALLOW_CLIENT_TOKEN_AUTH")),
		"AccessTokenValidity":  whole(1, 86400),
		"IdTokenValidity":      whole(1, 86400),
		"RefreshTokenValidity": whole(0, 315360000),
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
		"LogoutURLs":                               noEffect(),
		"PreventUserExistenceErrors":               oneOf("ENABLED", "LEGACY"),
		"ReadAttributes":                           noEffect(),
		"RefreshTokenRotation":                     noEffect(),
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
		AccessTokenValidity:             validity(v, "AccessToken", time.Hour, defaultValidity),
	}
	b.checkExplicitFlows(client.Resource, v.texts("ExplicitAuthFlows"))
	b.checkValidities(client.Resource, client.AccessTokenValidity,
		validity(v, "IdToken", time.Hour, defaultValidity), validity(v, "RefreshToken", 24*time.Hour, defaultRefresh))
	b.model.UserPoolClients = append(b.model.UserPoolClients, client)
}

// validity is how long a kind of token is valid: in its own unit unless TokenValidityUnits says otherwise, as in
// CreateUserPoolClient.
func validity(v values, token string, unit, otherwise time.Duration) time.Duration {
	number := v.whole(token+"Validity", 0)
	if number == 0 {
		return otherwise
	}
	if other, ok := validityUnits[v.object("TokenValidityUnits").text(token)]; ok {
		unit = other
	}
	return time.Duration(number) * unit
}
