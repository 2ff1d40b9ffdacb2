package reach_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/reach"
	"cognito-m2m/internal/reach/reachtest"
)

func TestStrayRouteSettings(t *testing.T) {
	t.Parallel()
	run := begin(t, false)
	of := deployedTarget(run, "dev")
	for name, c := range map[string]struct {
		stage reachtest.Stage
		want  []string
	}{
		"no settings":               {stage: reachtest.Stage{Routes: []string{"GET /a"}}},
		"settings of routes":        {stage: reachtest.Stage{Routes: []string{"GET /a", "$default"}, RouteSettings: []string{"GET /a", "$default"}}},
		"on the last page of three": {stage: reachtest.Stage{Routes: []string{"GET /a", "GET /b", "GET /c"}, RouteSettings: []string{"GET /c"}}},
		"settings of routes that are gone": {
			stage: reachtest.Stage{Routes: []string{"GET /a"}, RouteSettings: []string{"POST /b", "GET /a", "GET /b"}},
			want:  []string{"GET /b", "POST /b"},
		},
		"settings, and no route at all": {stage: reachtest.Stage{RouteSettings: []string{"GET /b"}}, want: []string{"GET /b"}},
	} {
		run.SetStage(c.stage)
		got, err := of.StrayRouteSettings(t.Context())
		if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
			t.Errorf("%s: error %v, keys (-want +got):\n%s", name, err, diff)
		}
	}
	run.Deny("GetStage", "AccessDeniedException", "no")
	_, err := of.StrayRouteSettings(t.Context())
	wantProblem(t, err, reach.AccessDenied)
	if want := "these AWS credentials do not allow apigateway:GET on the stage $default of the API " + reachtest.APIID; err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
}
