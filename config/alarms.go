package config

import (
	"math"
	"strings"

	"cognito-m2m/internal/strictyaml"
)

// Who is notified of an alarm, and what raises one. What happens when one is raised is in docs/runbooks/alarms.md.
type alarms struct {
	// E-mail addresses and ARNs of SNS topics in the environment's Region; at most 5. An address has to confirm a subscription, and hears of events too, as far as a trail logs management events. Left out, alarms show in the console alone.
	Recipients recipients `yaml:"recipients,omitempty" jsonschema:"example=oncall@example.com"`
	// Calls in 5 minutes below which percentages and latency raise no alarm, so that one error among three calls pages no one.
	MinimumCalls alarmCount `yaml:"minimumCalls,omitempty" jsonschema:"default=20,example=100"`
	// Percentage of the calls in 5 minutes that may end with a 5xx status.
	ServerErrorPercent alarmPercent `yaml:"serverErrorPercent,omitempty" jsonschema:"default=5,example=1"`
	// Percentage of the calls in 5 minutes that may end with a 4xx status, refused ones and throttled ones among them.
	ClientErrorPercent alarmPercent `yaml:"clientErrorPercent,omitempty" jsonschema:"default=20,example=50"`
	// Milliseconds within which 99 of 100 calls have to be answered.
	P99LatencyMs alarmLatency `yaml:"p99LatencyMs,omitempty" jsonschema:"default=3000,example=500"`
	// Failed invocations in 5 minutes, from which on a function raises an alarm. Any failure of the function that rotates secrets raises one.
	FunctionErrors alarmCount `yaml:"functionErrors,omitempty" jsonschema:"default=5,example=1"`
	// Invocations in 5 minutes that Lambda refused, from which on a function raises an alarm.
	FunctionThrottles alarmCount `yaml:"functionThrottles,omitempty" jsonschema:"default=1,example=10"`
	// Invocations of one function at the same time, from which on it raises an alarm. All functions of an account and Region share a quota, 1000 unless it was changed.
	FunctionConcurrency alarmCount `yaml:"functionConcurrency,omitempty" jsonschema:"default=500,example=50"` // half of what an account has from the start (Lambda guide, "Quotas")
	// Minutes without a line in the access log that raise an alarm. Left out, none does: an API that is called only now and then would raise it for nothing.
	SilentMinutes silentMinutes `yaml:"silentMinutes,omitempty" jsonschema:"example=60"`
}

// Alarms is what an environment says about its alarms.
type Alarms struct {
	Recipients          []string // e-mail addresses and ARNs of SNS topics, sorted
	MinimumCalls        int      // in 5 minutes, below which percentages and latency raise no alarm
	ServerErrorPercent  float64  // of the calls in 5 minutes; 0.1 to 100
	ClientErrorPercent  float64  // of the calls in 5 minutes; 0.1 to 100
	P99LatencyMs        int      // milliseconds
	FunctionErrors      int      // of one function in 5 minutes
	FunctionThrottles   int      // of one function in 5 minutes
	FunctionConcurrency int      // of one function
	SilentMinutes       int      // without a line in the access log; 0: silence raises no alarm
}

func (a alarms) checked() Alarms {
	return Alarms{
		Recipients:          sortedStrings(a.Recipients),
		MinimumCalls:        int(a.MinimumCalls),
		ServerErrorPercent:  float64(a.ServerErrorPercent),
		ClientErrorPercent:  float64(a.ClientErrorPercent),
		P99LatencyMs:        int(a.P99LatencyMs),
		FunctionErrors:      int(a.FunctionErrors),
		FunctionThrottles:   int(a.FunctionThrottles),
		FunctionConcurrency: int(a.FunctionConcurrency),
		SilentMinutes:       int(a.SilentMinutes),
	}
}

type alarmCount int

func (alarmCount) Number() strictyaml.Number { return strictyaml.Number{Max: math.MaxInt32} }

type alarmPercent float64

func (alarmPercent) Number() strictyaml.Number { return strictyaml.Number{Min: 0.1, Max: 100} }

type alarmLatency int

// Number ends where API Gateway gives up on an integration: after 30 s.
func (alarmLatency) Number() strictyaml.Number { return strictyaml.Number{Max: 30000} }

type silentMinutes int

// Number is 5 minutes, since log events take a while to be counted, to the day that an alarm may
// look back (CloudWatch reference, PutMetricAlarm).
func (silentMinutes) Number() strictyaml.Number { return strictyaml.Number{Min: 5, Max: 1440} }

// E-mail addresses and SNS topics.
type recipients []recipient

// Count is that of the actions that an alarm may have.
func (recipients) Count() strictyaml.Count {
	return strictyaml.Count{Max: 5, Of: "recipients", Why: "CloudWatch's limit for an alarm"}
}

type recipient string

func (recipient) Text() strictyaml.Text { return recipientText }

// A FIFO topic takes no alarms (CloudWatch guide, "Notifying users on alarm changes").
var recipientText = strictyaml.Text{
	Noun:      "recipient",
	Pattern:   strictyaml.Expression(`^(arn:aws(-[a-z]+)*:sns:` + regionForm + `:[0-9]{12}:[A-Za-z0-9_-]{1,256}|[^@\s:]+@[^@\s:]+\.[^@\s:.]+)$`),
	MaxLength: 320,
	Hint:      "an e-mail address, or arn:aws:sns:<region>:<account>:<topic>",
}

// topicRegion is the Region of a recipient that is a topic, "" for an address.
func (r recipient) topicRegion() region {
	if !strings.HasPrefix(string(r), "arn:") {
		return ""
	}
	return region(strings.Split(string(r), ":")[3])
}

// alarms refuses topics that an alarm can't reach: it notifies in its own Region.
func (c *checker) alarms() {
	for i, written := range c.written.Alarms.Recipients {
		if topic := written.topicRegion(); topic != "" && c.written.Region != "" && topic != c.written.Region {
			c.Report(strictyaml.IndexPath("alarms.recipients", i), "the topic is in "+string(topic)+", the environment in "+string(c.written.Region),
				"alarms notify topics of their own Region")
		}
	}
}
