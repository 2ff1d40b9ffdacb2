package local

import (
	"fmt"

	"cognito-m2m/internal/cognito"
)

// newCognito serves the pool of the model, with the keys and secrets of the state.
func (r *Runtime) newCognito(d *deployment) (*cognito.Server, error) {
	served := d.resources
	keys, err := d.ids.Keys(served.pool)
	if err != nil {
		return nil, err
	}
	clients, err := r.clientsOf(d)
	if err != nil {
		return nil, err
	}
	prefix, custom := served.domains()
	server, err := cognito.New(cognito.Config{
		UserPool: cognito.UserPool{
			ID:           served.pool.ID,
			Name:         served.pool.Name,
			ARN:          served.pool.ARN,
			Region:       served.model.Region,
			Issuer:       served.pool.ProviderURL,
			Domain:       prefix,
			CustomDomain: custom,
		},
		ResourceServers: resourceServersOf(served),
		Clients:         clients,
		Keys:            keys,
		SaveSecrets:     r.state.KeepClientSecrets,
		BaseURL:         r.at.pool,
		Now:             r.cfg.Now,
		Log:             r.cfg.Log,
	})
	if err != nil {
		return nil, fmt.Errorf("serving the user pool with the ids, secrets and keys in %s: %w", r.state.File(), err)
	}
	return server, nil
}

func (r *Runtime) clientsOf(d *deployment) ([]cognito.Client, error) {
	var clients []cognito.Client
	for _, declared := range d.resources.clients() {
		secrets, err := d.ids.ClientSecrets(declared, r.cfg.Now())
		if err != nil {
			return nil, err
		}
		clients = append(clients, cognito.Client{
			ID:                              declared.ID,
			Name:                            d.resources.model.ClientName(declared),
			Secrets:                         secrets,
			AllowedOAuthFlowsUserPoolClient: declared.AllowedOAuthFlowsUserPoolClient,
			AllowedOAuthFlows:               declared.AllowedOAuthFlows,
			AllowedOAuthScopes:              declared.AllowedOAuthScopes,
			AccessTokenValidity:             declared.AccessTokenValidity,
		})
	}
	return clients, nil
}

func resourceServersOf(served *servedResources) []cognito.ResourceServer {
	var servers []cognito.ResourceServer
	for _, declared := range served.model.ResourceServers {
		if declared.UserPoolID != served.pool.ID {
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
