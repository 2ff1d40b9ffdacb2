package config_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestWarningsOfWhatMayFail: what may be meant is told and not refused.
func TestWarningsOfWhatMayFail(t *testing.T) {
	t.Parallel()
	const readRoute = "    - {path: /test_jwt, methods: [ANY], scopes: []}\n"
	routes := func(n int) string { return repeat(n, "    - {path: /r%d, methods: [GET], scopes: []}", "\n") + "\n" }
	if !strings.Contains(valid, readRoute) {
		t.Fatal("the file has no such route")
	}
	others := strings.Count(valid, "    - {path: ")
	for name, c := range map[string]struct{ old, new, want string }{
		"LITE with another issuer": {
			"deletionProtection: false", "deletionProtection: false\n  featurePlan: LITE\n  issuerType: UPDATED",
			"identity.issuerType: UPDATED may need the feature plan ESSENTIALS or PLUS (write one of them, or deploy to an environment that may fail first)",
		},
		"another issuer alone":          {"deletionProtection: false", "deletionProtection: false\n  issuerType: UPDATED", ""},
		"LITE alone":                    {"deletionProtection: false", "deletionProtection: false\n  featurePlan: LITE", ""},
		"as many routes as an API has":  {readRoute, readRoute + routes(300-others), ""},
		"one route more":                {readRoute, readRoute + routes(301-others), "api.routes: are 301 routes, one for each method; an API has 300 unless its quota was raised"},
		"one method more than there is": {readRoute, strings.Replace(readRoute, "[ANY]", "[GET, POST]", 1) + routes(300-others), "api.routes: are 301 routes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, problems := load(t, "dev.yaml", strings.Replace(valid, c.old, c.new, 1))
			if problems != nil {
				t.Fatal(problems)
			}
			var warnings []string
			for _, w := range got.Warnings {
				warnings = append(warnings, w.String())
			}
			text := strings.Join(warnings, "\n")
			if c.want == "" && text != "" || !strings.Contains(text, c.want) {
				t.Errorf("warnings (-want +got):\n%s", cmp.Diff(c.want, text))
			}
		})
	}
}
