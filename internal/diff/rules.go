package diff

import "slices"

// rules are all there are, in the order in which their findings are shown: what lets a stranger in
// comes first. Those that only compare a value are entries of the tables in settings.go,
// allowlists.go, watched.go, rules_kept.go and rules_address.go.
var rules = slices.Concat(
	[]rule{
		{"route-authorization", []string{typeRoute}, compared(routeAuthorization)},
		{"route-added", []string{typeRoute}, routeAdded},
		{"route-removed", []string{typeRoute}, routeRemoved},
		{"route-scopes", []string{typeRoute}, compared(routeScopes)},
		{"audience", []string{typeAuthorizer}, audience},
		{"client-moved", []string{typeAppClient}, clientMoved},
		{"client-added", []string{typeAppClient}, clientAdded},
		{"token-validity", []string{typeAppClient}, compared(tokenValidity)},
		{"policy", policyTypes(), policy},
		{"deletion-policy", nil, compared(deletionPolicy)},
		{"route-settings-kept", []string{typeStage}, routeSettingsKept},
		{"reserved-concurrency", []string{typeFunction}, compared(reservedConcurrency)},
		{"access-log", []string{typeStage}, compared(accessLog)},
		{"rotation-interval", []string{typeRotationSchedule}, compared(rotationInterval)},
		{"secret-value", []string{typeSecret}, compared(secretValue)},
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
