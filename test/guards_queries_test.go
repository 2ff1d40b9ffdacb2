package test

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// accessLogGroup is the logical id of the log group that the stage writes to.
func (s stage) accessLogGroup() string {
	destination, _ := at(properties(first(s.stacks["Api"], "AWS::ApiGatewayV2::Stage", "")), "AccessLogSettings", "DestinationArn", "Fn::GetAtt").([]any)
	if len(destination) != 2 {
		return ""
	}
	return fmt.Sprint(destination[0])
}

// queriedField is a word in a query that is no string, and could be a field.
var queriedField = regexp.MustCompile(`"[^"]*"|/[^/]*/|[A-Za-z][A-Za-z0-9]*`)

// queryWords are Logs Insights' own.
var queryWords = []string{
	"filter", "stats", "sort", "limit", "by", "as", "in", "like", "count", "pct", "max", "desc", "calls", "p50ms", "p99ms", "slowestMs",
	"latest", "or", "asc", "timestamp", "refusals", "lastStep", "lastOutcome", "last",
}

// loggedByFunctions are the fields of the lines that lambda/authorize and lambda/rotate log.
var loggedByFunctions = map[string][]string{
	"authorizer": {"time", "level", "msg", "reason", "clientId", "routeKey", "requestId"},
	"rotation":   {"time", "level", "msg", "secret", "clientId", "step", "versionId", "outcome", "error"},
}

// logGroups are the logical ids of the log groups that are queried, with what their lines have.
func (s stage) logGroups() map[string][]string {
	groups := map[string][]string{s.accessLogGroup(): s.accessLogFields()}
	for name, function := range map[string]string{"authorizer": s.authorizerFunction(), "rotation": s.rotationFunction()} {
		if group, ok := at(properties(s.stacks["Api"].resources("AWS::Lambda::Function")[function]), "LoggingConfig", "LogGroup", "Ref").(string); ok {
			groups[group] = loggedByFunctions[name]
		}
	}
	return groups
}

func (s stage) accessLogFields() []string {
	var logged map[string]string
	format, _ := at(properties(first(s.stacks["Api"], "AWS::ApiGatewayV2::Stage", "")), "AccessLogSettings", "Format").(string)
	if err := json.Unmarshal([]byte(format), &logged); err != nil {
		return nil
	}
	return slices.Collect(maps.Keys(logged))
}

// unloggedFields are fields of a query that a log group does not have: such a query answers
// nothing, and no error tells.
func (s stage) unloggedFields(query, group string) (unknown []string) {
	logged := s.logGroups()[group]
	for _, word := range queriedField.FindAllString(query, -1) {
		if !slices.Contains(logged, word) && !slices.Contains(queryWords, word) && !strings.ContainsAny(word[:1], `"/`) {
			unknown = append(unknown, word)
		}
	}
	return unknown
}

func wrongQueries(s stage) (findings []string) {
	var names []string
	for id, query := range s.stacks["Api"].resources("AWS::Logs::QueryDefinition") {
		p := properties(query)
		names = append(names, text(p["Name"]))
		group, _ := at(only(p["LogGroupNames"]), "Ref").(string)
		if want := s.queriedGroup(text(p["Name"])); group != want {
			findings = append(findings, fmt.Sprintf("%s asks %s, want %s", id, compact(p["LogGroupNames"]), want))
		}
		if unknown := s.unloggedFields(text(p["QueryString"]), group); len(unknown) > 0 {
			findings = append(findings, fmt.Sprintf("%s asks for %v, which the log does not have", id, unknown))
		}
	}
	var want []string
	for _, name := range s.wantedQueries() {
		want = append(want, "m2m/"+s.env.Name+"/"+name)
	}
	if !sameSet(names, want) {
		findings = append(findings, fmt.Sprintf("saved are %q, want %q", names, want))
	}
	return findings
}

// wantedQueries are the titles of what is saved.
func (s stage) wantedQueries() []string {
	if s.env.API.Authorizer == nil {
		return []string{"calls per client", "refused calls by reason", "slowest routes"}
	}
	return []string{
		"calls per client, top ten", "refused calls by reason", "slowest routes", "refused clients, top ten",
		"rotations that have not ended, oldest ten",
	}
}

// queriedGroup is the log group that a query, or a table of that title, has to ask.
func (s stage) queriedGroup(title string) string {
	function := map[bool]string{
		strings.HasSuffix(strings.ToLower(title), "refused clients, top ten"): s.authorizerFunction(),
		strings.Contains(strings.ToLower(title), "rotations that have not"):   s.rotationFunction(),
	}[true]
	if function == "" {
		return s.accessLogGroup()
	}
	group, _ := at(properties(s.stacks["Api"].resources("AWS::Lambda::Function")[function]), "LoggingConfig", "LogGroup", "Ref").(string)
	return group
}

// only is the one element of a list; nil of another.
func only(list any) any {
	if all, _ := list.([]any); len(all) == 1 {
		return all[0]
	}
	return nil
}

func wrongTracing(s stage) (findings []string) {
	want := `{"Mode":"PassThrough"}`
	if s.env.Tracing {
		want = `{"Mode":"Active"}`
	}
	for id, function := range s.stacks["Api"].resources("AWS::Lambda::Function") {
		if got := compact(properties(function)["TracingConfig"]); got != want {
			findings = append(findings, fmt.Sprintf("%s has the tracing %s, want %s", id, got, want))
		}
	}
	return findings
}
