package explain_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"cognito-m2m/internal/access/accesstest"
	"cognito-m2m/internal/explain"
)

// askingFunction serves an environment whose routes ask lambda/authorize.
func askingFunction(t *testing.T) *accesstest.Run {
	t.Helper()
	r := accesstest.Start(t, accesstest.AskFunction)
	accesstest.AskFunction(r.Environment)
	return r
}

// TestVerdictIsTheFunctions is TestVerdictIsTheGateways with the authorizer's function: it refuses
// the same tokens, but for clients and ID tokens, and never with 401.
func TestVerdictIsTheFunctions(t *testing.T) {
	t.Parallel()
	r := askingFunction(t)
	c := config(t, r)
	for _, k := range slices.Concat(badTokens(t, r), mistakenTokens(t, r), goodTokens(t, r)) {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			method, path := k.method()
			c := c
			c.Route = method + " " + path
			report := explained(t, k.token, c)
			if want := r.Status(t, method, path, k.token); report.Status != want {
				t.Errorf("explained as %d, and the gateway answers %d: %s", report.Status, want, report.Verdict)
			}
			if report.Status == http.StatusUnauthorized && k.token != "" {
				t.Errorf("401 for a token that a function refuses: %s", report.Verdict)
			}
			wantNoSecrets(t, r, k.token, report)
		})
	}
}

// TestWhatAFunctionSees has what only a function decides, or what can't be known of it.
func TestWhatAFunctionSees(t *testing.T) {
	t.Parallel()
	r := askingFunction(t)
	c := config(t, r)
	c.Route = "GET /orders"
	sign := func(changes map[string]any) string { return r.Sign(t, r.Claims("reader", changes), nil) }
	for name, k := range map[string]struct {
		pasted string
		status int
		want   string
	}{
		"an ID token":         {sign(map[string]any{"token_use": "id"}), 403, `this is not an access token (token_use is "id")`},
		"another audience":    {sign(map[string]any{"aud": "other"}), 403, "the token is for someone else than its client"},
		"a client of nowhere": {sign(map[string]any{"client_id": "1example23456789"}), 200, "let this through"},
		"no header":           {"", 401, "there is no token"},
		"a header alone":      {"Authorization:", 401, "there is no token"},
		"no token":            {"Bearer", 403, "there is no token"},
		"empty quotes":        {`""`, 403, "there is no token"},
	} {
		report := explained(t, k.pasted, c)
		if report.Status != k.status || !strings.Contains(report.Verdict, k.want) {
			t.Errorf("%s: got %d %s, want %d %s", name, report.Status, report.Verdict, k.status, k.want)
		}
	}
	checks := explained(t, r.Token(t, "visitor"), c).Checks
	last := checks[len(checks)-1]
	const want = "whether the client is in the list of refused clients is not looked at; an answer from before may count for 1m more"
	if last.Name != "function" || last.Result != explain.Note || last.Text != want {
		t.Errorf("the last check is %+v, want %s", last, want)
	}
}
