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
