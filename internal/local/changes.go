package local

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"cognito-m2m/internal/assembly"
)

// Changes are what differs between two assemblies, by names for a person:
// "client reader", "route GET /test_jwt". Each list is sorted.
type Changes struct{ Added, Removed, Changed []string }

// None reports whether nothing differs.
func (c Changes) None() bool { return len(c.Added)+len(c.Removed)+len(c.Changed) == 0 }

// String is one line: "added: client batch; changed: route GET /test_jwt".
func (c Changes) String() string {
	var kinds []string
	for _, kind := range []struct {
		name  string
		names []string
	}{{"added", c.Added}, {"removed", c.Removed}, {"changed", c.Changed}} {
		if len(kind.names) > 0 {
			kinds = append(kinds, kind.name+": "+strings.Join(kind.names, ", "))
		}
	}
	return strings.Join(kinds, "; ")
}

// without leaves out changes that have been told.
func (c Changes) without(told []string) Changes {
	c.Changed = slices.DeleteFunc(c.Changed, func(name string) bool { return slices.Contains(told, name) })
	return c
}

func changesBetween(before, after *parts) (c Changes) {
	was, is := before.inventory(), after.inventory()
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

// inventory is what a run shows of an assembly, by name. What only follows from
// something else that is in it, such as permissions, is left out.
func (p *parts) inventory() map[string]any {
	named := map[string]any{"user pool": []any{p.pool, p.model.Region}}
	for _, f := range p.functions() {
		named[nameOf(f)] = withoutFolder(f)
	}
	for _, client := range p.clients() {
		named["client "+p.model.ClientName(client)] = client
	}
	for _, server := range p.model.ResourceServers {
		named["resource server "+server.Identifier] = server
	}
	for _, domain := range p.model.UserPoolDomains {
		named["domain "+domain.Domain] = domain
	}
	for _, secret := range p.model.Secrets {
		named["secret "+secret.Name] = []any{secret, p.scheduleOf(secret)}
	}
	p.inventoryAPI(named)
	return named
}

func (p *parts) inventoryAPI(named map[string]any) {
	named["API"] = []any{p.api.ID, p.api.CORS}
	for _, route := range p.api.Routes {
		named["route "+route.Key] = route
	}
	for _, stage := range p.api.Stages {
		named["stage "+stage.Name] = stage
	}
	for _, authorizer := range p.api.Authorizers {
		authorizer.Audience = nil // the clients
		named["authorizer "+authorizer.Name] = authorizer
	}
}

func nameOf(f assembly.Function) string { return "function " + f.LogicalID }

// withoutFolder is the function without where its code lies, which says nothing
// of the code.
func withoutFolder(f assembly.Function) assembly.Function {
	if f.Asset != nil {
		f.Asset = &assembly.Asset{Hash: f.Asset.Hash}
	}
	return f
}

// scheduleOf is the secret's rotation, as it is declared.
func (p *parts) scheduleOf(secret assembly.Secret) (schedules []assembly.RotationSchedule) {
	for _, schedule := range p.model.RotationSchedules {
		if schedule.SecretARN == secret.ARN {
			schedules = append(schedules, schedule)
		}
	}
	return schedules
}
