package reach_test

import (
	"testing"

	"cognito-m2m/internal/reach"
	"cognito-m2m/internal/reach/reachtest"
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
		trails []reachtest.Trail
		want   string
	}{
		"none":                      {},
		"one that logs all":         {trails: []reachtest.Trail{{Name: "a", Logging: true, Selectors: all}}, want: "a"},
		"one that was stopped":      {trails: []reachtest.Trail{{Name: "a", Logging: false, Selectors: all}}},
		"one that logs reads":       {trails: []reachtest.Trail{{Name: "a", Logging: true, Selectors: reads}}},
		"one that logs data":        {trails: []reachtest.Trail{{Name: "a", Logging: true, Selectors: data}}},
		"advanced selectors":        {trails: []reachtest.Trail{{Name: "a", Logging: true, Selectors: advanced}}, want: "a"},
		"advanced ones of reads":    {trails: []reachtest.Trail{{Name: "a", Logging: true, Selectors: advReads}}},
		"advanced ones of data":     {trails: []reachtest.Trail{{Name: "a", Logging: true, Selectors: advData}}},
		"the second of two is used": {trails: []reachtest.Trail{{Name: "a", Logging: true, Selectors: data}, {Name: "b", Logging: true, Selectors: all}}, want: "b"},
	} {
		run.SetTrails(c.trails...)
		if got, err := of.ManagementTrail(t.Context()); err != nil || got != c.want {
			t.Errorf("%s: trail %q, error %v, want %q", name, got, err, c.want)
		}
	}
	run.SetTrails(reachtest.Trail{Name: "org", Logging: true, Selectors: all})
	for operation, want := range map[string]string{
		"DescribeTrails":    "these AWS credentials do not allow cloudtrail:DescribeTrails on the trails",
		"GetEventSelectors": "these AWS credentials do not allow cloudtrail:GetEventSelectors on the trail org",
	} {
		run.Deny(operation, "AccessDeniedException", "no")
		_, err := of.ManagementTrail(t.Context())
		wantProblem(t, err, reach.AccessDenied)
		if err.Error() != want {
			t.Errorf("got %q, want %q", err, want)
		}
		run.Deny(operation, "", "")
	}
}
