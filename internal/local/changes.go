package local

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/serving"
)

// Changes are what differs between two assemblies, by names for a person: "client reader", "route
// GET /test_jwt". Each list is sorted.
type Changes struct{ Added, Removed, Changed []string }

// None reports whether nothing differs.
func (c Changes) None() bool { return len(c.Added)+len(c.Removed)+len(c.Changed) == 0 }

// String is one line: "added: client batch; changed: route GET /test_jwt". Of many clients, or many
// of another kind, it names a few.
func (c Changes) String() string {
	var kinds []string
	for _, kind := range []struct {
		name  string
		names []string
	}{{"added", c.Added}, {"removed", c.Removed}, {"changed", c.Changed}} {
		if len(kind.names) > 0 {
			kinds = append(kinds, kind.name+": "+strings.Join(someOfEachKind(kind.names), ", "))
		}
	}
	return strings.Join(kinds, "; ")
}

// someOfEachKind are the first names that begin with the same word, and how many more there are.
func someOfEachKind(sorted []string) (some []string) {
	const most = 5
	for names := sorted; len(names) > 0; {
		kind, _, _ := strings.Cut(names[0], " ")
		same := 1
		for same < len(names) && strings.HasPrefix(names[same], kind+" ") {
			same++
		}
		some = append(some, names[:min(same, most)]...)
		if more := same - most; more > 0 {
			some[len(some)-1] += fmt.Sprintf(" and %d more", more)
		}
		names = names[same:]
	}
	return some
}

// without leaves out changes that have been reported before.
func (c Changes) without(reported []string) Changes {
	c.Changed = slices.DeleteFunc(c.Changed, func(name string) bool { return slices.Contains(reported, name) })
	return c
}

func changesBetween(before, after *serving.Environment) (c Changes) {
	was, is := inventory(before), inventory(after)
	for _, name := range slices.Sorted(maps.Keys(is)) {
		old, there := was[name]
		switch {
		case !there:
			c.Added = append(c.Added, name)
		case !reflect.DeepEqual(old, is[name]):
			c.Changed = append(c.Changed, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(was)) {
		if _, there := is[name]; !there {
			c.Removed = append(c.Removed, name)
		}
	}
	return c
}

// inventory is what a run shows of an assembly, by name. What only follows from something else that
// is in it, such as permissions, is left out.
func inventory(env *serving.Environment) map[string]any {
	named := map[string]any{"user pool": []any{env.Pool, env.Model.Region}}
	for _, f := range env.Functions() {
		named[nameOf(f)] = withoutFolder(f)
		named["role of "+nameOf(f)] = roleOf(env.Model, f)
	}
	names := env.Model.ClientNames()
	for _, client := range env.Clients() {
		named["client "+names[client.ID]] = client
	}
	for _, server := range env.Model.ResourceServers {
		named["resource server "+server.Identifier] = server
	}
	for _, domain := range env.Model.UserPoolDomains {
		named["domain "+domain.Domain] = domain
	}
	for _, secret := range env.Model.Secrets {
		named["secret "+secret.Name] = []any{secret, scheduleOf(env.Model, secret), policyOf(env.Model, secret)}
	}
	for _, key := range env.Model.KMSKeys {
		named["key "+key.LogicalID] = key
	}
	inventoryAPI(named, env.API)
	return named
}

func inventoryAPI(named map[string]any, api assembly.API) {
	named["API"] = []any{api.ID, api.CORS}
	for _, route := range api.Routes {
		named["route "+route.Key] = route
	}
	for _, stage := range api.Stages {
		named["stage "+stage.Name] = stage
	}
	for _, authorizer := range api.Authorizers {
		authorizer.Audience = nil // the clients
		named["authorizer "+authorizer.Name] = authorizer
	}
}

func nameOf(f assembly.Function) string { return "function " + f.LogicalID }

// withoutFolder is the function without where its code lies, which says nothing of the code.
func withoutFolder(f assembly.Function) assembly.Function {
	if f.Asset != nil {
		f.Asset = &assembly.Asset{Hash: f.Asset.Hash}
	}
	return f
}

// scheduleOf is the secret's rotation, as it is declared.
func scheduleOf(model *assembly.Model, secret assembly.Secret) (schedules []assembly.RotationSchedule) {
	for _, schedule := range model.RotationSchedules {
		if schedule.SecretARN == secret.ARN {
			schedules = append(schedules, schedule)
		}
	}
	return schedules
}

// roleOf is the role of a function, with the policies of the assembly that it has.
func roleOf(model *assembly.Model, f assembly.Function) (role []any) {
	for _, r := range model.Roles {
		if r.ARN != f.RoleARN {
			continue
		}
		role = append(role, r)
		for _, p := range model.RolePolicies {
			if slices.Contains(p.Roles, r.Name) || p.ARN != "" && (p.ARN == r.Boundary || slices.Contains(r.ManagedPolicyARNs, p.ARN)) {
				role = append(role, p)
			}
		}
	}
	return role
}

// policyOf is the policy of the secret itself.
func policyOf(model *assembly.Model, secret assembly.Secret) (policies []assembly.SecretPolicy) {
	for _, p := range model.SecretPolicies {
		if p.SecretARN == secret.ARN {
			policies = append(policies, p)
		}
	}
	return policies
}
