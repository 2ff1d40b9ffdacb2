package diff

import "slices"

// rule looks at the change of one resource. Its name is part of the report and stays the same.
type rule struct {
	name  string
	types []string // the resource types it looks at; none is all of them
	check func(*change) []remark
}

// remark is what a rule has to say.
type remark struct {
	effect  Effect
	message string
}

func remarks(effect Effect, messages ...string) []remark {
	return each(messages, func(message string) remark { return remark{effect, message} })
}

// rules are all there are, in the order in which their findings are shown: what lets a stranger in comes first. Those
// that only compare a value are entries of the tables in settings.go, settings_lists.go and rules_address.go.
var rules = slices.Concat(
	[]rule{
		{"route-authorization", []string{typeRoute}, routeAuthorization},
		{"route-added", []string{typeRoute}, routeAdded},
		{"route-removed", []string{typeRoute}, routeRemoved},
		{"route-scopes", []string{typeRoute}, routeScopes},
		{"audience", []string{typeAuthorizer}, audience},
		{"client-added", []string{typeAppClient}, clientAdded},
		{"token-validity", []string{typeAppClient}, tokenValidity},
		{"policy", policyTypes(), policy},
		{"deletion-policy", nil, deletionPolicy},
		{"route-settings-kept", []string{typeStage}, routeSettingsKept},
		{"access-log", []string{typeStage}, accessLog},
		{"rotation-interval", []string{typeRotationSchedule}, rotationInterval},
		{"secret-value", []string{typeSecret}, secretValue},
		{"stateful", nil, stateful},
	},
	each(addresses, address.rule),
	each(limits, limit.rule),
	each(switches, aSwitch.rule),
	each(keptSettings, keptSetting.rule),
	each(lists, list.rule),
	each(watched, watch.rule),
	each(guards, guard.rule),
)

// weight is the place of a finding's rule among all of them; those about stacks come last.
func weight(f Finding) int {
	index := slices.IndexFunc(rules, func(r rule) bool { return r.name == f.Rule })
	if index < 0 {
		return len(rules)
	}
	return index
}

func (r rule) appliesTo(typeName string) bool {
	return len(r.types) == 0 || slices.Contains(r.types, typeName)
}

// both is true for a resource that is there before and after.
func (c *change) both() bool { return c.before != nil && c.after != nil }

// moved is true for a resource that goes on under another logical id.
func (c *change) moved() bool { return c.both() && c.before.logicalID != c.after.logicalID }
