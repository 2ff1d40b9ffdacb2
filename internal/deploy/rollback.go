package deploy

import (
	"context"
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cloudwatchtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/awserror"
	"cognito-m2m/naming"
)

// alarmFlag and timeFlag are flags of cdk deploy; noAlarms clears what an earlier deployment has
// set, which CloudFormation would keep otherwise.
const (
	alarmFlag = "--rollback-trigger-alarm-arns"
	timeFlag  = "--monitoring-time-minutes"
	noAlarms  = "none"
)

// Rollback is what to pass to a deployment of the Api stack about its alarm.
type Rollback struct {
	Flags  []string // of cdk deploy, for that stack alone; nil: none are needed
	Reason string   // why there is no alarm although one was requested
}

// Rollback returns the flags for deploying the Api stack. They name its alarm and the minutes if
// the stack exists, has the alarm among its outputs, and the alarm is OK. Otherwise, or for 0
// minutes, they clear an alarm that an earlier deployment has set.
func (d *Deployment) Rollback(ctx context.Context, minutes int) (Rollback, error) {
	for _, t := range d.templates {
		if !declaresRollback(t) {
			continue
		}
		stack, err := d.stack(ctx, t)
		if err != nil || stack == nil {
			return Rollback{Reason: "the stack " + t.StackName + " does not exist yet"}.unless(minutes == 0), err
		}
		alarm, reason, err := d.alarm(ctx, t, stack, minutes)
		if err != nil {
			return Rollback{}, err
		}
		if alarm != "" {
			return Rollback{Flags: []string{timeFlag, strconv.Itoa(minutes), alarmFlag, alarm}}, nil
		}
		r := Rollback{Reason: reason}
		if c := stack.RollbackConfiguration; c != nil && len(c.RollbackTriggers) > 0 {
			r.Flags = []string{alarmFlag, noAlarms}
		}
		return r, nil
	}
	return Rollback{Reason: "no stack has an alarm for it"}.unless(minutes == 0), nil
}

// unless is r without a reason if no alarm was requested.
func (r Rollback) unless(notRequested bool) Rollback {
	if notRequested {
		r.Reason = ""
	}
	return r
}

func declaresRollback(t assembly.Template) bool {
	outputs, _ := t.Body["Outputs"].(map[string]any)
	return outputs[naming.RollbackOutput] != nil
}

// alarm is the ARN of the alarm to watch, or why there is none.
func (d *Deployment) alarm(ctx context.Context, t assembly.Template, stack *types.Stack, minutes int) (arn, reason string, err error) {
	if minutes == 0 {
		return "", "", nil
	}
	for _, output := range stack.Outputs {
		if aws.ToString(output.OutputKey) == naming.RollbackOutput {
			arn = aws.ToString(output.OutputValue)
		}
	}
	if arn == "" {
		return "", "the stack " + t.StackName + " has no output " + naming.RollbackOutput + " yet", nil
	}
	config, err := d.roles.take(ctx, t.LookupRole, t.Region)
	if err != nil {
		return "", "", fmt.Errorf("looking at the alarm: %w", err)
	}
	name := nameOf(arn)
	answer, err := cloudwatch.NewFromConfig(config).DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{AlarmNames: []string{name}})
	if err != nil {
		return "", "", fmt.Errorf("looking at the alarm %s: %w", name, awserror.Sentence(err))
	}
	switch {
	case len(answer.MetricAlarms) != 1:
		return "", "there is no alarm " + name, nil
	case answer.MetricAlarms[0].StateValue != cloudwatchtypes.StateValueOk:
		return "", fmt.Sprintf("the alarm %s is %s", name, answer.MetricAlarms[0].StateValue), nil
	}
	return arn, "", nil
}
