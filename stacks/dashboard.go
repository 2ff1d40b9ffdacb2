package stacks

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawscloudwatch"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"cognito-m2m/naming"
)

// A dashboard is 24 units wide.
const (
	fullWidth   = 24
	halfWidth   = 12
	thirdWidth  = 8
	graphHeight = 6
)

// newDashboard shows, from the top: what is wrong, the calls, by route, by client and refused ones,
// the functions, and the rotation. It does not show tokens: AWS counts those of the client
// credentials grant only for the whole account (Cognito guide, "User pool metrics in CloudWatch").
func newDashboard(scope constructs.Construct, w *watched, raised *alarms) {
	awscloudwatch.NewDashboard(scope, jsii.String("Dashboard"), &awscloudwatch.DashboardProps{
		DashboardName: jsii.String(naming.Environment(w.env.Name)),
		Widgets: &[]*[]awscloudwatch.IWidget{
			{alarmStatus(raised)},
			{w.calls(), w.latency()},
			{w.table(callsByRoute, halfWidth), w.table(slowestRoutes, halfWidth)},
			w.clientTables(),
			w.functionGraphs(),
			w.rotationRow(),
		},
	})
}

func alarmStatus(raised *alarms) awscloudwatch.IWidget {
	references := make([]interfacesawscloudwatch.IAlarmRef, 0, len(raised.all))
	for _, a := range raised.all {
		references = append(references, a)
	}
	return awscloudwatch.NewAlarmStatusWidget(&awscloudwatch.AlarmStatusWidgetProps{
		Title:  jsii.String("Alarms"),
		Alarms: &references,
		Width:  jsii.Number(fullWidth),
		Height: jsii.Number(3),
	})
}

// graph is a graph of some metrics, each under its own name.
func graph(title string, width float64, metrics ...awscloudwatch.IMetric) awscloudwatch.IWidget {
	return awscloudwatch.NewGraphWidget(&awscloudwatch.GraphWidgetProps{
		Title:  jsii.String(title),
		Left:   &metrics,
		Width:  jsii.Number(width),
		Height: jsii.Number(graphHeight),
	})
}

func labelled(metric awscloudwatch.Metric, label string) awscloudwatch.IMetric {
	return metric.With(&awscloudwatch.MetricOptions{Label: jsii.String(label)})
}

func (w *watched) calls() awscloudwatch.IWidget {
	return graph("Calls and errors", halfWidth,
		labelled(w.apiMetric("Count", "Sum"), "calls"),
		labelled(w.apiMetric("4xx", "Sum"), "4xx"),
		labelled(w.apiMetric("5xx", "Sum"), "5xx"))
}

func (w *watched) latency() awscloudwatch.IWidget {
	return graph("Latency in ms", halfWidth,
		labelled(w.apiMetric("Latency", "p50"), "p50"),
		labelled(w.apiMetric("Latency", "p99"), "p99"),
		labelled(w.apiMetric("IntegrationLatency", "p99"), "p99 in the function"))
}

// clientTables show calls by client and refused ones. Names of clients are beside them where they
// are few and in this stack; m2m clients has those of the others.
func (w *watched) clientTables() *[]awscloudwatch.IWidget {
	third := w.clientNames
	first := callsPerClient
	if w.authorizer != nil {
		first, third = busiestClients, func() awscloudwatch.IWidget { return w.table(refusedClients, thirdWidth) }
	}
	return &[]awscloudwatch.IWidget{w.table(first, thirdWidth), w.table(refusedByReason, thirdWidth), third()}
}

func (w *watched) rotationRow() *[]awscloudwatch.IWidget {
	if w.authorizer == nil {
		return &[]awscloudwatch.IWidget{w.rotations(fullWidth)}
	}
	return &[]awscloudwatch.IWidget{w.rotations(halfWidth), w.table(overdueRotations, halfWidth)}
}

// table shows the result of a query.
func (w *watched) table(q query, width float64) awscloudwatch.IWidget {
	return awscloudwatch.NewLogQueryWidget(&awscloudwatch.LogQueryWidgetProps{
		Title:         jsii.String(strings.ToUpper(q.title[:1]) + q.title[1:]),
		LogGroupNames: &[]*string{w.logsOf(q)},
		QueryLines:    jsii.Strings(q.lines...),
		View:          awscloudwatch.LogQueryVisualizationType_TABLE,
		Width:         jsii.Number(width),
		Height:        jsii.Number(graphHeight),
	})
}

// clientNames maps ids to the names of clients: the access log has only the ids.
func (w *watched) clientNames() awscloudwatch.IWidget {
	var text strings.Builder
	text.WriteString("### Clients\n\n| id | name |\n| --- | --- |\n")
	for _, c := range w.clients {
		text.WriteString("| " + *c.id + " | " + c.props.Name + " |\n")
	}
	return awscloudwatch.NewTextWidget(&awscloudwatch.TextWidgetProps{
		Markdown:   jsii.String(text.String()),
		Background: awscloudwatch.TextWidgetBackground_SOLID, // as a table among graphs; CDK's default changes
		Width:      jsii.Number(thirdWidth),
		Height:     jsii.Number(graphHeight),
	})
}

func (w *watched) functionGraphs() *[]awscloudwatch.IWidget {
	var failures, durations, concurrencies []awscloudwatch.IMetric
	show := func(name string, function awslambda.IFunction) {
		failures = append(failures,
			labelled(function.MetricErrors(in5Minutes("Sum")), name+" errors"),
			labelled(function.MetricThrottles(in5Minutes("Sum")), name+" throttles"))
		durations = append(durations, labelled(function.MetricDuration(in5Minutes("p99")), name))
		concurrencies = append(concurrencies, labelled(concurrency(function), name))
	}
	if w.authorizer != nil {
		show(naming.AuthorizerFunction, w.authorizer)
	}
	for _, f := range w.env.Functions {
		show(f.Name, w.functions[f.Name])
	}
	return &[]awscloudwatch.IWidget{
		graph("Function errors and throttles", thirdWidth, failures...),
		graph("Function duration, p99 in ms", thirdWidth, durations...),
		graph("Function concurrency", thirdWidth, concurrencies...),
	}
}

func (w *watched) rotations(width float64) awscloudwatch.IWidget {
	return graph("Rotation of secrets: steps and failures", width,
		labelled(w.rotation.MetricInvocations(in5Minutes("Sum")), "steps"),
		labelled(w.rotation.MetricErrors(in5Minutes("Sum")), "failures"))
}
