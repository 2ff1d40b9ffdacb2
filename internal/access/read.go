package access

import (
	"cmp"
	"fmt"
	"slices"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/httpapi"
	"cognito-m2m/naming"
)

// IDs are the ids of a running environment. An assembly has none of them: those that are empty here
// stay unknown.
type IDs struct {
	Region     string            // for stacks whose template leaves it open
	UserPoolID string            // with it, issuers are known
	Clients    map[string]string // app client ids by the clients' names
}

// Read reads the environment of that name from the cloud assembly in dir. It fails if the assembly
// or the environment does not exist, if its templates can't be evaluated, or if they do not have
// exactly one HTTP API. Other resources are ignored.
func Read(dir, name string, ids IDs) (*Environment, error) {
	loaded, err := assembly.Load(dir)
	if err != nil {
		return nil, err
	}
	stage, err := loaded.Stage(name)
	if err != nil {
		return nil, err
	}
	model, problems := stage.Resolve(assembly.Options{Region: ids.Region, IDs: placeholders{ids.UserPoolID}})
	for _, problem := range problems {
		if problem.Kind == assembly.Invalid {
			return nil, fmt.Errorf("reading %s: %w", dir, problem)
		}
	}
	if len(model.APIs) != 1 {
		return nil, fmt.Errorf("reading %s: %s has %d HTTP APIs, not one", dir, name, len(model.APIs))
	}
	r := reader{ids: ids, model: model, names: model.ClientNames(), api: model.APIs[0]}
	e, err := r.read(name)
	if err != nil {
		return nil, err
	}
	e.Listens = listens(stage)
	return e, nil
}

// Of is what an environment grants that is served: all ids are those of its model.
func Of(name string, model *assembly.Model, pool assembly.UserPool, api assembly.API) (*Environment, error) {
	ids, names := IDs{Region: model.Region, UserPoolID: pool.ID, Clients: map[string]string{}}, model.ClientNames()
	for _, declared := range model.UserPoolClients {
		if declared.UserPoolID == pool.ID {
			ids.Clients[names[declared.ID]] = declared.ID
		}
	}
	return reader{ids: ids, model: model, names: names, api: api}.read(name)
}

// listens looks for rules of EventBridge, which are not part of a model.
func listens(stage *assembly.Stage) bool {
	return slices.ContainsFunc(stage.Templates(), func(t assembly.Template) bool {
		resources, _ := t.Body["Resources"].(map[string]any)
		for _, declared := range resources {
			if resource, ok := declared.(map[string]any); ok && resource["Type"] == "AWS::Events::Rule" {
				return true
			}
		}
		return false
	})
}

// placeholders implements assembly.IDs while it is not yet known which client has which logical id.
type placeholders struct{ userPoolID string }

func (p placeholders) ID(key assembly.Key) (string, error) {
	if key.Type == "AWS::Cognito::UserPool" && p.userPoolID != "" {
		return p.userPoolID, nil
	}
	return key.Stack + "." + key.LogicalID, nil
}

type reader struct {
	ids   IDs
	model *assembly.Model
	names map[string]string // of the clients, by id
	api   assembly.API
}

func (r reader) read(name string) (*Environment, error) {
	e := &Environment{Name: name}
	for _, declared := range r.model.UserPoolClients {
		scopes := slices.Sorted(slices.Values(declared.AllowedOAuthScopes))
		named := r.names[declared.ID]
		e.Clients = append(e.Clients, Client{Name: named, ID: r.ids.Clients[named], Scopes: scopes})
	}
	authorizers := map[string]*Authorizer{}
	for _, declared := range r.api.Authorizers {
		read := r.jwtAuthorizer
		if declared.Function != nil {
			read = r.functionAuthorizer
		}
		a, err := read(declared)
		if err != nil {
			return nil, err
		}
		authorizers[declared.ID] = a
	}
	for _, declared := range r.api.Routes {
		route, err := r.route(declared, authorizers)
		if err != nil {
			return nil, err
		}
		e.Routes = append(e.Routes, route)
	}
	slices.SortFunc(e.Clients, func(a, b Client) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(e.Routes, func(a, b Route) int { return cmp.Compare(a.Key, b.Key) })
	return e, nil
}

func (r reader) route(declared assembly.Route, authorizers map[string]*Authorizer) (Route, error) {
	route := Route{Key: declared.Key}
	switch declared.AuthorizationType {
	case "CUSTOM":
		if route.Scopes = declared.ToldScopes; route.Scopes == nil {
			return route, fmt.Errorf("the route %s asks a Lambda authorizer, and has no list of scopes in its Metadata (%s): which tokens the function takes is not in the templates",
				declared.Key, naming.ScopesMetadata)
		}
	case "JWT":
		route.Scopes = declared.AuthorizationScopes
	default:
		return route, nil
	}
	if route.Authorizer = authorizers[declared.AuthorizerID]; route.Authorizer == nil {
		return route, fmt.Errorf("the route %s has an authorizer that the API does not have", declared.Key)
	}
	return route, nil
}

func (r reader) jwtAuthorizer(declared assembly.Authorizer) (*Authorizer, error) {
	source, err := httpapi.ParseIdentitySource(declared.IdentitySource)
	if err != nil {
		return nil, fmt.Errorf("the authorizer %s: %w", declared.Name, err)
	}
	a := &Authorizer{Name: declared.Name, Header: source.Header, Query: source.Query}
	if r.ids.UserPoolID != "" {
		a.Issuer = declared.Issuer
	}
	for _, accepted := range declared.Audience {
		i := slices.IndexFunc(r.model.UserPoolClients, func(c assembly.UserPoolClient) bool { return c.ID == accepted })
		if i < 0 { // an id written in the template
			a.Audience = append(a.Audience, accepted)
			continue
		}
		name := r.names[accepted]
		a.Clients = append(a.Clients, name)
		if id := r.ids.Clients[name]; id != "" {
			a.Audience = append(a.Audience, id)
		}
	}
	slices.Sort(a.Clients)
	return a, nil
}
