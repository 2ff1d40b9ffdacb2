package test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// TestRolesWidenedGoRed widens each statement, action, resource and condition of each function's
// role in turn, and takes out what no failing call would show to be missing: what Lambda itself
// does in the role's name (see test/roles). The guard on roles has to see all of it.
func TestRolesWidenedGoRed(t *testing.T) {
	for env, s := range map[string]stage{
		"dev": theAssembly(t).stages["dev"], "maximal": everyStage(t)["maximal"], "many": everyStage(t)["many"],
	} {
		changes := widenings(s)
		if len(changes) < 40 {
			t.Errorf("%s: %d changes, want 40 at least", env, len(changes))
		}
		for _, name := range slices.Sorted(maps.Keys(changes)) {
			broken := s.copied()
			changes[name](broken)
			if len(broadRoles(broken)) == 0 {
				t.Errorf("%s: %s: the guard stays silent", env, name)
			}
		}
	}
}

// widenings are changes of the policies of functions' roles, and of who may have the roles.
func widenings(s stage) map[string]func(stage) {
	changes := map[string]func(stage){}
	api := s.stacks["Api"]
	for id, policy := range api.resources("AWS::IAM::Policy") {
		if len(s.functionsUnder(api, policy)) == 0 {
			continue
		}
		list := at(properties(policy)["PolicyDocument"], "Statement").([]any)
		for i := range list {
			for what, change := range widerStatements(list[i].(map[string]any)) {
				changes[fmt.Sprintf("%s: statement %d: %s", id, i, what)] = func(broken stage) {
					change(statementIn(broken, id, i))
				}
			}
		}
		changes[id+": one more statement"] = func(broken stage) {
			document := properties(broken.stacks["Api"].resources("AWS::IAM::Policy")[id])["PolicyDocument"].(map[string]any)
			document["Statement"] = append(document["Statement"].([]any), allow("*", "sts:AssumeRole"))
		}
	}
	for id, role := range api.resources("AWS::IAM::Role") {
		if compact(properties(role)["AssumeRolePolicyDocument"]) == lambdaAlone {
			changes[id+": a second service may have it"] = func(broken stage) {
				trust := properties(broken.stacks["Api"].resources("AWS::IAM::Role")[id])["AssumeRolePolicyDocument"].(map[string]any)
				trust["Statement"].([]any)[0].(map[string]any)["Principal"] = map[string]any{"Service": []any{"lambda.amazonaws.com", "ec2.amazonaws.com"}}
			}
		}
	}
	return changes
}

func statementIn(s stage, policy string, i int) map[string]any {
	document := properties(s.stacks["Api"].resources("AWS::IAM::Policy")[policy])["PolicyDocument"]
	return at(document, "Statement").([]any)[i].(map[string]any)
}

// widerStatements are changes by which a statement allows more, and for what Lambda uses less.
func widerStatements(statement map[string]any) map[string]func(map[string]any) {
	changes := map[string]func(map[string]any){}
	actions, isList := statement["Action"].([]any)
	if !isList {
		actions = []any{statement["Action"]}
	}
	for i, action := range actions {
		name := action.(string)
		service, _, _ := strings.Cut(name, ":")
		for _, wider := range []string{service + ":*", name + "*", "*"} {
			changes["the action "+name+" as "+wider] = func(s map[string]any) {
				if !isList {
					s["Action"] = wider
					return
				}
				s["Action"].([]any)[i] = wider
			}
		}
		if service == "logs" || service == "xray" {
			changes["without the action "+name] = func(s map[string]any) { s["Action"] = slices.Delete(s["Action"].([]any), i, i+1) }
		}
	}
	service, _, _ := strings.Cut(actions[0].(string), ":")
	changes["one more action"] = func(s map[string]any) { s["Action"] = append(slices.Clone(actions), service+":DeleteEverything") }
	changes["all actions but one"] = func(s map[string]any) {
		delete(s, "Action")
		s["NotAction"] = "iam:PassRole"
	}
	if statement["Resource"] != "*" {
		changes["every resource"] = func(s map[string]any) { s["Resource"] = "*" }
		changes["all resources but one"] = func(s map[string]any) {
			delete(s, "Resource")
			s["NotResource"] = "arn:aws:s3:::mine"
		}
		changes["one more resource"] = func(s map[string]any) {
			list, ok := s["Resource"].([]any)
			if !ok {
				list = []any{s["Resource"]}
			}
			s["Resource"] = append(list, "arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:other-??????")
		}
	}
	if condition, ok := statement["Condition"].(map[string]any); ok {
		changes["no condition"] = func(s map[string]any) { delete(s, "Condition") }
		for operator := range condition {
			for key := range condition[operator].(map[string]any) {
				changes["any value of "+operator+" "+key] = func(s map[string]any) {
					s["Condition"] = map[string]any{"StringLike": map[string]any{key: "*"}}
				}
			}
		}
	}
	return changes
}
