package serving

import (
	"cmp"
	"runtime"
	"sync"

	"cognito-m2m/client"
	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/cognito"
	"cognito-m2m/internal/run"
	"cognito-m2m/internal/userpool"
)

// Description is what a caller of a running environment needs to know. Its JSON form is a promise:
// keys are added, never renamed.
type Description struct {
	Environment   string `json:"environment,omitempty"` // in a run with several
	APIURL        string `json:"api_url"`
	TokenEndpoint string `json:"token_endpoint"` // with its path; empty for a pool without a domain
	Issuer        string `json:"issuer"`         // the iss claim, in AWS's form
	JWKSURI       string `json:"jwks_uri"`
	UserPoolID    string `json:"user_pool_id"`
	AWSEndpoint   string `json:"aws_endpoint_url"` // for --endpoint-url and the SDKs' setting of that name
	// What requests to the AWS endpoint are signed with. It opens this environment's local runs and
	// nothing else.
	AccessKeyID     string        `json:"aws_access_key_id"`
	SecretAccessKey client.Secret `json:"aws_secret_access_key"`

	// PageURL is the page of the run, with a code that opens it once; empty without a page.
	PageURL string `json:"page_url,omitempty"`

	Region  string            `json:"region"`
	Clients map[string]Client `json:"clients"` // by name
	Routes  []Route           `json:"routes"`
}

// Client is one app client. Its secret opens this local run and nothing else.
//
// Parity: Runtime: secrets are printed
type Client struct {
	ClientID string `json:"client_id"`
	// ClientSecret is that of the secret's AWSCURRENT version, empty until the first rotation has
	// ended. Without a secret in the template it is the newest.
	ClientSecret client.Secret `json:"client_secret"`
	// SecretARN is the Secrets Manager secret with the client's credentials; empty if the template
	// has none.
	SecretARN string   `json:"secret_arn"`
	Scopes    []string `json:"scopes"` // in full form: test-api/read
}

// Route is one route of the HTTP API. Authorization is JWT, where a token needs one of the scopes
// (without any, every token of a known client will do), CUSTOM, where the function of a Lambda
// authorizer decides, or NONE, which is open to everybody. Scopes is null if the template of a
// CUSTOM route does not tell them.
type Route struct {
	RouteKey      string   `json:"route_key"`
	Authorization string   `json:"authorization"`
	Scopes        []string `json:"scopes"`
}

// Served is an environment that is served, with its description.
type Served struct {
	*Environment
	*Description
}

// Tell tells Config.Serves of all environments that are served.
func (r *Run) Tell(served []Served) {
	if r.Serves != nil {
		r.Serves(served)
	}
}

// Announced is what other processes of this user are told of the page, nil without one.
func (r *Run) Announced() *run.Page {
	if r.Page == nil {
		return nil
	}
	return &r.Page.Access
}

// Addresses are where an environment's listeners are reached, as URLs; "" for one that is not
// there.
type Addresses struct{ API, Pool, AWS string }

func (a Addresses) tokenEndpoint() string { return a.Pool + userpool.TokenPath }

func (a Addresses) jwksURI(poolID string) string {
	return userpool.JWKSURL(a.Pool + "/" + poolID)
}

// Describe describes an environment and the user pool that serves it.
func (r *Run) Describe(env *Environment, at Addresses, pool *cognito.Server) *Description {
	d := &Description{
		APIURL:      at.API + env.stagePath(),
		Issuer:      env.Pool.ProviderURL,
		JWKSURI:     at.jwksURI(env.Pool.ID),
		UserPoolID:  env.Pool.ID,
		AWSEndpoint: at.AWS,

		AccessKeyID:     r.State.AccessKey().ID,
		SecretAccessKey: r.State.AccessKey().Secret,

		Region:  env.Model.Region,
		Clients: map[string]Client{},
		Routes:  []Route{},
	}
	if r.Page != nil {
		d.PageURL = r.Page.URL
	}
	if env.hasDomain() { // as on AWS: a pool without a domain has no token endpoint
		d.TokenEndpoint = at.tokenEndpoint()
	}
	r.describeClients(d, env, pool)
	for _, route := range env.API.Routes {
		d.Routes = append(d.Routes, Route{
			RouteKey:      route.Key,
			Authorization: cmp.Or(route.AuthorizationType, "NONE"),
			Scopes:        scopesOf(route),
		})
	}
	return d
}

// scopesOf are the scopes of which a token needs one, nil if only the function of an authorizer
// knows.
func scopesOf(route assembly.Route) []string {
	if route.AuthorizationType == "CUSTOM" {
		return route.ToldScopes
	}
	return nonNil(route.AuthorizationScopes)
}

// describeClients reads many secrets, and on all processors.
func (r *Run) describeClients(d *Description, env *Environment, pool *cognito.Server) {
	clients, secrets, names := env.Clients(), env.SecretsByClient(), env.Model.ClientNames()
	described := make([]Client, len(clients))
	parts := runtime.GOMAXPROCS(0)
	var describing sync.WaitGroup
	for part := range parts {
		describing.Go(func() {
			for i := part * len(clients) / parts; i < (part+1)*len(clients)/parts; i++ {
				described[i] = r.describeClient(clients[i], secrets[clients[i].ID], pool)
			}
		})
	}
	describing.Wait()
	for i, declared := range clients {
		d.Clients[names[declared.ID]] = described[i]
	}
}

func (r *Run) describeClient(declared assembly.UserPoolClient, secretARN string, pool *cognito.Server) Client {
	described := Client{ClientID: declared.ID, Scopes: nonNil(declared.AllowedOAuthScopes)}
	if secretARN != "" {
		described.SecretARN = secretARN
		described.ClientSecret = r.State.CurrentClientSecret(secretARN, declared.ID)
	} else if live := pool.ClientSecrets(declared.ID); len(live) > 0 {
		described.ClientSecret = live[len(live)-1].Value
	}
	return described
}

// nonNil makes an absent list an empty one in JSON.
func nonNil(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
