package config

import (
	"cmp"
	"math"
)

// The types of this file are what an environment file says about watching; see file.go for what their comments and tags
// are for.

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
	FunctionConcurrency alarmCount `yaml:"functionConcurrency,omitempty" jsonschema:"default=500,example=50"`
	// Minutes without a line in the access log that raise an alarm. Left out, none does: an API that is called only now and then would raise it for nothing.
	SilentMinutes silentMinutes `yaml:"silentMinutes,omitempty" jsonschema:"example=60"`
}

// E-mail addresses and SNS topics.
type recipients []recipient

// count is that of the actions that an alarm may have.
func (recipients) count() count { return count{0, 5, "recipients", "CloudWatch's limit for an alarm"} }

type (
	alarmCount    int
	alarmPercent  float64
	alarmLatency  int
	silentMinutes int
)

func (alarmCount) number() number   { return number{max: math.MaxInt32} }
func (alarmPercent) number() number { return number{min: 0.1, max: 100} }

// number ends where API Gateway gives up on an integration: after 30 s.
func (alarmLatency) number() number { return number{max: 30000} }

// number is 5 minutes, since log events take a while to be counted, to the day that an alarm may look back
// (CloudWatch reference, PutMetricAlarm).
func (silentMinutes) number() number { return number{min: 5, max: 1440} }

// What raises an alarm where a file does not say otherwise. 500 is half of the invocations at the same time that an
// account has from the start (Lambda guide, "Quotas").
const (
	defaultMinimumCalls        = 20
	defaultServerErrorPercent  = 5
	defaultClientErrorPercent  = 20
	defaultP99LatencyMs        = 3000
	defaultFunctionErrors      = 5
	defaultFunctionThrottles   = 1
	defaultFunctionConcurrency = 500
)

// environment fills in the defaults.
func (a alarms) environment() Alarms {
	return Alarms{
		Recipients:          sortedStrings(a.Recipients),
		MinimumCalls:        cmp.Or(int(a.MinimumCalls), defaultMinimumCalls),
		ServerErrorPercent:  cmp.Or(float64(a.ServerErrorPercent), defaultServerErrorPercent),
		ClientErrorPercent:  cmp.Or(float64(a.ClientErrorPercent), defaultClientErrorPercent),
		P99LatencyMs:        cmp.Or(int(a.P99LatencyMs), defaultP99LatencyMs),
		FunctionErrors:      cmp.Or(int(a.FunctionErrors), defaultFunctionErrors),
		FunctionThrottles:   cmp.Or(int(a.FunctionThrottles), defaultFunctionThrottles),
		FunctionConcurrency: cmp.Or(int(a.FunctionConcurrency), defaultFunctionConcurrency),
		SilentMinutes:       int(a.SilentMinutes),
	}
}
