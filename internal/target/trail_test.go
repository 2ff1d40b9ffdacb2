package target_test

import (
	"testing"

	"cognito-m2m/internal/target"
	"cognito-m2m/internal/target/targettest"
)

func TestManagementTrail(t *testing.T) {
	t.Parallel()
	const (
		all      = `{"EventSelectors":[{"IncludeManagementEvents":true,"ReadWriteType":"All"}]}`
		reads    = `{"EventSelectors":[{"IncludeManagementEvents":true,"ReadWriteType":"ReadOnly"}]}`
		data     = `{"EventSelectors":[{"IncludeManagementEvents":false,"ReadWriteType":"All"}]}`
		advanced = `{"AdvancedEventSelectors":[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]}]}]}`
		advReads = `{"AdvancedEventSelectors":[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]},{"Field":"readOnly","Equals":["true"]}]}]}`
		advData  = `{"AdvancedEventSelectors":[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]}]}]}`
	)
	run := begin(t, false)
	of := deployedTarget(run, "dev")
	for name, c := range map[string]struct {
		trails []targettest.Trail
		want   string
	}{
		"none":                      {},
		"one that logs all":         {trails: []targettest.Trail{{Name: "a", Logging: true, Selectors: all}}, want: "a"},
		"one that was stopped":      {trails: []targettest.Trail{{Name: "a", Logging: false, Selectors: all}}},
		"one that logs reads":       {trails: []targettest.Trail{{Name: "a", Logging: true, Selectors: reads}}},
		"one that logs data":        {trails: []targettest.Trail{{Name: "a", Logging: true, Selectors: data}}},
		"advanced selectors":        {trails: []targettest.Trail{{Name: "a", Logging: true, Selectors: advanced}}, want: "a"},
		"advanced ones of reads":    {trails: []targettest.Trail{{Name: "a", Logging: true, Selectors: advReads}}},
		"advanced ones of data":     {trails: []targettest.Trail{{Name: "a", Logging: true, Selectors: advData}}},
		"the second of two is used": {trails: []targettest.Trail{{Name: "a", Logging: true, Selectors: data}, {Name: "b", Logging: true, Selectors: all}}, want: "b"},
	} {
		run.SetTrails(c.trails...)
		if got, err := of.ManagementTrail(t.Context()); err != nil || got != c.want {
			t.Errorf("%s: trail %q, error %v, want %q", name, got, err, c.want)
		}
	}
	run.SetTrails(targettest.Trail{Name: "org", Logging: true, Selectors: all})
	for operation, want := range map[string]string{
		"DescribeTrails":    "these AWS credentials do not allow cloudtrail:DescribeTrails on the trails",
		"GetEventSelectors": "these AWS credentials do not allow cloudtrail:GetEventSelectors on the trail org",
	} {
		run.Deny(operation, "AccessDeniedException", "no")
		_, err := of.ManagementTrail(t.Context())
		wantProblem(t, err, target.AccessDenied)
		if err.Error() != want {
			t.Errorf("got %q, want %q", err, want)
		}
		run.Deny(operation, "", "")
	}
}
