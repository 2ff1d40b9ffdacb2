package diff

import (
	"slices"
	"strings"

	"cognito-m2m/internal/diff/change"
)

// allowList is a list that allows what is in it.
type allowList struct {
	name     string
	typeName string
	path     []string
	field    string // of the objects in the list, if it is one of objects
	what     string
	more     Effect // the effect of another item; one less tightens
}

var allowLists = []allowList{
	{"client-scopes", typeAppClient, []string{"AllowedOAuthScopes"}, "", "scopes it may ask for", Loosens},
	{"client-flows", typeAppClient, []string{"AllowedOAuthFlows"}, "", "OAuth flows", Loosens},
	{"client-auth-flows", typeAppClient, []string{"ExplicitAuthFlows"}, "", "authentication flows", Loosens},
	{"client-callbacks", typeAppClient, []string{"CallbackURLs"}, "", "callback URLs", Loosens},
	{"client-providers", typeAppClient, []string{"SupportedIdentityProviders"}, "", "identity providers", Loosens},
	{"scopes", typeResourceServer, []string{"Scopes"}, "ScopeName", "scopes it defines", Changes},
	{"cors-origins", typeAPI, []string{"CorsConfiguration", "AllowOrigins"}, "", "CORS origins", Loosens},
	{"cors-methods", typeAPI, []string{"CorsConfiguration", "AllowMethods"}, "", "CORS methods", Loosens},
	{"cors-headers", typeAPI, []string{"CorsConfiguration", "AllowHeaders"}, "", "CORS request headers", Loosens},
	{"role-policies", typeRole, []string{"ManagedPolicyArns"}, "", "managed policies", Loosens},
	{"provider-audience", "AWS::IAM::OIDCProvider", []string{"ClientIdList"}, "", "audiences", Loosens},
	{"policy-roles", typePolicy, []string{"Roles"}, "", "roles that have it", Loosens},
	{"policy-roles", typeManagedPolicy, []string{"Roles"}, "", "roles that have it", Loosens},
}

func (l allowList) rule() rule {
	return rule{l.name, []string{l.typeName}, compared(func(before, after *change.Resource) []remark {
		was, is := items(before.Get(l.path...), l.field), items(after.Get(l.path...), l.field)
		var found []remark
		if more := without(is, was); len(more) > 0 {
			found = append(found, remark{l.more, l.what + ": added " + strings.Join(more, ", ")})
		}
		if fewer := without(was, is); len(fewer) > 0 {
			found = append(found, remark{Tightens, l.what + ": removed " + strings.Join(fewer, ", ")})
		}
		return found
	})}
}

// items are the texts of a list of texts, or of a field of the objects in it. Anything but a list
// counts as one item.
func items(value any, field string) []string {
	values, ok := value.([]any)
	switch {
	case value == nil:
		return nil
	case !ok:
		return []string{change.Show(value)}
	}
	return each(values, func(item any) string {
		if field != "" && change.Object(item)[field] != nil {
			return change.Show(change.Object(item)[field])
		}
		return change.Show(item)
	})
}

// without lists what is in all and not in some, in order.
func without(all, some []string) []string {
	rest := except(all, some)
	slices.Sort(rest)
	return slices.Compact(rest)
}

// except are the items of all that are not among some.
func except[T comparable](all, some []T) []T {
	among := make(map[T]struct{}, len(some))
	for _, item := range some {
		among[item] = struct{}{}
	}
	return slices.DeleteFunc(slices.Clone(all), func(item T) bool {
		_, ok := among[item]
		return ok
	})
}
