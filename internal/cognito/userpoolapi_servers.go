package cognito

import (
	"context"
	"slices"
)

// resourceServerDescription is ResourceServerType.
type resourceServerDescription struct {
	UserPoolID string `json:"UserPoolId"`
	Identifier string
	Name       string
	Scopes     []scopeDescription `json:",omitempty"`
}

type scopeDescription struct{ ScopeName, ScopeDescription string }

func (s *Server) describe(server ResourceServer) resourceServerDescription {
	d := resourceServerDescription{UserPoolID: s.userPool.ID, Identifier: server.Identifier, Name: server.Name}
	for _, scope := range server.Scopes {
		d.Scopes = append(d.Scopes, scopeDescription{ScopeName: scope, ScopeDescription: server.Descriptions[scope]})
	}
	return d
}

func (s *Server) describeResourceServer(_ context.Context, request apiRequest) (any, error) {
	index := slices.IndexFunc(s.servers, func(server ResourceServer) bool { return server.Identifier == request.Identifier })
	if index < 0 {
		return nil, notFound("Resource server " + request.Identifier + " does not exist.")
	}
	return struct{ ResourceServer resourceServerDescription }{s.describe(s.servers[index])}, nil
}

// listResourceServers lists all of them: a page holds 50, and a pool has 25.
//
// Parity: User pool API: resource servers on a page
func (s *Server) listResourceServers(_ context.Context, request apiRequest) (any, error) {
	if request.MaxResults != nil && (*request.MaxResults < 1 || *request.MaxResults > 50) {
		return nil, invalidParameter("MaxResults must be 1 to 50")
	}
	list := []resourceServerDescription{}
	for _, server := range s.servers {
		list = append(list, s.describe(server))
	}
	return struct{ ResourceServers []resourceServerDescription }{list}, nil
}
