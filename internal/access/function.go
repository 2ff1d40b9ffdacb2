package access

import (
	"fmt"
	"maps"
	"slices"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/httpapi"
	"cognito-m2m/naming"
)

// functionAuthorizer is an authorizer whose function lets in every client of the user pool, as
// lambda/authorize does.
func (r reader) functionAuthorizer(declared assembly.Authorizer) (*Authorizer, error) {
	sources, err := httpapi.ParseIdentitySources(declared.IdentitySource)
	if err != nil {
		return nil, fmt.Errorf("the authorizer %s: %w", declared.Name, err)
	}
	sources = slices.DeleteFunc(sources, func(s httpapi.IdentitySource) bool { return s.Header+s.Query == "" })
	if len(sources) != 1 {
		return nil, fmt.Errorf("the authorizer %s does not take a token from one header or query parameter", declared.Name)
	}
	a := &Authorizer{
		Name: declared.Name, Header: sources[0].Header, Query: sources[0].Query,
		Function: true, Remembered: declared.Function.ResultTTL,
	}
	for _, f := range r.model.Functions {
		if f.ARN == declared.Function.ARN && r.ids.UserPoolID != "" {
			a.Issuer = f.Environment[naming.IssuerVariable]
		}
	}
	a.Clients = slices.Sorted(maps.Values(r.names))
	return a, nil
}
