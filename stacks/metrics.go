package stacks

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"
)

// AWS sends these metrics by itself, and they cost nothing. They are listed in the API Gateway
// guide ("Monitor CloudWatch metrics for HTTP APIs in API Gateway"), the Lambda guide ("Types of
// metrics for Lambda functions") and the CloudWatch Logs guide ("Monitoring with CloudWatch
// metrics"); a guard checks the templates against those pages.

func in5Minutes(statistic string) *awscloudwatch.MetricOptions {
	return &awscloudwatch.MetricOptions{
		Statistic: jsii.String(statistic),
		Period:    awscdk.Duration_Minutes(jsii.Number(5)),
	}
}

// apiMetric is a metric of the whole API: 4xx, 5xx, Count, Latency or IntegrationLatency.
func (w *watched) apiMetric(name, statistic string) awscloudwatch.Metric {
	return w.api.Metric(jsii.String(name), in5Minutes(statistic))
}

// errorPercent is the share of the calls that ended with a 4xx or 5xx status, and 0 as long as
// there are too few calls.
func (w *watched) errorPercent(status string) awscloudwatch.IMetric {
	return w.ofEnoughCalls("100 * errors / calls", map[string]awscloudwatch.IMetric{"errors": w.apiMetric(status, "Sum")})
}

// slowestPercent is the latency that 99 of 100 calls stay below, in milliseconds, and 0 as long as
// there are too few calls.
func (w *watched) slowestPercent() awscloudwatch.IMetric {
	return w.ofEnoughCalls("latency", map[string]awscloudwatch.IMetric{"latency": w.apiMetric("Latency", "p99")})
}

func (w *watched) ofEnoughCalls(value string, metrics map[string]awscloudwatch.IMetric) awscloudwatch.IMetric {
	metrics["calls"] = w.apiMetric("Count", "Sum")
	return awscloudwatch.NewMathExpression(&awscloudwatch.MathExpressionProps{
		Expression:   jsii.String(fmt.Sprintf("IF(calls >= %d, %s, 0)", w.env.Alarms.MinimumCalls, value)),
		UsingMetrics: &metrics,
		Period:       awscdk.Duration_Minutes(jsii.Number(5)),
	})
}

// logLines are the lines that reached the access log. It does not use the log group's
// MetricIncomingLogEvents, which names a metric that does not exist.
func (w *watched) logLines() awscloudwatch.IMetric {
	return awscloudwatch.NewMetric(&awscloudwatch.MetricProps{
		Namespace:     jsii.String("AWS/Logs"),
		MetricName:    jsii.String("IncomingLogEvents"),
		DimensionsMap: &map[string]*string{"LogGroupName": w.accessLogs.LogGroupName()},
		Statistic:     jsii.String("Sum"),
		Period:        awscdk.Duration_Minutes(jsii.Number(w.env.Alarms.SilentMinutes)),
	})
}

func concurrency(function awslambda.IFunction) awscloudwatch.Metric {
	return function.Metric(jsii.String("ConcurrentExecutions"), in5Minutes("Maximum"))
}
