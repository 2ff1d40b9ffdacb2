package deploy_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/deploy"
	"cognito-m2m/internal/deploy/deploytest"
)

const (
	alarmName = "m2m-prod-Api-MonitoringServerErrors-abc"
	alarmARN  = "arn:aws:cloudwatch:eu-west-1:" + deploytest.Account + ":alarm:" + alarmName
	output    = "<Outputs><member><OutputKey>RollbackAlarmArn</OutputKey><OutputValue>" + alarmARN + "</OutputValue></member></Outputs>"
	triggers  = "<RollbackConfiguration><RollbackTriggers><member><Arn>" + alarmARN + "</Arn><Type>AWS::CloudWatch::Alarm</Type></member></RollbackTriggers></RollbackConfiguration>"
)

func TestRollback(t *testing.T) {
	t.Parallel()
	clear := []string{"--rollback-trigger-alarm-arns", "none"}
	for name, c := range map[string]struct {
		stack   *deploytest.Stack // nil: none
		alarm   string
		minutes int
		want    deploy.Rollback
	}{
		"asked for, and the alarm is OK": {
			stack: &deploytest.Stack{Status: "UPDATE_COMPLETE", More: output}, alarm: "OK", minutes: 10,
			want: deploy.Rollback{Flags: []string{"--monitoring-time-minutes", "10", "--rollback-trigger-alarm-arns", alarmARN}},
		},
		"asked for, and it is raised": {
			stack: &deploytest.Stack{Status: "UPDATE_COMPLETE", More: output}, alarm: "ALARM", minutes: 10,
			want: deploy.Rollback{Reason: "the alarm " + alarmName + " is ALARM"},
		},
		"asked for, raised, and set before": {
			stack: &deploytest.Stack{Status: "UPDATE_COMPLETE", More: output + triggers}, alarm: "ALARM", minutes: 10,
			want: deploy.Rollback{Flags: clear, Reason: "the alarm " + alarmName + " is ALARM"},
		},
		"asked for, and it has seen too little": {
			stack: &deploytest.Stack{Status: "UPDATE_COMPLETE", More: output}, alarm: "INSUFFICIENT_DATA", minutes: 10,
			want: deploy.Rollback{Reason: "the alarm " + alarmName + " is INSUFFICIENT_DATA"},
		},
		"asked for, and somebody deleted it": {
			stack: &deploytest.Stack{Status: "UPDATE_COMPLETE", More: output}, minutes: 10,
			want: deploy.Rollback{Reason: "there is no alarm " + alarmName},
		},
		"asked for, and the stack has no such output yet": {
			stack: &deploytest.Stack{Status: "UPDATE_COMPLETE"}, alarm: "OK", minutes: 10,
			want: deploy.Rollback{Reason: "the stack m2m-prod-Api has no output RollbackAlarmArn yet"},
		},
		"asked for, before there is a stack": {alarm: "OK", minutes: 10, want: deploy.Rollback{Reason: "the stack m2m-prod-Api does not exist yet"}},
		"not asked for":                      {stack: &deploytest.Stack{Status: "UPDATE_COMPLETE", More: output}, alarm: "OK"},
		"not asked for any more": {
			stack: &deploytest.Stack{Status: "UPDATE_COMPLETE", More: output + triggers}, alarm: "OK",
			want: deploy.Rollback{Flags: clear},
		},
		"not asked for, before there is a stack": {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			far := &deploytest.AWS{Stacks: map[string]*deploytest.Stack{}, Alarms: map[string]string{}}
			if c.stack != nil {
				far.Stacks["m2m-prod-Api"] = c.stack
			}
			if c.alarm != "" {
				far.Alarms[alarmName] = c.alarm
			}
			got, err := open(t, far).Rollback(t.Context(), c.minutes)
			if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
				t.Errorf("error %v, rollback (-want +got):\n%s", err, diff)
			}
		})
	}
}

// TestRollbackLooksWithTheLookupRole: the role that deploys may not see alarms.
func TestRollbackLooksWithTheLookupRole(t *testing.T) {
	t.Parallel()
	far := &deploytest.AWS{
		Stacks: map[string]*deploytest.Stack{"m2m-prod-Api": {Status: "UPDATE_COMPLETE", More: output}},
		Alarms: map[string]string{alarmName: "OK"},
	}
	if _, err := open(t, far).Rollback(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	if want := "DescribeAlarms " + alarmName + " as cdk-hnb659fds-lookup-role-" + deploytest.Account + "-eu-west-1"; !slices.Contains(far.Asked, want) {
		t.Errorf("asked for %q, want %q", far.Asked, want)
	}
	far.Refuse = map[string]string{"DescribeAlarms": "AccessDenied"}
	_, err := open(t, far).Rollback(t.Context(), 1)
	if err == nil || !strings.HasSuffix(err.Error(), "looking at the alarm "+alarmName+": not for you (AccessDenied)") {
		t.Errorf("error %v", err)
	}
}
