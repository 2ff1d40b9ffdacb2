package serving

import (
	"cmp"
	"time"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/gateway"
	"cognito-m2m/internal/redacted"
)

// Request is what became of one request to the HTTP API: a gateway.Request with the name of the
// client in place of its id.
type Request struct {
	Received time.Time
	Duration time.Duration
	Method   string
	Path     string
	// Client is the name of the client whose token the request had, or whom a Lambda authorizer's
	// context names; its id if the environment has no such client, and "" without a valid token.
	Client  string
	Status  int
	Refused string
	// The rest is as in a gateway.Request. APIID is the id of the HTTP API.
	ID, APIID, Route, LogLine string
	Sent                      redacted.Text
}

// NewGateway serves the HTTP API of an environment. The issuer it trusts is the one the template
// names; only the environment's pool is reached on this machine.
func (r *Run) NewGateway(env *Environment, at Addresses, functions FunctionSet) (*gateway.Gateway, error) {
	return gateway.New(gateway.Config{
		API: gateway.API{
			ID:        env.API.ID,
			Region:    env.Model.Region,
			AccountID: env.Model.AccountID,
			CORS:      (*gateway.CORS)(env.API.CORS),
		},
		Stages:       stagesOf(env.API),
		Routes:       routesOf(env.API),
		Integrations: integrationsOf(env.API),
		Authorizers:  authorizersOf(env.API),
		Permissions:  permissionsOf(env.Model),
		Functions:    functions.invokers(),
		OIDC: func(issuer string) string {
			if issuer != env.Pool.ProviderURL && issuer != env.Former {
				return ""
			}
			return at.Pool + "/" + env.Pool.ID
		},
		HTTPClient: r.fetcher,
		AccessLog:  r.AccessLog,
		Observe:    r.observer(env),
		Weather:    r.callWeather(env),
		Now:        r.Now,
		Log:        r.Log,
	})
}

func stagesOf(api assembly.API) (stages []gateway.Stage) {
	for _, declared := range api.Stages {
		stage := gateway.Stage{
			Name:                 declared.Name,
			Variables:            declared.Variables,
			AccessLogFormat:      declared.AccessLogFormat,
			DefaultRouteSettings: gateway.RouteSettings(declared.DefaultRouteSettings),
			RouteSettings:        map[string]gateway.RouteSettings{},
		}
		for key, settings := range declared.RouteSettings {
			stage.RouteSettings[key] = gateway.RouteSettings(settings)
		}
		stages = append(stages, stage)
	}
	return stages
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
			FunctionARN:     Qualified(declared.FunctionARN, declared.Qualifier),
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
			Function:       authorizerFunctionOf(declared.Function),
		})
	}
	return authorizers
}

func authorizerFunctionOf(declared *assembly.AuthorizerFunction) *gateway.AuthorizerFunction {
	if declared == nil {
		return nil
	}
	return &gateway.AuthorizerFunction{
		ARN:                  Qualified(declared.ARN, declared.Qualifier),
		PayloadFormatVersion: declared.PayloadFormatVersion,
		SimpleResponses:      declared.SimpleResponses,
		ResultTTL:            declared.ResultTTL,
		HasRole:              declared.CredentialsARN != "",
	}
}

func permissionsOf(model *assembly.Model) (permissions []gateway.Permission) {
	for _, declared := range model.Permissions {
		permissions = append(permissions, gateway.Permission{
			FunctionARN: Qualified(declared.FunctionARN, declared.Qualifier),
			Statement:   declared.Statement,
		})
	}
	return permissions
}

// observer gives the records of requests the names of this environment's clients.
func (r *Run) observer(env *Environment) func(gateway.Request) {
	if r.Observe == nil {
		return nil
	}
	names := env.clientNames()
	return func(request gateway.Request) {
		r.Observe(Request{
			Received: request.Received,
			Duration: request.Duration,
			Method:   request.Method,
			Path:     request.Path,
			Client:   cmp.Or(names[request.ClientID], request.ClientID),
			Status:   request.Status,
			Refused:  request.Refused,
			ID:       request.ID,
			APIID:    env.API.ID,
			Route:    request.Route,
			LogLine:  request.LogLine,
			Sent:     request.Sent,
		})
	}
}
