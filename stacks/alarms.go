package stacks

import (
	"fmt"
	"strconv"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"cognito-m2m/naming"
)

// runbook has a section for each alarm.
const runbook = "docs/runbooks/alarms.md"

// alarms makes the alarms of an environment, all alike.
type alarms struct {
	scope      constructs.Construct
	recipients []*string // the ARNs of topics
	all        []awscloudwatch.Alarm

	// serverErrors may roll a deployment back.
	serverErrors awscloudwatch.Alarm
}

// alarm is how one alarm differs from the others.
type alarm struct {
	id          string
	means       string // in a sentence
	firstStep   string // what to do first, in a sentence
	section     string // of the runbook
	metric      awscloudwatch.IMetric
	comparison  awscloudwatch.ComparisonOperator
	threshold   float64
	whenMissing awscloudwatch.TreatMissingData // "": no data is no alarm
}

// raise makes the alarm. Its recipients also hear when it ends, so that they know when to stop
// looking.
func (a *alarms) raise(scope constructs.Construct, props alarm) awscloudwatch.Alarm {
	if props.whenMissing == "" {
		props.whenMissing = awscloudwatch.TreatMissingData_NOT_BREACHING
	}
	made := awscloudwatch.NewAlarm(scope, jsii.String(props.id), &awscloudwatch.AlarmProps{
		AlarmDescription:   jsii.String(fmt.Sprintf("%s %s Runbook: %s#%s", props.means, props.firstStep, runbook, props.section)),
		Metric:             props.metric,
		ComparisonOperator: props.comparison,
		Threshold:          jsii.Number(props.threshold),
		EvaluationPeriods:  jsii.Number(1),
		TreatMissingData:   props.whenMissing,
	})
	if len(a.recipients) > 0 {
		listed := made.Node().DefaultChild().(awscloudwatch.CfnAlarm)
		listed.SetAlarmActions(&a.recipients)
		listed.SetOkActions(&a.recipients)
	}
	a.all = append(a.all, made)
	return made
}

func (a *alarms) watchAPI(w *watched) {
	set := w.env.Alarms
	a.serverErrors = a.raise(a.scope, alarm{
		id:        "ServerErrors",
		means:     fmt.Sprintf("More than %s %% of the calls in 5 minutes ended with a 5xx status.", percent(set.ServerErrorPercent)),
		firstStep: "Look whether an alarm on a function's errors or throttles is raised too.",
		section:   "server-errors", metric: w.errorPercent("5xx"),
		comparison: awscloudwatch.ComparisonOperator_GREATER_THAN_THRESHOLD, threshold: set.ServerErrorPercent,
	})
	a.raise(a.scope, alarm{
		id:        "ClientErrors",
		means:     fmt.Sprintf("More than %s %% of the calls in 5 minutes ended with a 4xx status.", percent(set.ClientErrorPercent)),
		firstStep: "Run the saved query " + w.queryName(refusedByReason) + ".",
		section:   "client-errors", metric: w.errorPercent("4xx"),
		comparison: awscloudwatch.ComparisonOperator_GREATER_THAN_THRESHOLD, threshold: set.ClientErrorPercent,
	})
	a.raise(a.scope, alarm{
		id:        "Latency",
		means:     fmt.Sprintf("The slowest 1 %% of the calls in 5 minutes took longer than %d ms.", set.P99LatencyMs),
		firstStep: "Run the saved query " + w.queryName(slowestRoutes) + ".",
		section:   "latency", metric: w.slowestPercent(),
		comparison: awscloudwatch.ComparisonOperator_GREATER_THAN_THRESHOLD, threshold: float64(set.P99LatencyMs),
	})
	if set.SilentMinutes == 0 {
		return
	}
	a.raise(a.scope, alarm{
		id:        "Silence",
		means:     fmt.Sprintf("The access log has had no line for %d minutes.", set.SilentMinutes),
		firstStep: "Call the API: m2m verify --env " + w.env.Name + " --deployed",
		section:   "silence", metric: w.logLines(),
		comparison: awscloudwatch.ComparisonOperator_LESS_THAN_THRESHOLD, threshold: 1,
		whenMissing: awscloudwatch.TreatMissingData_BREACHING,
	})
}

// watchFunctions watches each function behind a route separately: an alarm then says which one it
// is about.
func (a *alarms) watchFunctions(w *watched) {
	functions, set := group(a.scope, "Functions"), w.env.Alarms
	atLeast := awscloudwatch.ComparisonOperator_GREATER_THAN_OR_EQUAL_TO_THRESHOLD
	for _, f := range w.env.Functions {
		scope, function := group(functions, naming.PascalCase(f.Name)), w.functions[f.Name]
		a.raise(scope, alarm{
			id:        "Errors",
			means:     fmt.Sprintf("The function %s failed %d times or more in 5 minutes.", f.Name, set.FunctionErrors),
			firstStep: "Read its log group.",
			section:   "function-errors", metric: function.MetricErrors(in5Minutes("Sum")),
			comparison: atLeast, threshold: float64(set.FunctionErrors),
		})
		a.raise(scope, alarm{
			id:        "Throttles",
			means:     fmt.Sprintf("Lambda refused %d invocations or more of the function %s in 5 minutes.", set.FunctionThrottles, f.Name),
			firstStep: "Compare the account's concurrent executions with its quota.",
			section:   "function-throttles", metric: function.MetricThrottles(in5Minutes("Sum")),
			comparison: atLeast, threshold: float64(set.FunctionThrottles),
		})
		a.raise(scope, alarm{
			id:        "Concurrency",
			means:     fmt.Sprintf("The function %s ran %d times or more at once.", f.Name, set.FunctionConcurrency),
			firstStep: "Look whether it takes longer than it did, or is called more often.",
			section:   "function-concurrency", metric: concurrency(function),
			comparison: atLeast, threshold: float64(set.FunctionConcurrency),
		})
	}
}

// slowAuthorizerMs is half of what API Gateway waits for an authorizer.
const slowAuthorizerMs = 5000

// watchAuthorizer watches the function that checks tokens. What it refuses is no error of it, and
// shows as 4xx.
func (a *alarms) watchAuthorizer(w *watched) {
	if w.authorizer == nil {
		return
	}
	scope, set := group(a.scope, "Authorizer"), w.env.Alarms
	const section = "authorizer"
	atLeast := awscloudwatch.ComparisonOperator_GREATER_THAN_OR_EQUAL_TO_THRESHOLD
	a.raise(scope, alarm{
		id:        "Errors",
		means:     fmt.Sprintf("The authorizer function failed %d times or more in 5 minutes, and callers got 500.", set.FunctionErrors),
		firstStep: "Read its log group.",
		section:   section, metric: w.authorizer.MetricErrors(in5Minutes("Sum")),
		comparison: atLeast, threshold: float64(set.FunctionErrors),
	})
	a.raise(scope, alarm{
		id:        "Throttles",
		means:     fmt.Sprintf("Lambda refused %d invocations or more of the authorizer function in 5 minutes, and callers got 500.", set.FunctionThrottles),
		firstStep: "Compare the account's concurrent executions with its quota.",
		section:   section, metric: w.authorizer.MetricThrottles(in5Minutes("Sum")),
		comparison: atLeast, threshold: float64(set.FunctionThrottles),
	})
	a.raise(scope, alarm{
		id:        "Duration",
		means:     fmt.Sprintf("The slowest 1 %% of the authorizer function's invocations in 5 minutes took %d ms or longer, and API Gateway waits 10 s.", slowAuthorizerMs),
		firstStep: "Look in its log for reads that failed.",
		section:   section, metric: w.authorizer.MetricDuration(in5Minutes("p99")),
		comparison: atLeast, threshold: slowAuthorizerMs,
	})
}

// watchRotation raises an alarm for an hour after a rotation failed. The credentials in use stay
// valid, so nothing else would show it.
func (a *alarms) watchRotation(w *watched) {
	a.raise(a.scope, alarm{
		id:        "RotationFailures",
		means:     "The rotation of a client's secret failed.",
		firstStep: "See which and what to do: m2m clients --env " + w.env.Name + " --deployed",
		section:   "rotation-failures",
		metric: w.rotation.MetricErrors(&awscloudwatch.MetricOptions{
			Statistic: jsii.String("Sum"),
			Period:    awscdk.Duration_Hours(jsii.Number(1)),
		}),
		comparison: awscloudwatch.ComparisonOperator_GREATER_THAN_THRESHOLD, threshold: 0,
	})
}

func percent(value float64) string { return strconv.FormatFloat(value, 'f', -1, 64) }
