package roles

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"cognito-m2m/internal/m2mtest"
	"cognito-m2m/internal/serving"
)

// part is a part of a role's policies that is taken out: a statement, one of its actions or
// resources, or the value of one of its conditions.
type part struct {
	policy    string // the logical id
	statement int
	what      string // in words
	actions   []string
	take      func(statement map[string]any) // changes the statement; nil removes it
}

// parts are all parts of the policies that the roles of functions have.
func parts(api template) (all []part) {
	for id, policy := range api.resources("AWS::IAM::Policy") {
		if !isFunctions(api, policy) {
			continue
		}
		for i, s := range statementsOf(policy) {
			all = append(all, partsOf(id, i, s)...)
		}
	}
	return all
}

// isFunctions says whether a policy is that of a function's role.
func isFunctions(api template, policy map[string]any) bool {
	for _, function := range api.resources("AWS::Lambda::Function") {
		role := propertiesOf(function)["Role"].(map[string]any)["Fn::GetAtt"].([]any)[0]
		for _, attached := range propertiesOf(policy)["Roles"].([]any) {
			if attached.(map[string]any)["Ref"] == role {
				return true
			}
		}
	}
	return false
}

func statementsOf(policy map[string]any) (statements []map[string]any) {
	for _, s := range propertiesOf(policy)["PolicyDocument"].(map[string]any)["Statement"].([]any) {
		statements = append(statements, s.(map[string]any))
	}
	return statements
}

func partsOf(policy string, i int, s map[string]any) (all []part) {
	actions, resources := listOf(s["Action"]), listOf(s["Resource"])
	add := func(what string, needed []any, take func(map[string]any)) {
		p := part{policy: policy, statement: i, what: what, take: take}
		for _, action := range needed {
			p.actions = append(p.actions, action.(string))
		}
		all = append(all, p)
	}
	add(fmt.Sprintf("the statement of %v", actions[0]), actions, nil)
	for _, action := range actions {
		if len(actions) == 1 {
			break // the statement, once more
		}
		add(fmt.Sprintf("the action %v", action), []any{action}, func(s map[string]any) { s["Action"] = without(actions, action) })
	}
	if len(resources) > 1 {
		for _, resource := range resources {
			add("the resource "+text(resource), actions, func(s map[string]any) { s["Resource"] = without(resources, resource) })
		}
	} else if resources[0] != "*" {
		add("the resource "+text(resources[0]), actions, func(s map[string]any) { s["Resource"] = another(text(resources[0])) })
	}
	for operator, keys := range mapOf(s["Condition"]) {
		for key := range mapOf(keys) {
			add("the condition "+key, actions, func(s map[string]any) { mapOf(mapOf(s["Condition"])[operator])[key] = "elsewhere" })
		}
	}
	return all
}

// another is a resource of the same kind that is not there.
func another(resource string) string {
	for kind, other := range map[string]string{
		"userpool":   "arn:aws:cognito-idp:ap-northeast-1:123456789012:userpool/ap-northeast-1_AnotherOne",
		":secret:":   "arn:aws:secretsmanager:eu-central-1:123456789012:secret:m2m/another/*",
		":parameter": "arn:aws:ssm:eu-central-1:123456789012:parameter/m2m/another/refused",
	} {
		if strings.Contains(resource, kind) {
			return other
		}
	}
	return "arn:aws:kms:ap-northeast-1:123456789012:key/another"
}

func listOf(value any) []any {
	if list, ok := value.([]any); ok {
		return list
	}
	return []any{value}
}

func mapOf(value any) map[string]any {
	m, _ := value.(map[string]any)
	return m
}

func without(list []any, taken any) []any {
	return slices.DeleteFunc(slices.Clone(list), func(item any) bool { return text(item) == text(taken) })
}

func text(value any) string {
	raw, _ := json.Marshal(value) // it was decoded from JSON
	return string(raw)
}

// takeOut makes the change to a template.
func (p part) takeOut(api template) {
	document := propertiesOf(api.resources("AWS::IAM::Policy")[p.policy])["PolicyDocument"].(map[string]any)
	statements := document["Statement"].([]any)
	if p.take == nil {
		document["Statement"] = slices.Delete(slices.Clone(statements), p.statement, p.statement+1)
		return
	}
	p.take(statements[p.statement].(map[string]any))
}

// lambdas says whether Lambda itself does what a part allows, so that no call shows that it is
// missing; see TestWhatLambdaUses.
func (p part) lambdas() bool {
	return slices.ContainsFunc(p.actions, func(action string) bool { return lambdaUses[action] != "" })
}

// authorizers says whether a part is of the role of the authorizer's function.
func (p part) authorizers() bool { return programOf(p.policy) == "authorize" }

// TestTakenApart takes out each statement, action, resource and condition of each function's role,
// and sees the first rotation of a secret fail for lack of it, at the action that it is about, with
// the statement that would allow it in the run's output. Of the authorizer's role it sees a call
// refused.
func TestTakenApart(t *testing.T) {
	t.Parallel()
	for _, env := range environments {
		taken := 0
		for _, p := range parts(golden(t, env, "Api")) {
			if p.lambdas() {
				continue
			}
			taken++
			t.Run(env+" without "+p.what, func(t *testing.T) {
				t.Parallel()
				if p.authorizers() {
					refuses(t, start(t, env, p.takeOut))
				} else {
					fails(t, hurried(t, env, p.takeOut, p.isDenied), p)
				}
			})
		}
		if least := map[string]int{"dev": 9 + 2 + 2 + 1, "maximal": 11 + 3 + 2 + 1 + 1 + 1, "many": 11 + 4 + 3 + 2}[env]; taken < least {
			t.Errorf("%s: %d parts, want %d at least", env, taken, least)
		}
	}
}

// hurried is what a run warns of whose steps of a rotation have so little time that they soon give
// up what is denied: a permission may still have to spread, so the function asks again as long as
// it may. Where the machine is too busy to come so far, they get twice the time.
func hurried(t *testing.T, env string, change func(template), cameSoFar func(said string) bool) (said string) {
	t.Helper()
	for seconds := 4; seconds <= 32; seconds *= 2 {
		r := start(t, env, func(api template) {
			change(api)
			for id, function := range api.resources("AWS::Lambda::Function") {
				if programOf(id) == "rotate" {
					propertiesOf(function)["Timeout"] = seconds
				}
			}
		})
		if said = strings.Join(r.warned(), "\n"); cameSoFar(said) {
			break
		}
	}
	return said
}

// isDenied says whether one of the part's actions was denied.
func (p part) isDenied(said string) bool {
	return slices.ContainsFunc(p.actions, func(action string) bool {
		return strings.Contains(said, "is not authorized to perform: "+action+" on resource: ") &&
			strings.Contains(said, `This statement would allow it: {"Effect":"Allow","Action":"`+action+`","Resource":"`)
	})
}

// fails wants the denial of one of the part's actions, and a rotation that failed.
func fails(t *testing.T, said string, p part) {
	t.Helper()
	if !p.isDenied(said) {
		t.Errorf("no denial of %v in:\n%s", p.actions, said)
	}
	m2mtest.Contains(t, said, "rotating secret m2m/", ":assumed-role/m2m-", "RotationRotate")
}

// TestNoRoles: functions that are not held to their roles do without one.
func TestNoRoles(t *testing.T) {
	t.Parallel()
	r := start(t, "maximal", func(api template) {
		for _, policy := range api.resources("AWS::IAM::Policy") {
			propertiesOf(policy)["PolicyDocument"].(map[string]any)["Statement"] = []any{}
		}
	}, func(c *serving.Config) { c.NoRoles = true })
	if warnings := r.warned(); len(warnings) > 0 || len(r.uses) > 0 {
		t.Errorf("warned of %q, and used %v", warnings, r.uses)
	}
}

// TestWhole: with the whole role every secret is rotated, and nothing is denied.
func TestWhole(t *testing.T) {
	t.Parallel()
	for _, env := range environments {
		t.Run(env, func(t *testing.T) {
			t.Parallel()
			r := start(t, env, nil)
			if warnings := r.warned(); len(warnings) > 0 {
				t.Errorf("warned of:\n%s", strings.Join(warnings, "\n"))
			}
			for name, client := range r.Clients {
				if client.ClientSecret == "" {
					t.Errorf("%s has no secret", name)
				}
			}
		})
	}
}

// TestOneSecretAlone: a secret that the role does not have is not rotated, and the others are.
func TestOneSecretAlone(t *testing.T) {
	t.Parallel()
	isAlone := func(said string) bool {
		return strings.Contains(said, "rotating secret m2m/dev/reader: step createSecret: ") && !strings.Contains(said, "m2m/dev/writer")
	}
	said := hurried(t, "dev", func(api template) {
		for _, p := range parts(api) {
			if strings.Contains(p.what, "the resource") && strings.Contains(p.what, "ClientsReaderSecret") {
				p.takeOut(api)
			}
		}
	}, isAlone)
	if !isAlone(said) {
		t.Errorf("want a failed rotation of the reader's secret alone:\n%s", said)
	}
}

// TestTrust: Lambda refuses a role that it can't have.
func TestTrust(t *testing.T) {
	t.Parallel()
	for _, env := range environments {
		for id := range golden(t, env, "Api").resources("AWS::Lambda::Function") {
			t.Run(env+" "+id, func(t *testing.T) {
				t.Parallel()
				runtime, _ := open(t, env)
				_, err := runtime.Start(t.Context(), assembly(t, env, func(api template) {
					role := propertiesOf(api.resources("AWS::Lambda::Function")[id])["Role"].(map[string]any)["Fn::GetAtt"].([]any)[0].(string)
					trust := propertiesOf(api.resources("AWS::IAM::Role")[role])["AssumeRolePolicyDocument"].(map[string]any)
					trust["Statement"].([]any)[0].(map[string]any)["Principal"] = map[string]any{"Service": "edgelambda.amazonaws.com"}
				}))
				if err == nil {
					t.Fatal("it started")
				}
				m2mtest.Contains(t, err.Error(), id, "The role defined for the function cannot be assumed by Lambda")
			})
		}
	}
}
