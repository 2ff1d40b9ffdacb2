package test

import "strings"

const (
	topicKind     = "AWS::SNS::Topic"
	queryKind     = "AWS::Logs::QueryDefinition"
	dashboardKind = "AWS::CloudWatch::Dashboard"
)

// ofRule changes the target of a rule.
func ofRule(property string, value any) func(stage) {
	return func(s stage) {
		target := properties(first(s.stacks["Api"], ruleKind, "Foreign"))["Targets"].([]any)[0].(map[string]any)
		target[property] = value
		if value == nil {
			delete(target, property)
		}
	}
}

// monitoringBreakages break copies of the environment with every key.
var monitoringBreakages = map[string][]breakage{
	"every alarm says what to do, and the runbook has it": {
		{"no description", api(alarmKind, "Latency", "AlarmDescription", nil)},
		{"no first step", api(alarmKind, "Latency", "AlarmDescription", "Slow. Runbook: docs/runbooks/alarms.md#latency")},
		{"no runbook", api(alarmKind, "Latency", "AlarmDescription", "Calls are slow. Look at them.")},
		{"a section that is not there", api(alarmKind, "Latency", "AlarmDescription", "Slow. Look. Runbook: docs/runbooks/alarms.md#slowness")},
		{"more than CloudWatch takes", api(alarmKind, "Latency", "AlarmDescription", "Slow. "+strings.Repeat("Look. ", 200)+"Runbook: docs/runbooks/alarms.md#latency")},
	},
	"every metric is one that AWS documents": {
		{"a metric of REST APIs", ofServerErrors("MetricName", "5XXError")},
		{"another namespace", ofServerErrors("Namespace", "AWS/ApiGatewayV2")},
		{"a dimension of REST APIs", ofServerErrors("Dimensions", []any{map[string]any{"Name": "ApiName", "Value": "m2m"}})},
		{"no dimension", api(alarmKind, "OrdersErrors", "Dimensions", nil)},
		{"another function", api(alarmKind, "OrdersErrors", "Dimensions", []any{map[string]any{"Name": "FunctionName", "Value": "other"}})},
		{"a metric that there is not on the dashboard", onDashboard(`"Throttles"`, `"Refusals"`)},
		{"another API on the dashboard", onDashboard(`"ApiId","`, `"ApiId","x`)},
	},
	"alarms are raised as configured": {
		{"another threshold", api(alarmKind, "ServerErrors", "Threshold", 50)},
		{"another minimum of calls", func(s stage) {
			for _, q := range properties(first(s.stacks["Api"], alarmKind, "ServerErrors"))["Metrics"].([]any) {
				if at(q, "Expression") != nil {
					q.(map[string]any)["Expression"] = "100 * errors / calls"
				}
			}
		}},
		{"the other direction", api(alarmKind, "Latency", "ComparisonOperator", "LessThanThreshold")},
		{"errors of an hour", api(alarmKind, "OrdersErrors", "Period", 3600)},
		{"an average of throttles", api(alarmKind, "OrdersThrottles", "Statistic", "Average")},
		{"silence that is silent", api(alarmKind, "Silence", "TreatMissingData", "notBreaching")},
		{"an hour of silence", api(alarmKind, "Silence", "EvaluationPeriods", 2)},
		{"no alarm on silence", drop(alarmKind, "Silence")},
		{"no alarm on one function", drop(alarmKind, "OrdersConcurrency")},
		{"one more alarm", foreign(alarmKind, map[string]any{"MetricName": "Count"})},
	},
	"alarms call the configured recipients, or nobody": {
		{"an alarm that tells nobody", api(alarmKind, "Latency", "AlarmActions", nil)},
		{"an end that nobody hears of", api(alarmKind, "Latency", "OKActions", []any{})},
		{"another topic", api(alarmKind, "Latency", "AlarmActions", []any{"arn:aws:sns:ap-northeast-1:123456789012:other"})},
		{"a call for no data", api(alarmKind, "Latency", "InsufficientDataActions", []any{"arn:aws:sns:ap-northeast-1:123456789012:oncall"})},
		{"an alarm that is switched off", api(alarmKind, "Latency", "ActionsEnabled", false)},
		{"no topic", drop(topicKind, "")},
		{"a second topic", foreign(topicKind, map[string]any{})},
		{"nobody subscribed", drop("AWS::SNS::Subscription", "")},
		{"another address", api("AWS::SNS::Subscription", "", "Endpoint", "other@example.com")},
		{"another protocol", api("AWS::SNS::Subscription", "", "Protocol", "https")},
		{"a subscription of another topic", api("AWS::SNS::Subscription", "", "TopicArn", "arn:aws:sns:ap-northeast-1:123456789012:oncall")},
	},
	"the topic hears of rotations and foreign secrets": {
		{"a rule too few", drop(ruleKind, "Foreign")},
		{"one rule more", foreign(ruleKind, map[string]any{"Name": "more"})},
		{"a rule that is switched off", api(ruleKind, "Foreign", "State", "DISABLED")},
		{"rotations that are abandoned unheard", func(s stage) {
			pattern := properties(first(s.stacks["Api"], ruleKind, "FailedRotation"))["EventPattern"]
			at(pattern, "detail").(map[string]any)["eventName"] = []any{"RotationFailed"}
		}},
		{"secrets of every environment", func(s stage) {
			pattern := properties(first(s.stacks["Api"], ruleKind, "FailedRotation"))["EventPattern"]
			delete(at(pattern, "detail").(map[string]any), "additionalEventData")
		}},
		{"a caller without a role unheard", func(s stage) {
			pattern := properties(first(s.stacks["Api"], ruleKind, "Foreign"))["EventPattern"]
			issuer := at(pattern, "detail", "userIdentity", "sessionContext", "sessionIssuer").(map[string]any)
			issuer["arn"] = issuer["arn"].([]any)[:1]
		}},
		{"the rotation function heard as well", func(s stage) {
			pattern := properties(first(s.stacks["Api"], ruleKind, "Foreign"))["EventPattern"]
			delete(at(pattern, "detail").(map[string]any), "userIdentity")
		}},
		{"another topic told", ofRule("Arn", "arn:aws:sns:ap-northeast-1:123456789012:oncall")},
		{"no role", ofRule("RoleArn", nil)},
		{"the whole event told", ofRule("InputTransformer", nil)},
		{"an answer told", ofRule("InputTransformer", map[string]any{
			"InputPathsMap": map[string]any{"secret": "$.detail.responseElements"}, "InputTemplate": `"<secret> Runbook: docs/runbooks/alarms.md#foreign-secret"`,
		})},
		{"a role for every rule", func(s stage) {
			document := properties(first(s.stacks["Api"], "AWS::IAM::Role", "MonitoringEvents"))["AssumeRolePolicyDocument"]
			delete(at(document, "Statement").([]any)[0].(map[string]any), "Condition")
		}},
		{"a role that may more", foreign("AWS::IAM::Policy", map[string]any{
			"Roles":          []any{map[string]any{"Ref": "MonitoringEventsRole55C7A99A"}},
			"PolicyDocument": map[string]any{"Statement": []any{map[string]any{"Effect": "Allow", "Action": "sns:*", "Resource": "*"}}},
		})},
	},
	"the topic takes alarms of its own stack alone": {
		{"no policy", drop("AWS::SNS::TopicPolicy", "")},
		{"a policy of another topic", api("AWS::SNS::TopicPolicy", "", "Topics", []any{"arn:aws:sns:ap-northeast-1:123456789012:oncall"})},
		{"every publisher", func(s stage) {
			policy := properties(first(s.stacks["Api"], "AWS::SNS::TopicPolicy", ""))["PolicyDocument"]
			for _, statement := range at(policy, "Statement").([]any) {
				delete(statement.(map[string]any), "Condition")
			}
		}},
	},
	"queries are saved over the access log": {
		{"a query too few", drop(queryKind, "Slowest")},
		{"another name", api(queryKind, "Slowest", "Name", "slowest routes")},
		{"another log", api(queryKind, "Slowest", "LogGroupNames", []any{"/aws/lambda/x"})},
		{"a field that is not logged", api(queryKind, "Slowest", "QueryString", "stats count(*) as calls by userAgent")},
	},
	"the dashboard is the configured one": {
		{"no dashboard", drop(dashboardKind, "")},
		{"another name", api(dashboardKind, "", "DashboardName", "dashboard")},
		{"a body that is no JSON", api(dashboardKind, "", "DashboardBody", `{"widgets": [`)},
		{"widgets on top of each other", onDashboard(`"width":12,"height":6,"x":12,`, `"width":12,"height":6,"x":11,`)},
		{"a widget that sticks out", onDashboard(`"width":12,"height":6,"x":12,`, `"width":13,"height":6,"x":12,`)},
		{"a table over another log", onDashboard(`SOURCE '`, `SOURCE 'x`)},
		{"a table of a field that is not logged", onDashboard(`by routeKey, status`, `by userAgent`)},
		{"an alarm that is not on it", onDashboard(`"alarms":[`, `"links":[`)},
		{"a client without a name", onDashboard(` | partner |`, ``)},
	},
	"functions are traced as configured": {
		{"one that is not", api("AWS::Lambda::Function", "Orders", "TracingConfig", nil)},
		{"one that follows its caller", api("AWS::Lambda::Function", "Orders", "TracingConfig", map[string]any{"Mode": "PassThrough"})},
	},
	"roles may do what their function is for, no more": {
		{"more of X-Ray", func(s stage) {
			policy := properties(first(s.stacks["Api"], "AWS::IAM::Policy", "FunctionsOrders"))["PolicyDocument"]
			for _, statement := range at(policy, "Statement").([]any) {
				if at(statement, "Resource") == "*" {
					statement.(map[string]any)["Action"] = "xray:*"
				}
			}
		}},
	},
}

// ofServerErrors changes the metrics in the expression of the alarm on 5xx.
func ofServerErrors(key string, value any) func(stage) {
	return func(s stage) {
		for _, q := range properties(first(s.stacks["Api"], alarmKind, "ServerErrors"))["Metrics"].([]any) {
			if metric, ok := at(q, "MetricStat", "Metric").(map[string]any); ok {
				metric[key] = value
			}
		}
	}
}

// onDashboard replaces the first place of a text in the dashboard's body, which is joined from
// texts and references.
func onDashboard(old, replacement string) func(stage) {
	return func(s stage) {
		p := properties(first(s.stacks["Api"], dashboardKind, ""))
		body := text(p["DashboardBody"])
		if !strings.Contains(body, old) {
			panic("the dashboard has no " + old)
		}
		p["DashboardBody"] = strings.Replace(body, old, replacement, 1)
	}
}
