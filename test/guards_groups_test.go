package test

import (
	"fmt"
	"slices"
	"strings"

	"cognito-m2m/config"
	"cognito-m2m/internal/policylimits"
)

// clientStack is a stack with app clients, and the clients that the file wants there.
type clientStack struct {
	stage
	template
	name    string
	clients []config.Client
}

// clientStacks are the Api stack and those of the groups.
func (s stage) clientStacks() []clientStack {
	all := []clientStack{{s, s.stacks["Api"], "Api", s.env.Clients}}
	for _, group := range s.env.Groups {
		name := "Clients-" + group.Name
		all = append(all, clientStack{s, s.stacks[name], name, group.Clients})
	}
	return all
}

// from is how the stack names an attribute of a resource of the Api stack: by itself there, and by
// an export elsewhere; "" if there is no such export.
func (c clientStack) from(id, attribute string) string {
	if c.name == "Api" {
		return getAtt(id, attribute)
	}
	for _, output := range c.stacks["Api"].section("Outputs") {
		if compact(at(output, "Value")) == getAtt(id, attribute) && at(output, "Export", "Name") != nil {
			return compact(map[string]any{"Fn::ImportValue": at(output, "Export", "Name")})
		}
	}
	return ""
}

// strangeGroups wants the stacks of the file's groups and no other, each with what belongs to
// clients and nothing else, and each after the Api stack, whose function rotates its secrets.
func strangeGroups(s stage) (findings []string) {
	want, got := []string{"Identity"}, []string{}
	for _, c := range s.clientStacks() {
		want = append(want, c.name)
	}
	for name := range s.stacks {
		got = append(got, name)
	}
	if !sameSet(got, want) {
		return []string{fmt.Sprintf("there are the stacks %q, want %q", got, want)}
	}
	kinds := []string{
		"AWS::Cognito::UserPoolClient", "AWS::SecretsManager::Secret", "AWS::SecretsManager::RotationSchedule", "AWS::SecretsManager::ResourcePolicy",
	}
	for _, c := range s.clientStacks()[1:] {
		for id, resource := range c.section("Resources") {
			if kind := text(at(resource, "Type")); !slices.Contains(kinds, kind) {
				findings = append(findings, fmt.Sprintf("%s has %s, a %s", c.name, id, kind))
			}
		}
		dependencies, _ := s.artifacts("aws:cloudformation:stack")[s.artifact(c.name)]["dependencies"].([]any)
		if !slices.Contains(dependencies, any(s.artifact("Api"))) {
			findings = append(findings, c.name+" does not wait for the function that rotates its secrets")
		}
	}
	return findings
}

// fullStacks holds what is counted at load against the templates, and both against CloudFormation's
// quotas.
func fullStacks(s stage) (findings []string) {
	want := map[string]int{"Api": s.env.APIResources()}
	for _, group := range s.env.Groups {
		want["Clients-"+group.Name] = group.Resources()
	}
	for name, t := range s.stacks {
		resources, outputs := len(t.section("Resources")), len(t.section("Outputs"))
		if counted, ok := want[name]; ok && counted != resources {
			findings = append(findings, fmt.Sprintf("%s has %d resources, and config counts %d", name, resources, counted))
		}
		if resources > 500 || outputs > 200 || len(t.raw) > 1<<20 {
			findings = append(findings, fmt.Sprintf("%s has %d resources, %d outputs and %d bytes; CloudFormation takes 500, 200 and 1 MB", name, resources, outputs, len(t.raw)))
		}
	}
	return findings
}

// longPolicies wants every role's inline policies to fit.
func longPolicies(s stage) (findings []string) {
	for name, t := range s.stacks {
		for id := range t.resources("AWS::IAM::Role") {
			size := 0
			for _, policy := range t.resources("AWS::IAM::Policy") {
				if strings.Contains(compact(properties(policy)["Roles"]), ref(id)) {
					size += policylimits.Size(properties(policy)["PolicyDocument"])
				}
			}
			if size > policylimits.MaxInlineSize {
				findings = append(findings, fmt.Sprintf("%s %s has inline policies of up to %d characters, IAM takes %d", name, id, size, policylimits.MaxInlineSize))
			}
		}
	}
	return findings
}
