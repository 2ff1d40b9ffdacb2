package local

import (
	"fmt"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/cognito"
	"cognito-m2m/internal/gateway"
)

// newCognito serves the pool of the model, with the keys and secrets of the
// state.
func (r *Runtime) newCognito(d *deployment) (*cognito.Server, error) {
	p := d.parts
	keys, err := d.ids.Keys(p.pool)
	if err != nil {
		return nil, err
	}
	clients, err := r.clientsOf(d)
	if err != nil {
		return nil, err
	}
	prefix, custom := p.domains()
	server, err := cognito.New(cognito.Config{
		UserPool: cognito.UserPool{
			ID:           p.pool.ID,
			Name:         p.pool.Name,
			ARN:          p.pool.ARN,
			Region:       p.model.Region,
			Issuer:       p.pool.ProviderURL,
			Domain:       prefix,
			CustomDomain: custom,
		},
		ResourceServers: resourceServersOf(p),
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
	for _, declared := range d.parts.clients() {
		secrets, err := d.ids.ClientSecrets(declared, r.cfg.Now())
		if err != nil {
			return nil, err
		}
		clients = append(clients, cognito.Client{
			ID:                              declared.ID,
			Name:                            d.parts.model.ClientName(declared),
			Secrets:                         secrets,
			AllowedOAuthFlowsUserPoolClient: declared.AllowedOAuthFlowsUserPoolClient,
			AllowedOAuthFlows:               declared.AllowedOAuthFlows,
			AllowedOAuthScopes:              declared.AllowedOAuthScopes,
			AccessTokenValidity:             declared.AccessTokenValidity,
		})
	}
	return clients, nil
}

func resourceServersOf(p *parts) []cognito.ResourceServer {
	var servers []cognito.ResourceServer
	for _, declared := range p.model.ResourceServers {
		if declared.UserPoolID != p.pool.ID {
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

// newGateway serves the HTTP API of the model. The issuer it trusts is the one
// the template names; only that of the pool above is reached on this machine.
func (r *Runtime) newGateway(d *deployment) (*gateway.Gateway, error) {
	p := d.parts
	return gateway.New(gateway.Config{
		API:          apiOf(p),
		Stages:       stagesOf(p.api),
		Routes:       routesOf(p.api),
		Integrations: integrationsOf(p.api),
		Authorizers:  authorizersOf(p.api),
		Permissions:  permissionsOf(p.model),
		Functions:    d.functions.invokers(),
		OIDC: func(issuer string) string {
			if issuer != p.pool.ProviderURL {
				return ""
			}
			return r.at.pool + "/" + p.pool.ID
		},
		HTTPClient: r.fetcher,
		AccessLog:  r.cfg.AccessLog,
		Observe:    r.observer(p),
		Now:        r.cfg.Now,
		Log:        r.cfg.Log,
	})
}

func apiOf(p *parts) gateway.API {
	api := gateway.API{ID: p.api.ID, Region: p.model.Region, AccountID: p.model.AccountID}
	if cors := p.api.CORS; cors != nil {
		api.CORS = &gateway.CORS{
			AllowCredentials: cors.AllowCredentials,
			AllowHeaders:     cors.AllowHeaders,
			AllowMethods:     cors.AllowMethods,
			AllowOrigins:     cors.AllowOrigins,
			ExposeHeaders:    cors.ExposeHeaders,
			MaxAge:           cors.MaxAge,
		}
	}
	return api
}

func stagesOf(api assembly.API) (stages []gateway.Stage) {
	for _, declared := range api.Stages {
		stage := gateway.Stage{
			Name:                 declared.Name,
			Variables:            declared.Variables,
			AccessLogFormat:      declared.AccessLogFormat,
			DefaultRouteSettings: settingsOf(declared.DefaultRouteSettings),
			RouteSettings:        map[string]gateway.RouteSettings{},
		}
		for key, settings := range declared.RouteSettings {
			stage.RouteSettings[key] = settingsOf(settings)
		}
		stages = append(stages, stage)
	}
	return stages
}

func settingsOf(declared assembly.RouteSettings) gateway.RouteSettings {
	return gateway.RouteSettings{
		ThrottlingRateLimit:  declared.ThrottlingRateLimit,
		ThrottlingBurstLimit: declared.ThrottlingBurstLimit,
	}
}

func routesOf(api assembly.API) (routes []gateway.Route) {
	for _, declared := range api.Routes {
		routes = append(routes, gateway.Route{
			Key:                 declared.Key,
			AuthorizationType:   declared.AuthorizationType,
			AuthorizerID:        declared.AuthorizerID,
			AuthorizationScopes: declared.AuthorizationScopes,
			IntegrationID:       declared.IntegrationID,
		})
	}
	return routes
}

func integrationsOf(api assembly.API) (integrations []gateway.Integration) {
	for _, declared := range api.Integrations {
		integrations = append(integrations, gateway.Integration{
			ID:              declared.ID,
			FunctionARN:     qualified(declared.FunctionARN, declared.Qualifier),
			TimeoutInMillis: int(declared.Timeout.Milliseconds()),
		})
	}
	return integrations
}

func authorizersOf(api assembly.API) (authorizers []gateway.Authorizer) {
	for _, declared := range api.Authorizers {
		authorizers = append(authorizers, gateway.Authorizer{
			ID:             declared.ID,
			Name:           declared.Name,
			IdentitySource: declared.IdentitySource,
			Issuer:         declared.Issuer,
			Audience:       declared.Audience,
		})
	}
	return authorizers
}

func permissionsOf(model *assembly.Model) (permissions []gateway.Permission) {
	for _, declared := range model.Permissions {
		permissions = append(permissions, gateway.Permission{
			FunctionARN:   qualified(declared.FunctionARN, declared.Qualifier),
			Principal:     declared.Principal,
			Action:        declared.Action,
			SourceARN:     declared.SourceARN,
			SourceAccount: declared.SourceAccount,
		})
	}
	return permissions
}
