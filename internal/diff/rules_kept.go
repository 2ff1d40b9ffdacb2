package diff

import (
	"maps"
	"slices"

	"cognito-m2m/internal/diff/change"
)

// What AWS keeps although the template no longer has it. An update sends what the template has:
// what is left out of it is not taken away (Sources: cdkd pull requests 1577 and 1160,
// terraform-provider-aws issue 16094, SAM issue 1939).

// routeSettingsKept: API Gateway merges RouteSettings, and refuses every later update of a stage
// that has settings for a route that is gone ("Unable to find Route by key").
func routeSettingsKept(o *outcome) []remark {
	if !o.Both() || o.kind == Replaced {
		return nil
	}
	was, is := change.Object(o.Before.Get("RouteSettings")), change.Object(o.After.Get("RouteSettings"))
	var found []remark
	for _, key := range slices.Sorted(maps.Keys(was)) {
		if _, ok := is[key]; ok {
			continue
		}
		command := "aws apigatewayv2 delete-route-settings --api-id ID --stage-name '" + stageName(o.After) + "' --route-key '" + key + "'"
		if hasRoute(o.After.Stack, key) {
			found = append(found, remark{Changes, "the throttle of " + key + " stays unchanged, because leaving it out removes nothing: write throttle: default, or afterwards run " + command})
			continue
		}
		found = append(found, remark{Changes, "the settings of " + key + " stay although the route goes, and the next update of the stage fails: afterwards run " + command})
	}
	return found
}

func stageName(r *change.Resource) string { return change.Show(r.Get("StageName")) }

// hasRoute reports whether the stack has a route of that key.
func hasRoute(s *change.Stack, key string) bool {
	return slices.ContainsFunc(slices.Collect(maps.Values(s.Resources)), func(r *change.Resource) bool {
		return r.Type == typeRoute && r.Get("RouteKey") == key
	})
}

// keptSetting is a setting that AWS keeps, or may keep, when the template leaves it out.
type keptSetting struct {
	name     string
	typeName string
	property string
	says     string
}

var keptSettings = []keptSetting{
	{
		"cors-kept", typeAPI, "CorsConfiguration",
		"CORS stays unchanged, because leaving it out removes nothing: afterwards run aws apigatewayv2 delete-cors-configuration --api-id ID",
	},
	{
		"client-certificates-kept", typeDomainName, "MutualTlsAuthentication",
		"may go on asking for certificates, because leaving them out removes nothing: call without one, and if it does run aws apigatewayv2 update-domain-name " +
			"--domain-name NAME --mutual-tls-authentication TruststoreUri=''",
	},
	{"feature-plan-kept", typeUserPool, "UserPoolTier", "the feature plan stays unchanged, because leaving it out removes nothing: write the plan that you need"},
}

func (k keptSetting) rule() rule {
	return rule{k.name, []string{k.typeName}, func(o *outcome) []remark {
		if !o.Both() || o.kind == Replaced || o.Before.Get(k.property) == nil || o.After.Get(k.property) != nil {
			return nil
		}
		return remarks(Changes, k.says)
	}}
}
