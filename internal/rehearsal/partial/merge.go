package partial

import (
	"cmp"
	"slices"
	"strings"

	"cognito-m2m/internal/assembly"
)

// Portion is what is there of a model: its resources that Has reports.
type Portion struct {
	Model *assembly.Model
	Has   func(at assembly.Resource) bool
}

// Merged is the model of what is there of several, each of which has other resources, or other
// versions of them.
func Merged(portions []Portion) *assembly.Model {
	m := &assembly.Model{}
	for _, p := range portions {
		if m.Region == "" {
			m.Region, m.AccountID = p.Model.Region, p.Model.AccountID
		}
		p.mergeInto(m)
	}
	mergeAPIs(m, portions)
	sortModel(m)
	return m
}

func sortModel(m *assembly.Model) {
	sorted(m.UserPools, func(e assembly.UserPool) assembly.Resource { return e.Resource })
	sorted(m.ResourceServers, func(e assembly.ResourceServer) assembly.Resource { return e.Resource })
	sorted(m.UserPoolClients, func(e assembly.UserPoolClient) assembly.Resource { return e.Resource })
	sorted(m.UserPoolDomains, func(e assembly.UserPoolDomain) assembly.Resource { return e.Resource })
	sorted(m.Functions, func(e assembly.Function) assembly.Resource { return e.Resource })
	sorted(m.Permissions, func(e assembly.Permission) assembly.Resource { return e.Resource })
	sorted(m.Secrets, func(e assembly.Secret) assembly.Resource { return e.Resource })
	sorted(m.RotationSchedules, func(e assembly.RotationSchedule) assembly.Resource { return e.Resource })
	sorted(m.Roles, func(e assembly.Role) assembly.Resource { return e.Resource })
	sorted(m.RolePolicies, func(e assembly.RolePolicy) assembly.Resource { return e.Resource })
	sorted(m.SecretPolicies, func(e assembly.SecretPolicy) assembly.Resource { return e.Resource })
	sorted(m.KMSKeys, func(e assembly.KMSKey) assembly.Resource { return e.Resource })
	sorted(m.KeyAliases, func(e assembly.KeyAlias) assembly.Resource { return e.Resource })
	sorted(m.APIs, func(e assembly.API) assembly.Resource { return e.Resource })
	for _, api := range m.APIs {
		sorted(api.Authorizers, func(e assembly.Authorizer) assembly.Resource { return e.Resource })
		sorted(api.Integrations, func(e assembly.Integration) assembly.Resource { return e.Resource })
		sorted(api.Routes, func(e assembly.Route) assembly.Resource { return e.Resource })
		sorted(api.Stages, func(e assembly.APIStage) assembly.Resource { return e.Resource })
	}
}

func (p Portion) mergeInto(m *assembly.Model) {
	m.UserPools = pick(m.UserPools, p.Model.UserPools, func(e assembly.UserPool) bool { return p.Has(e.Resource) })
	m.ResourceServers = pick(m.ResourceServers, p.Model.ResourceServers, func(e assembly.ResourceServer) bool { return p.Has(e.Resource) })
	m.UserPoolClients = pick(m.UserPoolClients, p.Model.UserPoolClients, func(e assembly.UserPoolClient) bool { return p.Has(e.Resource) })
	m.UserPoolDomains = pick(m.UserPoolDomains, p.Model.UserPoolDomains, func(e assembly.UserPoolDomain) bool { return p.Has(e.Resource) })
	m.Functions = pick(m.Functions, p.Model.Functions, func(e assembly.Function) bool { return p.Has(e.Resource) })
	m.Permissions = pick(m.Permissions, p.Model.Permissions, func(e assembly.Permission) bool { return p.Has(e.Resource) })
	m.Secrets = pick(m.Secrets, p.Model.Secrets, func(e assembly.Secret) bool { return p.Has(e.Resource) })
	m.RotationSchedules = pick(m.RotationSchedules, p.Model.RotationSchedules, func(e assembly.RotationSchedule) bool { return p.Has(e.Resource) })
	m.Roles = pick(m.Roles, p.Model.Roles, func(e assembly.Role) bool { return p.Has(e.Resource) })
	m.RolePolicies = pick(m.RolePolicies, p.Model.RolePolicies, func(e assembly.RolePolicy) bool { return p.Has(e.Resource) })
	m.SecretPolicies = pick(m.SecretPolicies, p.Model.SecretPolicies, func(e assembly.SecretPolicy) bool { return p.Has(e.Resource) })
	m.KMSKeys = pick(m.KMSKeys, p.Model.KMSKeys, func(e assembly.KMSKey) bool { return p.Has(e.Resource) })
	m.KeyAliases = pick(m.KeyAliases, p.Model.KeyAliases, func(e assembly.KeyAlias) bool { return p.Has(e.Resource) })
	for _, stack := range p.Model.Stacks {
		if !slices.ContainsFunc(m.Stacks, func(known assembly.Stack) bool { return known.ID == stack.ID }) {
			m.Stacks = append(m.Stacks, stack)
		}
	}
}

func pick[E any](to, from []E, has func(E) bool) []E {
	for _, e := range from {
		if has(e) {
			to = append(to, e)
		}
	}
	return to
}

// sorted puts entities in an order that does not depend on which version each is of.
func sorted[E any](entities []E, at func(E) assembly.Resource) {
	slices.SortStableFunc(entities, func(a, b E) int {
		return cmp.Or(strings.Compare(at(a).Stack, at(b).Stack), strings.Compare(at(a).LogicalID, at(b).LogicalID))
	})
}

// mergeAPIs: a part of an API is there on its own, in the API that it names.
func mergeAPIs(m *assembly.Model, portions []Portion) {
	for _, p := range portions {
		for _, api := range p.Model.APIs {
			if p.Has(api.Resource) {
				m.APIs = append(m.APIs, assembly.API{Resource: api.Resource, ID: api.ID, CORS: api.CORS})
			}
		}
	}
	for _, p := range portions {
		for _, api := range p.Model.APIs {
			if i := slices.IndexFunc(m.APIs, func(known assembly.API) bool { return known.ID == api.ID }); i >= 0 {
				p.mergeParts(&m.APIs[i], api)
			}
		}
	}
}

func (p Portion) mergeParts(to *assembly.API, from assembly.API) {
	to.Authorizers = pick(to.Authorizers, from.Authorizers, func(e assembly.Authorizer) bool { return p.Has(e.Resource) })
	to.Integrations = pick(to.Integrations, from.Integrations, func(e assembly.Integration) bool { return p.Has(e.Resource) })
	to.Routes = pick(to.Routes, from.Routes, func(e assembly.Route) bool { return p.Has(e.Resource) })
	to.Stages = pick(to.Stages, from.Stages, func(e assembly.APIStage) bool { return p.Has(e.Resource) })
}
