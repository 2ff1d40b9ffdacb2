package diff

import "slices"

// rules are all there are, in the order in which their findings are shown: what lets a stranger in comes first. Those
// that only compare a value are entries of the tables in settings.go, allowlists.go, watched.go, rules_kept.go and
// rules_address.go.
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
	each(safeguards, safeguard.rule),
	each(keptSettings, keptSetting.rule),
	each(allowLists, allowList.rule),
	each(watchedSettings, watchedSetting.rule),
	each(removals, removal.rule),
)

// weight is the place of a finding's rule among all of them; those about stacks come last.
func weight(f Finding) int {
	index := slices.IndexFunc(rules, func(r rule) bool { return r.name == f.Rule })
	if index < 0 {
		return len(rules)
	}
	return index
}
