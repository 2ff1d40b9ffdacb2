package local

import (
	"cmp"

	"cognito-m2m/internal/cognito"
)

// Description is what a caller of a running environment needs to know. Its JSON
// form is a promise: keys are added, never renamed.
type Description struct {
	APIURL        string            `json:"api_url"`
	TokenEndpoint string            `json:"token_endpoint"` // with its path; empty for a pool without a domain
	Issuer        string            `json:"issuer"`         // the iss claim, in AWS's form
	JWKSURI       string            `json:"jwks_uri"`
	UserPoolID    string            `json:"user_pool_id"`
	Clients       map[string]Client `json:"clients"` // by name
	Routes        []Route           `json:"routes"`
}

// Client is one app client. Its secret opens this local run and nothing else.
//
// Parity: Runtime: secrets are printed
type Client struct {
	ClientID     string   `json:"client_id"`
	ClientSecret Secret   `json:"client_secret"`
	Scopes       []string `json:"scopes"` // in full form: test-api/read
}

// Secret is a client secret; only its JSON form shows it.
type Secret = cognito.Secret

// Route is one route of the HTTP API. Authorization is JWT, where a token needs
// one of the scopes (without any, every token of a known client will do), or
// NONE, which is open to everybody.
type Route struct {
	RouteKey      string   `json:"route_key"`
	Authorization string   `json:"authorization"`
	Scopes        []string `json:"scopes"`
}

func describe(p *parts, clients []cognito.Client, apiURL, cognitoURL string) *Description {
	d := &Description{
		APIURL:     apiURL + p.stagePath(),
		Issuer:     p.pool.ProviderURL,
		JWKSURI:    cognitoURL + "/" + p.pool.ID + "/.well-known/jwks.json",
		UserPoolID: p.pool.ID,
		Clients:    map[string]Client{},
		Routes:     []Route{},
	}
	if p.domain() != "" { // as on AWS: a pool without a domain has no token endpoint
		d.TokenEndpoint = cognitoURL + "/oauth2/token"
	}
	for _, client := range clients {
		described := Client{ClientID: client.ID, Scopes: nonNil(client.AllowedOAuthScopes)}
		if len(client.Secrets) > 0 {
			described.ClientSecret = client.Secrets[len(client.Secrets)-1]
		}
		d.Clients[client.Name] = described
	}
	for _, route := range p.api.Routes {
		d.Routes = append(d.Routes, Route{
			RouteKey:      route.Key,
			Authorization: cmp.Or(route.AuthorizationType, "NONE"),
			Scopes:        nonNil(route.AuthorizationScopes),
		})
	}
	return d
}

// nonNil makes an absent list an empty one in JSON.
func nonNil(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
