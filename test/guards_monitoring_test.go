package test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// documented is what AWS says of a namespace's metrics.
type documented struct {
	source     string
	dimensions string // the only ones here, sorted
	metrics    []string
}

var documentedMetrics = map[string]documented{
	"AWS/ApiGateway": {
		source:     "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html",
		dimensions: "ApiId",
		metrics:    []string{"4xx", "5xx", "Count", "IntegrationLatency", "Latency", "DataProcessed"},
	},
	"AWS/Lambda": {
		source:     "https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html",
		dimensions: "FunctionName",
		metrics:    []string{"Invocations", "Errors", "Throttles", "Duration", "ConcurrentExecutions"},
	},
	"AWS/Logs": {
		source:     "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Monitoring-CloudWatch-Metrics.html",
		dimensions: "LogGroupName",
		metrics:    []string{"IncomingBytes", "IncomingLogEvents"},
	},
}

// metric is a metric as templates name it: namespace, name, and dimensions by name.
type metric struct {
	namespace, name string
	dimensions      map[string]string
}

// alarm is the alarm whose logical id begins so; nil if there is none.
func (s stage) alarm(id string) (string, map[string]any) {
	for found, resource := range s.stacks["Api"].resources(alarmKind) {
		if strings.HasPrefix(found, id) && len(found) == len(id)+8 { // CDK's hash
			return found, resource
		}
	}
	return "", nil
}

// metricsOf are the metrics that an alarm reads, by itself or in an expression.
func metricsOf(alarm map[string]any) (found []metric) {
	read := func(from any) {
		namespace, _ := at(from, "Namespace").(string)
		name, _ := at(from, "MetricName").(string)
		m := metric{namespace, name, map[string]string{}}
		dimensions, _ := at(from, "Dimensions").([]any)
		for _, d := range dimensions {
			m.dimensions[text(at(d, "Name"))] = text(at(d, "Value"))
		}
		found = append(found, m)
	}
	p := properties(alarm)
	queries, inExpression := p["Metrics"].([]any)
	for _, q := range queries {
		if at(q, "MetricStat") != nil {
			read(at(q, "MetricStat", "Metric"))
		}
	}
	if !inExpression {
		read(p)
	}
	return found
}

// runbookAnchors are the sections of the runbook, as links name them.
func runbookAnchors() (map[string]bool, error) {
	page, err := os.ReadFile(filepath.Join(root, "docs", "runbooks", "alarms.md"))
	if err != nil {
		return nil, err
	}
	anchors := map[string]bool{}
	for line := range strings.Lines(string(page)) {
		if heading, ok := strings.CutPrefix(line, "## "); ok {
			anchors[strings.ReplaceAll(strings.ToLower(strings.TrimSpace(heading)), " ", "-")] = true
		}
	}
	return anchors, nil
}

func speechlessAlarms(s stage) (findings []string) {
	anchors, err := runbookAnchors()
	if err != nil {
		return []string{err.Error()}
	}
	for id, alarm := range s.stacks["Api"].resources(alarmKind) {
		description, _ := properties(alarm)["AlarmDescription"].(string)
		said, anchor, ok := strings.Cut(description, " Runbook: docs/runbooks/alarms.md#")
		switch {
		case !ok || strings.Count(said, ". ") == 0:
			findings = append(findings, fmt.Sprintf("%s says %q: want what it means, the first step and the runbook", id, description))
		case !anchors[anchor]:
			findings = append(findings, fmt.Sprintf("%s leads to the section %s, which the runbook does not have", id, anchor))
		case len(description) > 1024:
			findings = append(findings, id+" has a description of more than 1024 characters")
		}
	}
	return findings
}

// unknownMetrics holds alarms and graphs to the documentation, and wants each to be about this API,
// one of these functions, or this access log.
func unknownMetrics(s stage) (findings []string) {
	read := map[string][]metric{}
	for id, alarm := range s.stacks["Api"].resources(alarmKind) {
		read[id] = metricsOf(alarm)
	}
	_, body, _ := s.dashboard()
	for _, w := range body.Widgets {
		if w.Type == "metric" {
			read["the widget "+w.Properties.Title] = w.metrics()
		}
	}
	for where, metrics := range read {
		if len(metrics) == 0 {
			findings = append(findings, where+" reads no metric")
		}
		for _, m := range metrics {
			known := documentedMetrics[m.namespace]
			names := strings.Join(slices.Sorted(maps.Keys(m.dimensions)), " ")
			if !slices.Contains(known.metrics, m.name) || names != known.dimensions {
				findings = append(findings, fmt.Sprintf("%s reads %s %s by %q, which %s does not have", where, m.namespace, m.name, names, known.source))
			}
			if of := m.dimensions[names]; !s.ownMetric(m.namespace, of) {
				findings = append(findings, fmt.Sprintf("%s is about %s, which is not in the stack", where, of))
			}
		}
	}
	return findings
}

// ownMetric reports whether a dimension's value is a resource of the stack.
func (s stage) ownMetric(namespace, value string) bool {
	kind := map[string]string{
		"AWS/ApiGateway": "AWS::ApiGatewayV2::Api", "AWS/Lambda": "AWS::Lambda::Function", "AWS/Logs": "AWS::Logs::LogGroup",
	}[namespace]
	id := strings.TrimSuffix(strings.TrimPrefix(value, "${"), "}")
	return s.stacks["Api"].resources(kind)[id] != nil
}

// raised is what makes an alarm's state.
type raised struct {
	metrics   string // or the expression
	operator  string
	threshold float64
	missing   string
}

// wrongAlarms wants exactly the alarms there should be, with the thresholds of the file.
func wrongAlarms(s stage) (findings []string) {
	want := s.wantedAlarms()
	if got := len(s.stacks["Api"].resources(alarmKind)); got != len(want) {
		findings = append(findings, fmt.Sprintf("%d alarms, want %d", got, len(want)))
	}
	for prefix, w := range want {
		id, alarm := s.alarm(prefix)
		if alarm == nil {
			findings = append(findings, "there is no alarm "+prefix)
			continue
		}
		p := properties(alarm)
		threshold, _ := p["Threshold"].(float64)
		got := raised{statisticOf(p), text(p["ComparisonOperator"]), threshold, text(p["TreatMissingData"])}
		if got != w || p["EvaluationPeriods"] != 1.0 {
			findings = append(findings, fmt.Sprintf("%s is raised by %v, want %v", id, got, w))
		}
	}
	return findings
}

func (s stage) wantedAlarms() map[string]raised {
	set := s.env.Alarms
	enough := func(value string) string { return fmt.Sprintf("IF(calls >= %d, %s, 0)", set.MinimumCalls, value) }
	const above, from, quiet = "GreaterThanThreshold", "GreaterThanOrEqualToThreshold", "notBreaching"
	want := map[string]raised{
		"MonitoringServerErrors":     {enough("100 * errors / calls") + " calls=Sum Count/300 errors=Sum 5xx/300", above, set.ServerErrorPercent, quiet},
		"MonitoringClientErrors":     {enough("100 * errors / calls") + " calls=Sum Count/300 errors=Sum 4xx/300", above, set.ClientErrorPercent, quiet},
		"MonitoringLatency":          {enough("latency") + " calls=Sum Count/300 latency=p99 Latency/300", above, float64(set.P99LatencyMs), quiet},
		"MonitoringRotationFailures": {"Sum Errors/3600", above, 0, quiet},
	}
	for _, f := range s.env.Functions {
		prefix := "MonitoringFunctions" + withoutSigns(f.Name)
		want[prefix+"Errors"] = raised{"Sum Errors/300", from, float64(set.FunctionErrors), quiet}
		want[prefix+"Throttles"] = raised{"Sum Throttles/300", from, float64(set.FunctionThrottles), quiet}
		want[prefix+"Concurrency"] = raised{"Maximum ConcurrentExecutions/300", from, float64(set.FunctionConcurrency), quiet}
	}
	if s.env.API.Authorizer != nil {
		want["MonitoringAuthorizerErrors"] = raised{"Sum Errors/300", from, float64(set.FunctionErrors), quiet}
		want["MonitoringAuthorizerThrottles"] = raised{"Sum Throttles/300", from, float64(set.FunctionThrottles), quiet}
		want["MonitoringAuthorizerDuration"] = raised{"p99 Duration/300", from, 5000, quiet}
	}
	if set.SilentMinutes > 0 {
		want["MonitoringSilence"] = raised{fmt.Sprintf("Sum IncomingLogEvents/%d", 60*set.SilentMinutes), "LessThanThreshold", 1, "breaching"}
	}
	return want
}

// withoutSigns is a function's name in a logical id: access-logs is AccessLogs. CDK leaves out the
// word Resource.
func withoutSigns(name string) string {
	var id strings.Builder
	for word := range strings.FieldsFuncSeq(name, func(r rune) bool { return r == '-' }) {
		id.WriteString(strings.ToUpper(word[:1]) + strings.ReplaceAll(word[1:], "_", ""))
	}
	if id.String() == "Resource" {
		return ""
	}
	return id.String()
}

// statisticOf is what an alarm compares: a statistic of one metric with its period in seconds, or
// an expression with those in it.
func statisticOf(p map[string]any) string {
	queries, inExpression := p["Metrics"].([]any)
	if !inExpression {
		return fmt.Sprintf("%v %v/%v", either(p["Statistic"], p["ExtendedStatistic"]), p["MetricName"], p["Period"])
	}
	var parts []string
	expression := ""
	for _, q := range queries {
		if e, ok := at(q, "Expression").(string); ok {
			expression = e
			continue
		}
		stat := at(q, "MetricStat")
		parts = append(parts, fmt.Sprintf("%v=%v %v/%v", at(q, "Id"), at(stat, "Stat"), at(stat, "Metric", "MetricName"), at(stat, "Period")))
	}
	slices.Sort(parts)
	return strings.Join(append([]string{expression}, parts...), " ")
}

func either(a, b any) any {
	if a != nil {
		return a
	}
	return b
}
