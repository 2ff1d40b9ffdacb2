package diff

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"cognito-m2m/internal/diff/change"
)

// statements is where a resource type keeps its policy: each result is one Statement of the IAM
// policy language, or whatever stands in its place.
var statements = map[string]func(*change.Resource) []any{
	typePolicy:                  documentAt("PolicyDocument"),
	typeManagedPolicy:           documentAt("PolicyDocument"),
	typeRole:                    roleStatements,
	typeKey:                     documentAt("KeyPolicy"),
	typeSecretPolicy:            documentAt("ResourcePolicy"),
	typePermission:              permissionStatements,
	"AWS::IAM::GroupPolicy":     documentAt("PolicyDocument"),
	"AWS::IAM::RolePolicy":      documentAt("PolicyDocument"),
	"AWS::IAM::UserPolicy":      documentAt("PolicyDocument"),
	"AWS::Logs::ResourcePolicy": documentAt("PolicyDocument"),
	"AWS::SNS::TopicPolicy":     documentAt("PolicyDocument"),
	"AWS::SQS::QueuePolicy":     documentAt("PolicyDocument"),
	"AWS::S3::BucketPolicy":     documentAt("PolicyDocument"),
}

func policyTypes() []string { return slices.Collect(maps.Keys(statements)) }

func documentAt(property string) func(*change.Resource) []any {
	return func(r *change.Resource) []any { return statementsIn(r.Get(property)) }
}

// statementsIn reads a policy document, which some types take as JSON in a text. What can't be read
// is one statement of an unknown kind, so that its change is seen.
func statementsIn(document any) []any {
	if document == nil {
		return nil
	}
	if text, ok := document.(string); ok {
		var decoded map[string]any
		if json.Unmarshal([]byte(text), &decoded) != nil {
			return []any{text}
		}
		document = decoded
	}
	switch found := change.Object(document)["Statement"].(type) {
	case []any:
		return found
	case map[string]any:
		return []any{found}
	}
	return []any{document}
}

// roleStatements are those of the trust policy, of which each has a Principal, and those of inline
// policies.
func roleStatements(r *change.Resource) []any {
	found := statementsIn(r.Get("AssumeRolePolicyDocument"))
	inline, _ := r.Get("Policies").([]any)
	for _, policy := range inline {
		found = append(found, statementsIn(change.Object(policy)["PolicyDocument"])...)
	}
	return found
}

// permissionStatements writes a Lambda permission as the statement that it adds to the function's
// policy.
func permissionStatements(r *change.Resource) []any {
	condition := map[string]any{}
	for _, name := range []string{"SourceArn", "SourceAccount", "PrincipalOrgID", "EventSourceToken", "FunctionUrlAuthType"} {
		if value := r.Get(name); value != nil {
			condition[name] = value
		}
	}
	statement := map[string]any{
		"Effect": "Allow", "Principal": r.Get("Principal"), "Action": r.Get("Action"), "Resource": r.Get("FunctionName"),
	}
	if len(condition) > 0 {
		statement["Condition"] = condition
	}
	return []any{statement}
}

// grant is the smallest thing that a statement allows or denies: one action on one resource for one
// principal.
type grant struct{ effect, action, resource, principal, condition string }

// maxGrants is how many grants a policy is taken apart into. A statement that gives more, by long
// lists in all of its elements, stands for itself.
const maxGrants = 10_000

// grantsOf takes the resource's policy apart, so that two that allow the same are the same however
// they are written.
func grantsOf(r *change.Resource) []grant {
	if r == nil {
		return nil
	}
	var found []grant
	for _, statement := range statements[r.Type](r) {
		found = append(found, grantsIn(statement, maxGrants-len(found))...)
	}
	return found
}

func grantsIn(statement any, most int) []grant {
	s, ok := statement.(map[string]any)
	effect, _ := s["Effect"].(string)
	if !ok || effect == "" {
		return []grant{{action: change.Show(statement)}}
	}
	condition := ""
	if s["Condition"] != nil {
		condition = change.Show(s["Condition"])
	}
	actions, resources, whose := alternatives(s, "Action"), alternatives(s, "Resource"), principals(s)
	if most <= 0 || len(actions) > most || len(resources) > most || len(actions)*len(resources) > most/max(len(whose), 1) {
		return []grant{{action: change.Show(statement)}}
	}
	var found []grant
	for _, action := range actions {
		for _, resource := range resources {
			for _, principal := range whose {
				found = append(found, grant{effect, action, resource, principal, condition})
			}
		}
	}
	return found
}

// alternatives are the items of an element. The items of its opposite, such as NotAction, belong
// together. A trust policy has no Resource.
func alternatives(statement map[string]any, element string) []string {
	if not, ok := statement["Not"+element]; ok {
		return []string{"everything but " + strings.Join(items(not, ""), " and ")}
	}
	if found := items(statement[element], ""); len(found) > 0 {
		return found
	}
	return []string{""}
}

// principals name the kind of each: Service lambda.amazonaws.com.
func principals(statement map[string]any) []string {
	if _, ok := statement["NotPrincipal"]; ok {
		return []string{"everyone but " + change.Show(statement["NotPrincipal"])}
	}
	byKind, ok := statement["Principal"].(map[string]any)
	if _, _, is := change.Intrinsic(byKind); !ok || is {
		return alternatives(statement, "Principal")
	}
	var found []string
	for _, kind := range slices.Sorted(maps.Keys(byKind)) {
		found = append(found, each(items(byKind[kind], ""), func(who string) string { return kind + " " + who })...)
	}
	return found
}

// policy compares what is granted.
func policy(o *outcome) []remark {
	was, is := grantsOf(o.Before), grantsOf(o.After)
	var found []remark
	for _, part := range []struct {
		grants []grant
		added  bool
	}{{except(is, was), true}, {except(was, is), false}} {
		for _, group := range together(part.grants) {
			found = append(found, group.remark(part.added))
		}
	}
	return found
}

// together writes grants as few statements: first those that differ in the action alone become one,
// then those that differ in the resource alone, and so on.
func together(grants []grant) []grant {
	for _, part := range []func(*grant) *string{
		func(g *grant) *string { return &g.action },
		func(g *grant) *string { return &g.resource },
		func(g *grant) *string { return &g.principal },
	} {
		grants = joined(grants, part)
	}
	return grants
}

func joined(grants []grant, part func(*grant) *string) []grant {
	var rest []grant
	values := map[grant][]string{}
	for _, g := range grants {
		value := *part(&g)
		*part(&g) = ""
		if values[g] == nil {
			rest = append(rest, g)
		}
		values[g] = append(values[g], value)
	}
	for i, g := range rest {
		*part(&rest[i]) = strings.Join(without(values[g], nil), ", ")
	}
	return rest
}

// verbs say what an added and a removed statement does, by its Effect.
var verbs = map[string]struct{ added, removed remark }{
	"Allow": {remark{Loosens, "allows"}, remark{Tightens, "no longer allows"}},
	"Deny":  {remark{Tightens, "denies"}, remark{Loosens, "no longer denies"}},
	"":      {remark{Changes, "policy"}, remark{Changes, "no longer has the policy"}},
}

func (g grant) remark(added bool) remark {
	verb, ok := verbs[g.effect]
	if !ok {
		verb = verbs[""]
	}
	said := verb.removed
	if added {
		said = verb.added
	}
	said.message += " " + g.action
	for _, part := range []struct{ word, value string }{{"on", g.resource}, {"to", g.principal}, {"if", g.condition}} {
		if part.value != "" {
			said.message += fmt.Sprintf(" %s %s", part.word, part.value)
		}
	}
	return said
}
