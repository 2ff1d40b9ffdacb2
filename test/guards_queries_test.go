package test

import (
	"encoding/json"
	"fmt"
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
var queryWords = []string{"filter", "stats", "sort", "limit", "by", "as", "in", "like", "count", "pct", "max", "desc", "calls", "p50ms", "p99ms", "slowestMs"}

// unloggedFields are fields of a query that the access log does not have: such a query answers
// nothing, and no error tells.
func (s stage) unloggedFields(query string) (unknown []string) {
	var logged map[string]string
	format, _ := at(properties(first(s.stacks["Api"], "AWS::ApiGatewayV2::Stage", "")), "AccessLogSettings", "Format").(string)
	if err := json.Unmarshal([]byte(format), &logged); err != nil {
		return []string{err.Error()}
	}
	for _, word := range queriedField.FindAllString(query, -1) {
		if _, ok := logged[word]; !ok && !slices.Contains(queryWords, word) && !strings.ContainsAny(word[:1], `"/`) {
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
		if got := compact(p["LogGroupNames"]); got != "["+ref(s.accessLogGroup())+"]" {
			findings = append(findings, fmt.Sprintf("%s asks %s, want the access log", id, got))
		}
		if unknown := s.unloggedFields(text(p["QueryString"])); len(unknown) > 0 {
			findings = append(findings, fmt.Sprintf("%s asks for %v, which the access log does not have", id, unknown))
		}
	}
	var want []string
	for _, name := range []string{"calls per client", "refused calls by reason", "slowest routes"} {
		want = append(want, "m2m/"+s.env.Name+"/"+name)
	}
	if !sameSet(names, want) {
		findings = append(findings, fmt.Sprintf("saved are %q, want %q", names, want))
	}
	return findings
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
