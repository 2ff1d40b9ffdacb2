package e2e

import (
	"net/http"
	"strings"
	"testing"

	"cognito-m2m/internal/m2mtest"
)

// TestExplain explains tokens of a run with the exit status and the verdict that the run's own
// answer bears out.
func TestExplain(t *testing.T) {
	t.Parallel()
	dir, err := assembly()
	if err != nil {
		t.Fatal(err)
	}
	state := newState(t)
	p := up(t, scratch, "--assembly", dir, "--state", state)
	reader, writer := p.token(t, "reader").AccessToken, p.token(t, "writer").AccessToken
	for _, c := range []struct {
		name, token, want string
		status            int
	}{
		{"the right client", reader, "API Gateway would let this through to GET /test_jwt/read.", 0},
		{"another client", writer, "API Gateway would answer 403: GET /test_jwt/read requires test-api/read;", 1},
		{"a tampered token", tampered(reader), "API Gateway would answer 401: the signature does not match", 1},
		{"a secret", p.Clients["reader"].ClientSecret, "API Gateway would answer 401: this looks like a client secret", 1},
	} {
		cmd := command(t, root, "explain", "-", "--state", state, "--route", "GET /test_jwt/read")
		cmd.Stdin = strings.NewReader("Bearer " + c.token + "\n")
		stdout, stderr, status := m2mtest.Ends(t, cmd)
		if status != c.status || !strings.Contains(stdout, c.want) || stderr != "" {
			t.Errorf("%s: exit status %d, want %d and %q:\n%s%s", c.name, status, c.status, c.want, stdout, stderr)
		}
		noSecrets(t, p, stdout)
		if answer := p.call(t, http.MethodGet, "/test_jwt/read", "Bearer "+c.token).Status; (answer == http.StatusOK) != (status == 0) {
			t.Errorf("%s: explained with exit status %d, and the API answers %d", c.name, status, answer)
		}
	}

	cmd := command(t, root, "explain", reader, "--assembly", dir)
	if stdout, stderr, status := m2mtest.Ends(t, cmd); status != 2 || !strings.Contains(stdout, "the keys are not available") {
		t.Errorf("offline: exit status %d, want 2:\n%s%s", status, stdout, stderr)
	}
}

// tampered is the token with another character in its signature.
func tampered(token string) string {
	at := len(token) - 40
	other := "A"
	if token[at] == 'A' {
		other = "B"
	}
	return token[:at] + other + token[at+1:]
}
