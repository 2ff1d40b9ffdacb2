package serving

import (
	"fmt"
	"reflect"
	"time"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/cognito"
	"cognito-m2m/internal/secretsmanager"
)

// Vault has the keys of user pools and the secrets of their clients.
type Vault interface {
	Keys(pool assembly.UserPool) (*cognito.Keys, error)
	ClientSecrets(client assembly.UserPoolClient, now time.Time) ([]cognito.ClientSecret, error)
}

// NewUserPool serves the pool of an environment, with the keys and secrets of the state. store has
// the secrets of its clients once it serves.
func (r *Run) NewUserPool(env *Environment, ids Vault, baseURL string, store func() *secretsmanager.Store) (*cognito.Server, error) {
	keys, err := ids.Keys(env.Pool)
	if err != nil {
		return nil, err
	}
	clients, err := r.clientsOf(env, ids)
	if err != nil {
		return nil, err
	}
	config := cognito.Config{
		UserPool:        env.userPool(),
		ResourceServers: env.resourceServers(),
		Clients:         clients,
		Keys:            keys,
		SaveSecrets:     r.State.KeepClientSecrets,
		SaveKeys:        func(keys *cognito.Keys) error { return r.State.KeepKeys(env.Pool.ID, keys) },
		SaveClient:      r.SaveClient,
		BaseURL:         baseURL,
		Now:             r.Now,
		Log:             r.Log,
	}
	if r.ObserveTokens != nil {
		config.Observe = r.tokenObserver(env)
	}
	var weather poolWeather
	if r.Weather != nil {
		weather = poolWeather{run: r, names: env.clientNames(), secrets: env.SecretsByClient(), store: store}
		config.Weather = weather.decide
	}
	if weather.pool, err = cognito.New(config); err != nil {
		return nil, fmt.Errorf("serving the user pool with the ids, secrets and keys in %s: %w", r.State.File(), err)
	}
	return weather.pool, nil
}

// TokenRequest is what became of a token request: a cognito.Answered with the name of the client.
type TokenRequest struct {
	cognito.Answered

	Client string // "" if no client of its id exists
	PoolID string
}

// tokenObserver gives the records of token requests the names of this environment's clients.
func (r *Run) tokenObserver(env *Environment) func(cognito.Answered) {
	names := env.clientNames()
	return func(answered cognito.Answered) {
		r.ObserveTokens(TokenRequest{Answered: answered, Client: names[answered.ClientID], PoolID: env.Pool.ID})
	}
}

func (env *Environment) userPool() cognito.UserPool {
	prefix, custom := env.domains()
	return cognito.UserPool{
		ID:           env.Pool.ID,
		Name:         env.Pool.Name,
		ARN:          env.Pool.ARN,
		Region:       env.Model.Region,
		Issuer:       env.Pool.ProviderURL,
		Domain:       prefix,
		CustomDomain: custom,
	}
}

func (r *Run) clientsOf(env *Environment, ids Vault) ([]cognito.Client, error) {
	var clients []cognito.Client
	names := env.Model.ClientNames()
	for _, declared := range env.Clients() {
		secrets, err := ids.ClientSecrets(declared, r.Now())
		if err != nil {
			return nil, err
		}
		clients = append(clients, cognito.Client{
			ID:                              declared.ID,
			Name:                            names[declared.ID],
			Secrets:                         secrets,
			AllowedOAuthFlowsUserPoolClient: declared.AllowedOAuthFlowsUserPoolClient,
			AllowedOAuthFlows:               declared.AllowedOAuthFlows,
			AllowedOAuthScopes:              declared.AllowedOAuthScopes,
			ExplicitAuthFlows:               declared.ExplicitAuthFlows,
			AccessTokenValidity:             declared.AccessTokenValidity,
		})
	}
	return clients, nil
}

// SamePool reports whether the user pool of other is served like that of this environment.
func (env *Environment) SamePool(other *Environment) bool {
	prefix, custom := env.domains()
	otherPrefix, otherCustom := other.domains()
	return reflect.DeepEqual(env.Pool, other.Pool) && prefix == otherPrefix && custom == otherCustom &&
		reflect.DeepEqual(env.Clients(), other.Clients()) && reflect.DeepEqual(env.resourceServers(), other.resourceServers())
}

func (env *Environment) resourceServers() []cognito.ResourceServer {
	var servers []cognito.ResourceServer
	for _, declared := range env.Model.ResourceServers {
		if declared.UserPoolID != env.Pool.ID {
			continue
		}
		server := cognito.ResourceServer{Identifier: declared.Identifier, Name: declared.Name, Descriptions: map[string]string{}}
		for _, scope := range declared.Scopes {
			server.Scopes = append(server.Scopes, scope.Name)
			server.Descriptions[scope.Name] = scope.Description
		}
		servers = append(servers, server)
	}
	return servers
}
