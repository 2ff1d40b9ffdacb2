package test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"cognito-m2m/config"
)

// rotationFunction is the logical id of the function that the schedules name; "" where they don't
// agree on one.
func (s stage) rotationFunction() (id string) {
	for _, schedule := range s.stacks["Api"].resources("AWS::SecretsManager::RotationSchedule") {
		named, _ := at(properties(schedule), "RotationLambdaARN", "Fn::GetAtt").([]any)
		if len(named) != 2 || id != "" && named[0] != id {
			return ""
		}
		id, _ = named[0].(string)
	}
	return id
}

// wrongRotations wants a schedule per secret with the days of the file. That the first rotation
// works hangs on DependsOn: it starts as soon as the schedule is there.
func wrongRotations(s stage) (findings []string) {
	if s.stacks["Api"].resources("AWS::Lambda::Function")[s.rotationFunction()] == nil {
		return []string{"there is no one function of the stack that all schedules name"}
	}
	if len(s.neededByRotation()) < 2 {
		findings = append(findings, "no policy, or no permission")
	}
	for _, stack := range s.clientStacks() {
		findings = append(findings, stack.wrongRotations()...)
	}
	return findings
}

// rules are a client's schedule. In a group its window is written.
func (t clientStack) rules(client config.Client) map[string]any {
	rules := map[string]any{"AutomaticallyAfterDays": client.Rotation.EveryDays}
	if t.name != "Api" {
		rules["Duration"] = "24h"
	}
	return rules
}

func (t clientStack) wrongRotations() (findings []string) {
	scheduled := map[string]bool{}
	for id, schedule := range t.resources("AWS::SecretsManager::RotationSchedule") {
		secret, _ := at(properties(schedule), "SecretId", "Ref").(string)
		scheduled[secret] = true
		client, ok := t.clientOf(secret)
		want := compact(map[string]any{
			"SecretId":                  map[string]any{"Ref": secret},
			"RotationLambdaARN":         json.RawMessage(t.from(t.rotationFunction(), "Arn")),
			"RotationRules":             t.rules(client),
			"RotateImmediatelyOnUpdate": true,
		})
		if got := compact(properties(schedule)); !ok || got != want {
			findings = append(findings, fmt.Sprintf("%s is %s, want %s", id, got, want))
		}
		for _, needed := range t.neededByRotation() {
			if t.name != "Api" { // the whole stack waits, see strangeGroups
				break
			}
			if dependencies, _ := schedule["DependsOn"].([]any); !slices.Contains(dependencies, any(needed)) {
				findings = append(findings, id+" does not wait for "+needed+": its first rotation may fail")
			}
		}
	}
	for secret := range t.resources("AWS::SecretsManager::Secret") {
		if !scheduled[secret] {
			findings = append(findings, secret+" is never rotated")
		}
	}
	if len(t.resources("AWS::SecretsManager::RotationSchedule")) != len(t.clients) {
		findings = append(findings, t.name+" has not one schedule for each client")
	}
	return findings
}

// neededByRotation are the policies of the rotation function's role and the permission to call the
// function.
func (s stage) neededByRotation() (ids []string) {
	t := s.stacks["Api"]
	for id, policy := range t.resources("AWS::IAM::Policy") {
		if slices.Contains(s.functionsUnder(t, policy), s.rotationFunction()) {
			ids = append(ids, id)
		}
	}
	for id, permission := range t.resources("AWS::Lambda::Permission") {
		if s.ofRotation(permission) {
			ids = append(ids, id)
		}
	}
	return ids
}

// ofRotation reports whether a permission is one to call the rotation function.
func (s stage) ofRotation(permission map[string]any) bool {
	return compact(properties(permission)["FunctionName"]) == getAtt(s.rotationFunction(), "Arn")
}

func wrongRotationFunction(s stage) (findings []string) {
	for id, function := range s.stacks["Api"].resources("AWS::Lambda::Function") {
		p := properties(function)
		variables := at(p, "Environment", "Variables")
		if id != s.rotationFunction() {
			continue // see wrongFunctions
		}
		want := map[string]any{"USER_POOL_ID": at(variables, "USER_POOL_ID")}
		if hours := s.env.Secrets.GraceHours; hours != nil {
			want["GRACE_HOURS"] = fmt.Sprint(*hours)
		}
		if compact(variables) != compact(want) || text(at(variables, "USER_POOL_ID")) != s.poolID() {
			findings = append(findings, fmt.Sprintf("%s has the environment %s, want the pool's id in USER_POOL_ID, and the hours of the file", id, compact(variables)))
		}
		if timeout, _ := p["Timeout"].(float64); timeout < 60 {
			findings = append(findings, fmt.Sprintf("%s has %v seconds: too few to wait until Cognito takes its requests", id, p["Timeout"]))
		}
		reserved := any(nil) // a new account has none to reserve
		if s.env.Rotation.ReservedConcurrency > 0 {
			reserved = float64(s.env.Rotation.ReservedConcurrency)
		}
		if p["ReservedConcurrentExecutions"] != reserved {
			findings = append(findings, fmt.Sprintf("%s reserves the concurrency %v, configured is %v", id, p["ReservedConcurrentExecutions"], reserved))
		}
	}
	return findings
}

func openRotation(s stage) (findings []string) {
	want := map[string]string{
		"Action":        "lambda:InvokeFunction",
		"FunctionName":  "${" + s.rotationFunction() + ".Arn}",
		"Principal":     "secretsmanager.amazonaws.com",
		"SourceAccount": s.account(),
		"SourceArn":     s.arn("secretsmanager", "secret:m2m/"+s.env.Name+"/*"),
	}
	found := 0
	for id, permission := range s.stacks["Api"].resources("AWS::Lambda::Permission") {
		if !s.ofRotation(permission) {
			continue
		}
		found++
		got := map[string]string{}
		for property, value := range properties(permission) {
			got[property] = text(value)
		}
		if compact(got) != compact(want) {
			findings = append(findings, fmt.Sprintf("%s is %s, want %s", id, compact(got), compact(want)))
		}
	}
	if found != 1 {
		findings = append(findings, fmt.Sprintf("%d permissions to call the rotation function, want 1", found))
	}
	return findings
}

func silentFailure(s stage) (findings []string) {
	id, alarm := s.alarm("MonitoringRotationFailures")
	if alarm == nil {
		return []string{"there is no alarm on failed rotations"}
	}
	p := properties(alarm)
	description, _ := p["AlarmDescription"].(string)
	if way := "m2m clients --env " + s.env.Name + " --deployed"; !strings.Contains(description, way) {
		findings = append(findings, fmt.Sprintf("%s says %q and not to run %q", id, description, way))
	}
	want := map[string]any{
		"Namespace": "AWS/Lambda", "MetricName": "Errors", "Statistic": "Sum", "Period": 3600, "EvaluationPeriods": 1,
		"Dimensions":         []any{map[string]any{"Name": "FunctionName", "Value": map[string]any{"Ref": s.rotationFunction()}}},
		"ComparisonOperator": "GreaterThanThreshold", "Threshold": 0, "TreatMissingData": "notBreaching",
	}
	for property, value := range want {
		if got := compact(p[property]); got != compact(value) {
			findings = append(findings, fmt.Sprintf("%s: %s is %s, want %s", id, property, got, compact(value)))
		}
	}
	return findings
}
