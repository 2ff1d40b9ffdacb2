package test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

const ruleKind = "AWS::Events::Rule"

// wrongEvents wants two rules where the stack has a topic of its own, and none elsewhere: on
// rotations that failed, and on client secrets that somebody else than the rotation function added.
// They publish to the topic with a role that can do nothing else.
func wrongEvents(s stage) (findings []string) {
	t := s.stacks["Api"]
	topics, rules := t.resources("AWS::SNS::Topic"), t.resources(ruleKind)
	if len(topics) == 0 {
		if len(rules) > 0 {
			findings = append(findings, fmt.Sprintf("%d rules, and no topic to tell", len(rules)))
		}
		return findings
	}
	topic := slices.Collect(maps.Keys(topics))[0]
	want := s.eventPatterns()
	for id, rule := range rules {
		p := properties(rule)
		name, _ := p["Name"].(string)
		if got := compact(flatList(p["EventPattern"])); got != want[name] || p["State"] != "ENABLED" {
			findings = append(findings, fmt.Sprintf("%s (%s, %v) hears %s, want %s", id, name, p["State"], got, want[name]))
		}
		delete(want, name)
		targets, _ := p["Targets"].([]any)
		if len(targets) != 1 || compact(at(targets[0], "Arn")) != ref(topic) {
			findings = append(findings, fmt.Sprintf("%s tells %s", id, compact(targets)))
			continue
		}
		findings = append(findings, s.wrongPublisher(id, topic, targets[0])...)
		findings = append(findings, wrongSentence(id, targets[0])...)
	}
	for name := range want {
		findings = append(findings, "there is no rule "+name)
	}
	return findings
}

// eventPatterns are the patterns by the names of the rules.
func (s stage) eventPatterns() map[string]string {
	rotation := s.stacks["Api"].resources("AWS::Lambda::Function")[s.rotationFunction()]
	role, _ := at(properties(rotation), "Role", "Fn::GetAtt").([]any)
	return map[string]string{
		"m2m-" + s.env.Name + "-failed-rotation": compact(map[string]any{
			"source": []any{"aws.secretsmanager"},
			"detail": map[string]any{
				"eventName":           []any{"RotationFailed", "RotationAbandoned"},
				"additionalEventData": map[string]any{"SecretId": []any{map[string]any{"prefix": s.arn("secretsmanager", "secret:m2m/"+s.env.Name+"/")}}},
			},
		}),
		"m2m-" + s.env.Name + "-foreign-secret": compact(map[string]any{
			"source": []any{"aws.cognito-idp"},
			"detail": map[string]any{
				"eventName":         []any{"AddUserPoolClientSecret"},
				"requestParameters": map[string]any{"userPoolId": []any{s.poolID()}},
				"userIdentity": map[string]any{"sessionContext": map[string]any{"sessionIssuer": map[string]any{"arn": []any{
					map[string]any{"anything-but": []any{fmt.Sprintf("${%v.Arn}", role[0])}}, map[string]any{"exists": false},
				}}}},
			},
		}),
	}
}

// wrongPublisher wants the role of a rule's target to be EventBridge's, for these rules, and to
// publish to the topic.
func (s stage) wrongPublisher(rule, topic string, target any) (findings []string) {
	t := s.stacks["Api"]
	named, _ := at(target, "RoleArn", "Fn::GetAtt").([]any)
	if len(named) != 2 || t.resources("AWS::IAM::Role")[fmt.Sprint(named[0])] == nil {
		return []string{rule + " publishes without a role of the stack"}
	}
	role := fmt.Sprint(named[0])
	trust := properties(t.resources("AWS::IAM::Role")[role])["AssumeRolePolicyDocument"]
	wantTrust := map[string]any{
		"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": map[string]any{"Service": []any{"events.amazonaws.com"}},
		"Condition": map[string]any{"ArnEquals": map[string]any{"aws:SourceArn": []any{
			s.arn("events", "rule/m2m-"+s.env.Name+"-failed-rotation"), s.arn("events", "rule/m2m-"+s.env.Name+"-foreign-secret"),
		}}},
	}
	if got := statementsOf(flatList(trust)); !sameSet(got, []string{canonical(wantTrust)}) {
		findings = append(findings, fmt.Sprintf("%s trusts %v, want %s", role, got, canonical(wantTrust)))
	}
	var may []string
	for _, policy := range t.resources("AWS::IAM::Policy") {
		if slices.Contains(compactAll(properties(policy)["Roles"]), ref(role)) {
			may = append(may, statementsOf(properties(policy)["PolicyDocument"])...)
		}
	}
	if want := []string{canonical(allow("${"+topic+"}", "sns:Publish"))}; !sameSet(may, want) {
		findings = append(findings, fmt.Sprintf("%s may %v, want %v", role, may, want))
	}
	return findings
}

// wrongSentence wants what is told to be one sentence of named parts, never the event as it is: an
// answer of Cognito's can be in it.
func wrongSentence(rule string, target any) (findings []string) {
	template, _ := at(target, "InputTransformer", "InputTemplate").(string)
	parts, _ := at(target, "InputTransformer", "InputPathsMap").(map[string]any)
	if !strings.HasPrefix(template, `"`) || !strings.Contains(template, " Runbook: docs/runbooks/alarms.md#") {
		findings = append(findings, rule+" tells "+template)
	}
	for name, path := range parts {
		if text := fmt.Sprint(path); !strings.Contains(template, "<"+name+">") || strings.Contains(text, "responseElements") || text == "$" || text == "$.detail" {
			findings = append(findings, fmt.Sprintf("%s tells %s as %s", rule, path, name))
		}
	}
	return findings
}

// publisherRoles are the roles of the rules' targets.
func (t template) publisherRoles() (ids []string) {
	for _, rule := range t.resources(ruleKind) {
		targets, _ := properties(rule)["Targets"].([]any)
		for _, target := range targets {
			if named, _ := at(target, "RoleArn", "Fn::GetAtt").([]any); len(named) == 2 {
				ids = append(ids, fmt.Sprint(named[0]))
			}
		}
	}
	return ids
}

// flatList is flat, for lists too.
func flatList(value any) any {
	if list, ok := value.([]any); ok {
		all := make([]any, 0, len(list))
		for _, element := range list {
			all = append(all, flatList(element))
		}
		return all
	}
	object, ok := value.(map[string]any)
	if !ok {
		return value
	}
	if len(object) == 1 && (object["Ref"] != nil || object["Fn::Join"] != nil || object["Fn::GetAtt"] != nil || object["Fn::ImportValue"] != nil) {
		return text(value)
	}
	plain := map[string]any{}
	for key, element := range object {
		plain[key] = flatList(element)
	}
	return plain
}
