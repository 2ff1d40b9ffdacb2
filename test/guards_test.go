package test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"cognito-m2m/naming"
)

// A guard reads one environment's templates and says what is wrong with them, one sentence per
// finding. TestGuards wants silence of each for every environment; TestGuardsGoRed wants each to
// speak when its rule is broken.
type guard func(stage) []string

var guards = map[string]guard{
	"every route has the authorizer and its scopes":   openRoutes,
	"nothing else leads to a function":                sideDoors,
	"one authorizer, which trusts the app clients":    looseAuthorizer,
	"the authorizer's function is called by it alone": openAuthorizer,
	"the issuer is the environment's user pool":       wrongIssuer,
	"routes and integrations are this API's":          strayReferences,
	"API Gateway alone may invoke, for this API":      openPermissions,
	"the stage deploys, throttles and logs":           bareStage,
	"the API's address is the configured one":         wrongAddress,
	"browsers are answered what is configured":        wrongCORS,

	"app clients are the configured ones":       wrongClients,
	"clients can only use client credentials":   looseClients,
	"every scope exists on a resource server":   missingScopes,
	"nobody can sign up":                        selfSignUp,
	"the domain is the configured or a new one": wrongDomain,
	"a protected environment is protected":      unprotected,

	"every client has one secret, still to be filled":  wrongSecrets,
	"every secret is rotated, at once and on time":     wrongRotations,
	"a client's secret comes and goes with the client": strayedSecrets,
	"the rotation function knows its pool":             wrongRotationFunction,
	"Secrets Manager alone may start a rotation":       openRotation,
	"nobody but the configured readers may read":       strangeReaders,
	"a customer key encrypts every secret, or none":    wrongKey,
	"a failed rotation raises an alarm":                silentFailure,

	"every alarm says what to do, and the runbook has it": speechlessAlarms,
	"every metric is one that AWS documents":              unknownMetrics,
	"alarms are raised as configured":                     wrongAlarms,
	"alarms call the configured recipients, or nobody":    wrongRecipients,
	"the topic hears of rotations and foreign secrets":    wrongEvents,
	"the topic takes alarms of its own stack alone":       openTopic,
	"queries are saved over the access log":               wrongQueries,
	"the dashboard is the configured one":                 wrongDashboard,
	"functions are traced as configured":                  wrongTracing,

	"roles may do what their function is for, no more": broadRoles,
	"no secret in a template":                          secretsInTemplates,
	"roles keep to what IAM takes":                     longPolicies,
	"stacks keep to what CloudFormation takes":         fullStacks,
	"groups are the configured ones":                   strangeGroups,
	"exports block nothing":                            unexpectedExports,
	"outputs have the keys that tools read":            missingOutputs,
	"Api depends on Identity":                          missingDependency,
	"log groups have a retention":                      endlessLogs,
	"logs are kept and encrypted as configured":        wrongLogs,
	"functions have the configured settings":           wrongFunctions,
	"stacks have the configured tags":                  wrongTags,
	"functions are Go on provided.al2023 for ARM":      wrongRuntime,
	"what CDK's validation finds, fails the synth":     quietValidation,
}

func TestGuards(t *testing.T) {
	for env, s := range everyStage(t) {
		for name, check := range guards {
			for _, finding := range check(s) {
				t.Errorf("%s: %s: %s", env, name, finding)
			}
		}
	}
}

// properties are a resource's properties; none for a resource without any.
func properties(resource map[string]any) map[string]any {
	p, _ := resource["Properties"].(map[string]any)
	return p
}

// the is the one resource of a type. A stack with none or several is a finding of its own, which is
// why guards ask for it first.
func (t template) the(kind string) (id string, resource map[string]any, finding []string) {
	found := t.resources(kind)
	if len(found) != 1 {
		return "", nil, []string{fmt.Sprintf("%d resources of type %s, want 1", len(found), kind)}
	}
	for id, resource = range found {
		return id, resource, nil
	}
	return "", nil, nil
}

func ref(id string) string { return compact(map[string]any{"Ref": id}) }

func getAtt(id, attribute string) string {
	return compact(map[string]any{"Fn::GetAtt": []any{id, attribute}})
}

// compact is a value as JSON on one line, for comparing and printing.
func compact(value any) string {
	raw, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return string(raw)
}

func compactAll(value any) (all []string) {
	list, _ := value.([]any)
	for _, element := range list {
		all = append(all, compact(element))
	}
	return all
}

// quoted are strings as compact shows them.
func quoted(list []string) (all []string) {
	for _, element := range list {
		all = append(all, compact(element))
	}
	return all
}

// sameSet compares two lists without regard to order.
func sameSet(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// stringsIn are all strings in a JSON value, keys included, in no order.
func stringsIn(value any) (found []string) {
	switch v := value.(type) {
	case string:
		return []string{v}
	case []any:
		for _, element := range v {
			found = append(found, stringsIn(element)...)
		}
	case map[string]any:
		for key, element := range v {
			found = append(append(found, key), stringsIn(element)...)
		}
	}
	return found
}

func endlessLogs(s stage) (findings []string) {
	for name, t := range s.stacks {
		for id, group := range t.resources("AWS::Logs::LogGroup") {
			if properties(group)["RetentionInDays"] == nil {
				findings = append(findings, name+" "+id+" keeps its logs for ever")
			}
		}
		for id, function := range t.resources("AWS::Lambda::Function") {
			group, _ := at(properties(function), "LoggingConfig", "LogGroup", "Ref").(string)
			if t.resources("AWS::Logs::LogGroup")[group] == nil {
				findings = append(findings, name+" "+id+" has no log group of its own")
			}
		}
	}
	return findings
}

func wrongRuntime(s stage) (findings []string) {
	functions := s.stacks["Api"].resources("AWS::Lambda::Function")
	if len(functions) == 0 {
		return []string{"there is no function"}
	}
	for id, function := range functions {
		p := properties(function)
		if p["Runtime"] != "provided.al2023" || compact(p["Architectures"]) != `["arm64"]` {
			findings = append(findings, fmt.Sprintf("%s runs on %v %v", id, p["Runtime"], p["Architectures"]))
		}
	}
	return findings
}

func unexpectedExports(s stage) []string {
	pool, _, finding := s.stacks["Identity"].the("AWS::Cognito::UserPool")
	if finding != nil {
		return finding
	}
	var got []string
	for name, t := range s.stacks {
		for _, output := range t.section("Outputs") {
			if at(output, "Export") != nil {
				got = append(got, name+" "+compact(at(output, "Value")))
			}
		}
	}
	want := []string{"Identity " + ref(pool), "Identity " + getAtt(pool, "ProviderURL")}
	if s.env.API.Authorizer != nil { // for groups, also where there are none: see addCredentials
		want = append(want, "Api "+getAtt(s.rotationFunction(), "Arn"))
		for key := range s.secretsKeys() {
			want = append(want, "Api "+getAtt(key, "Arn"))
		}
	}
	if !sameSet(got, want) {
		return []string{fmt.Sprintf("exports %v, want %v", got, want)}
	}
	return nil
}

func missingOutputs(s stage) (findings []string) {
	want := map[string][]string{"Identity": {"TokenEndpoint"}, "Api": {"ApiUrl", "ApiId", "Issuer", "UserPoolId", "RollbackAlarmArn"}}
	for _, stack := range s.clientStacks() {
		for _, client := range stack.clients {
			want[stack.name] = append(want[stack.name], naming.ClientOutput(client.Name))
		}
	}
	for stack, keys := range want {
		for _, key := range keys {
			if at(s.stacks[stack].section("Outputs"), key, "Value") == nil {
				findings = append(findings, stack+" has no output "+key)
			}
		}
	}
	alarm, _ := at(s.stacks["Api"].section("Outputs"), "RollbackAlarmArn", "Value", "Fn::GetAtt").([]any)
	if len(alarm) != 2 || !strings.Contains(fmt.Sprint(alarm[0]), "ServerErrors") {
		findings = append(findings, fmt.Sprintf("another alarm than that on server errors rolls back: %v", alarm))
	}
	return findings
}

func missingDependency(s stage) []string {
	identity, api := s.artifact("Identity"), s.artifact("Api")
	dependencies, _ := s.artifacts("aws:cloudformation:stack")[api]["dependencies"].([]any)
	if !slices.Contains(dependencies, any(identity)) {
		return []string{"app clients could be made before the scopes they name"}
	}
	return nil
}

// quietValidation wants the context key that makes findings errors; without it a synth prints them
// and goes on.
func quietValidation(stage) []string {
	context, err := cdkContext()
	if err != nil {
		return []string{err.Error()}
	}
	if context["@aws-cdk/core:validateAgainstDefaultRules"] != true {
		return []string{"@aws-cdk/core:validateAgainstDefaultRules is not true in cdk.json"}
	}
	return nil
}
