package assembly

import "cognito-m2m/internal/assembly/template"

var resourceServer = template.Type{
	Properties: template.Properties{
		"UserPoolId": template.Text().Must(),
		"Identifier": template.Text().Must().Like(`^[\x21\x23-\x5B\x5D-\x7E]{1,256}$`),
		"Name":       template.Text().Must().Like(cognitoName),
		"Scopes": template.ListOf(template.Object(template.Properties{
			"ScopeName":        template.Text().Must().Like(`^[\x21\x23-\x2E\x30-\x5B\x5D-\x7E]{1,256}$`),
			"ScopeDescription": template.Text().Must().Like(`^.{1,256}$`),
		})).AtMost(100),
	},
	Ref: template.ValueOf("Identifier"),
}

// cognitoName is what Cognito allows as the name of a resource server or app client.
const cognitoName = `^[\w\s+=,.@-]{1,256}$`

func readResourceServer(b *builder, r *template.Resource, v template.Values) {
	server := ResourceServer{
		Resource:   r.Source(),
		UserPoolID: v.Text("UserPoolId"),
		Identifier: v.Text("Identifier"),
		Name:       v.Text("Name"),
	}
	for _, scope := range v.Objects("Scopes") {
		server.Scopes = append(server.Scopes, Scope{Name: scope.Text("ScopeName"), Description: scope.Text("ScopeDescription")})
	}
	b.model.ResourceServers = append(b.model.ResourceServers, server)
}

// declaredScopes are the scopes of all resource servers, each with the id of its pool.
func (b *builder) declaredScopes() map[[2]string]struct{} {
	scopes := map[[2]string]struct{}{}
	servers := map[string]owners{}
	for _, server := range b.model.ResourceServers {
		b.checkPool(server.Resource, server.UserPoolID)
		if servers[server.UserPoolID] == nil {
			servers[server.UserPoolID] = owners{}
		}
		if other, taken := servers[server.UserPoolID].claim(server.Identifier, server.Resource); taken {
			b.fail(server.Resource, "Identifier", "the user pool already has the resource server %q, as %s", server.Identifier, other)
		}
		for _, scope := range server.Scopes {
			scopes[[2]string{server.UserPoolID, server.Identifier + "/" + scope.Name}] = struct{}{}
		}
	}
	return scopes
}
