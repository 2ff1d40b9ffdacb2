package e2e

import (
	"encoding/json"
	"strings"
	"testing"

	"cognito-m2m/internal/m2mtest"
)

// TestVerify verifies a run as it is, and one whose route wants another scope than the assembly
// says that it is held against.
func TestVerify(t *testing.T) {
	t.Parallel()
	original, err := assembly()
	if err != nil {
		t.Fatal(err)
	}
	state := newState(t)
	p := up(t, scratch, "--assembly", original, "--state", state)
	stdout, stderr, status := m2mtest.Ends(t, command(t, root, "verify", "--state", state, "--json"))
	if status != 0 {
		t.Errorf("exit status %d\n%s%s", status, stdout, stderr)
	}
	var report struct {
		OK          bool `json:"ok"`
		TokensSpent int  `json:"tokens_spent"`
		Checks      []struct{ Route, Case, Want, Outcome string }
	}
	if err := json.Unmarshal([]byte(stdout), &report); err != nil {
		t.Fatal(err)
	}
	if !report.OK || report.TokensSpent != len(p.Clients) {
		t.Errorf("ok %t, %d tokens for %d clients", report.OK, report.TokensSpent, len(p.Clients))
	}
	for _, route := range p.Routes {
		asked := 0
		for _, c := range report.Checks {
			if c.Route == route.RouteKey && c.Outcome == "ok" {
				asked++
			}
		}
		if asked < 2+len(p.Clients) {
			t.Errorf("%s: %d checks", route.RouteKey, asked)
		}
	}
	noSecrets(t, p, stdout+stderr)
	p.Interrupt(t)

	changed := patched(t, func(template map[string]any) {
		properties(template, "", "AWS::ApiGatewayV2::Route", func(p map[string]any) {
			if p["RouteKey"] == "GET /test_jwt/read" {
				p["AuthorizationScopes"] = []any{"test-api/write"}
			}
		})
	})
	up(t, scratch, "--assembly", changed, "--state", state)
	stdout, stderr, status = m2mtest.Ends(t, command(t, root, "verify", "--state", state, "--assembly", original))
	if status != 1 {
		t.Errorf("a wrong scope: exit status %d", status)
	}
	m2mtest.Contains(t, stderr,
		"red: GET /test_jwt/read with writer's token: 200, want 403\n",
		"red: GET /test_jwt/read with reader's token: 403, want neither 401 nor 403\n",
		"2 of ")
	if n := strings.Count(stdout, "RED"); n != 2 {
		t.Errorf("%d red lines, want 2:\n%s", n, stdout)
	}
	// What runs is as its own assembly says.
	if stdout, stderr, status = m2mtest.Ends(t, command(t, root, "verify", "--state", state)); status != 0 {
		t.Errorf("against its own assembly: exit status %d\n%s%s", status, stdout, stderr)
	}
}

// noSecrets wants neither a client's secret nor a token in what was printed.
func noSecrets(t *testing.T, p *process, printed string) {
	t.Helper()
	for name, c := range p.Clients {
		if strings.Contains(printed, c.ClientSecret) {
			t.Errorf("the secret of %s is printed", name)
		}
	}
	if strings.Contains(printed, "eyJ") {
		t.Error("a token is printed")
	}
}
