package config_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/config"
)

func TestRouteKeys(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		route config.Route
		want  []string
	}{
		"one method":  {config.Route{Path: "/x", Methods: []string{"GET"}}, []string{"GET /x"}},
		"two methods": {config.Route{Path: "/x/{id}", Methods: []string{"GET", "PUT"}}, []string{"GET /x/{id}", "PUT /x/{id}"}},
		"default":     {config.Route{Path: "$default"}, []string{"$default"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, c.route.Keys()); diff != "" {
				t.Errorf("keys (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSecretName(t *testing.T) {
	t.Parallel()
	environment := &config.Environment{Name: "prod-eu"}
	if got, want := environment.SecretName(config.Client{Name: "report-job"}), "m2m/prod-eu/report-job"; got != want {
		t.Errorf("name %q, want %q", got, want)
	}
}

func TestOutputKey(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"reader":      "ClientIdReader",
		"report-job":  "ClientIdReportJob",
		"a-1b--c2-":   "ClientIdA1bC2",
		"x":           "ClientIdX",
		"batch2-read": "ClientIdBatch2Read",
	}
	for name, want := range cases {
		if got := (config.Client{Name: name}).OutputKey(); got != want {
			t.Errorf("output key of %q is %q, want %q", name, got, want)
		}
	}
}
