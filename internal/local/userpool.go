package local

import (
	"encoding/json"
	"fmt"
	"time"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/cognito"
)

// vault has the keys of user pools and the secrets of their clients.
type vault interface {
	Keys(pool assembly.UserPool) (*cognito.Keys, error)
	ClientSecrets(client assembly.UserPoolClient, now time.Time) ([]cognito.ClientSecret, error)
}

// newCognito serves the pool of the model, with the keys and secrets of the state.
func (h *host) newCognito(served *servedResources, ids vault, baseURL string) (*cognito.Server, error) {
	keys, err := ids.Keys(served.pool)
	if err != nil {
		return nil, err
	}
	clients, err := h.clientsOf(served, ids)
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
		SaveSecrets:     h.state.KeepClientSecrets,
		SaveClient:      h.saveClient,
		BaseURL:         baseURL,
		Now:             h.cfg.Now,
		Log:             h.cfg.Log,
	})
	if err != nil {
		return nil, fmt.Errorf("serving the user pool with the ids, secrets and keys in %s: %w", h.state.File(), err)
	}
	return server, nil
}

func (h *host) clientsOf(served *servedResources, ids vault) ([]cognito.Client, error) {
	var clients []cognito.Client
	for _, declared := range served.clients() {
		secrets, err := ids.ClientSecrets(declared, h.cfg.Now())
		if err != nil {
			return nil, err
		}
		clients = append(clients, cognito.Client{
			ID:                              declared.ID,
			Name:                            served.model.ClientName(declared),
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

// keepClient writes what an app client is that was changed by UpdateUserPoolClient.
func (h *host) keepClient(client cognito.Client) error {
	client.Secrets = nil // they are kept on their own
	raw, err := json.Marshal(client)
	if err != nil {
		return fmt.Errorf("encoding client %s: %w", client.ID, err)
	}
	return h.state.KeepChangedClient(client.ID, raw)
}

// changed is an app client as it was changed, false if it is as its template says.
func (h *host) changed(id string) (client cognito.Client, ok bool) {
	raw := h.state.ChangedClient(id)
	return client, raw != nil && json.Unmarshal(raw, &client) == nil
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
