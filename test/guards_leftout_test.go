package test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// left is a property that some environments have and others leave out.
type left struct {
	kind, property string
	why            string
}

// An update sends what the template has. What it no longer has, AWS keeps for many properties:
// nothing is left out to mean "off" where a value says so. These are left out, and why that is
// right.
var leftOut = []left{
	{
		"AWS::ApiGatewayV2::Api", "CorsConfiguration",
		"no value means none; m2m diff and the table of edits have the command that takes it away",
	},
	{"AWS::ApiGatewayV2::Api", "CorsConfiguration.ExposeHeaders", "CORS is sent as a whole, and CDK leaves out an empty list"},
	{"AWS::ApiGatewayV2::Api", "CorsConfiguration.MaxAge", "CORS is sent as a whole, and no number means that the browser decides"},
	{
		"AWS::ApiGatewayV2::Stage", "RouteSettings",
		"a key for every route would fail the update after each removed route; throttle: default is the value for off",
	},
	{
		"AWS::Lambda::Function", "Environment",
		"CDK leaves out an empty map; CloudFormation sends one for what the template no longer has, and the rotation function always has some",
	},
	{
		"AWS::Lambda::Function", "ReservedConcurrentExecutions",
		"no value means none: 0 would stop the function; the table of edits has the command that takes it away",
	},
	{"AWS::Cognito::UserPool", "UserPoolTier", "left out means Cognito's choice and not off, and the plan that it has is one"},
}

// settledTypes are the resources whose settings an edit can take away while they stay.
var settledTypes = []string{
	"AWS::ApiGatewayV2::Api", "AWS::ApiGatewayV2::Stage", "AWS::Lambda::Function", "AWS::Cognito::UserPool", "AWS::Cognito::UserPoolClient",
}

// TestNothingIsLeftOutToMeanOff compares the environments: a property that one has and another has
// not is one that an edit takes away.
func TestNothingIsLeftOutToMeanOff(t *testing.T) {
	stages := maps.Clone(everyStage(t))
	stages["with the least of CORS"] = look(t, with(t, variant, "\n  routes:", "\n  cors: {allowOrigins: [\"https://app.example.com\"]}\n  routes:")).stage
	missing := missingSomewhere(stages)
	for _, m := range slices.Sorted(maps.Keys(missing)) {
		kind, property, _ := strings.Cut(m, " ")
		if !slices.ContainsFunc(leftOut, func(l left) bool { return l.kind == kind && l.property == property }) {
			t.Errorf("%s has %s in %s and not in %s: left out, AWS may keep what it was; write the value that means off", kind, property, missing[m].with, missing[m].without)
		}
	}
	for _, l := range leftOut {
		if _, ok := missing[l.kind+" "+l.property]; !ok {
			t.Errorf("%s %s is left out nowhere: take it off the list", l.kind, l.property)
		}
		if l.why == "" {
			t.Errorf("%s %s is left out without a reason", l.kind, l.property)
		}
	}
}

type difference struct{ with, without string }

// missingSomewhere are the properties, as "type path", that not every resource of the type has,
// with one that has it and one that has not.
func missingSomewhere(stages map[string]stage) map[string]difference {
	missing := map[string]difference{}
	for _, kind := range settledTypes {
		have := map[string]map[string]bool{} // by resource
		for name, s := range stages {
			for stack, t := range s.stacks {
				for id, resource := range t.resources(kind) {
					have[fmt.Sprintf("%s/%s/%s", name, stack, id)] = paths(properties(resource))
				}
			}
		}
		for _, with := range slices.Sorted(maps.Keys(have)) {
			for path := range have[with] {
				for _, without := range slices.Sorted(maps.Keys(have)) {
					parent := path[:max(0, strings.LastIndex(path, "."))]
					if !have[without][path] && (parent == "" || have[without][parent]) {
						missing[kind+" "+path] = difference{with, without}
					}
				}
			}
		}
	}
	return missing
}

// keyedByUsers are the properties whose keys are names of the user's own.
var keyedByUsers = []string{"RouteSettings", "Environment.Variables"}

// paths are the properties of a resource, those in others with a dot between.
func paths(properties map[string]any) map[string]bool {
	found := map[string]bool{}
	var walk func(parent string, object map[string]any)
	walk = func(parent string, object map[string]any) {
		for name, value := range object {
			path := strings.TrimPrefix(parent+"."+name, ".")
			if strings.Contains(name, "::") { // an intrinsic function
				continue
			}
			found[path] = true
			if inner, ok := value.(map[string]any); ok && !slices.Contains(keyedByUsers, path) {
				walk(path, inner)
			}
		}
	}
	walk("", properties)
	return found
}

// TestLeftOutGoesRed leaves something out of a copy.
func TestLeftOutGoesRed(t *testing.T) {
	for kind, property := range map[string]string{
		"AWS::ApiGatewayV2::Api": "DisableExecuteApiEndpoint", "AWS::Cognito::UserPool": "IssuerConfiguration", "AWS::Lambda::Function": "TracingConfig",
		"AWS::ApiGatewayV2::Stage": "AccessLogSettings", "AWS::Cognito::UserPoolClient": "ExplicitAuthFlows",
	} {
		stages := maps.Clone(everyStage(t))
		broken := stages["dev"].copied()
		for _, t := range broken.stacks {
			for _, resource := range t.resources(kind) {
				delete(properties(resource), property)
			}
		}
		stages["dev"] = broken
		if _, ok := missingSomewhere(stages)[kind+" "+property]; !ok {
			t.Errorf("nobody sees that %s is left out of %s", property, kind)
		}
	}
}
