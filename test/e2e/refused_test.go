package e2e

import (
	"net/http"
	"path/filepath"
	"testing"

	"cognito-m2m/internal/m2mtest"
)

// TestRefusedClient: with a function authorizer, a client that `m2m clients --refuse` names is let
// in no more, with the token that it has and with a new one, until `--allow`. The list outlives the
// run.
func TestRefusedClient(t *testing.T) {
	t.Parallel()
	dir := builtProject(t)
	m2mtest.Replace(t, filepath.Join(dir, "environments", "dev.yaml"), "\napi:\n", "\napi:\n  authorizer: {function: {ttl: 1}}\n")
	p := up(t, dir)
	tokens := map[string]string{"reader": p.token(t, "reader").AccessToken, "writer": p.token(t, "writer").AccessToken}
	status := func(token string) int { return p.call(t, http.MethodGet, "/test_jwt", "Bearer "+token).Status }
	for client, token := range tokens {
		if got := status(token); got != http.StatusOK {
			t.Errorf("%s gets %d", client, got)
		}
	}
	m2m := func(args ...string) string {
		t.Helper()
		stdout, stderr, exit := m2mtest.Ends(t, command(t, dir, args...))
		if exit != 0 {
			t.Errorf("m2m %q ends with %d", args, exit)
		}
		return stdout + stderr
	}
	m2mtest.Contains(t, m2m("clients", "--refuse", "reader"), "is refused", "It can still get tokens")
	m2mtest.Eventually(t, "the reader to be refused", func() bool { return status(tokens["reader"]) == http.StatusForbidden })
	if got := status(p.token(t, "reader").AccessToken); got != http.StatusForbidden {
		t.Errorf("with a new token the reader gets %d", got)
	}
	if got := status(tokens["writer"]); got != http.StatusOK {
		t.Errorf("the writer gets %d", got)
	}

	p.Interrupt(t)
	p = up(t, dir)
	if got := status(tokens["reader"]); got != http.StatusForbidden {
		t.Errorf("in the next run the reader gets %d", got)
	}
	m2mtest.Contains(t, m2m("clients", "--allow", "reader"), "is allowed again")
	m2mtest.Eventually(t, "the reader to be let in again", func() bool { return status(tokens["reader"]) == http.StatusOK })
}
