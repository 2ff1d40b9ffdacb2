package e2e

import (
	"bytes"
	"errors"
	"net/http"
	"os/exec"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"cognito-m2m/internal/m2mtest"
)

// TestCommands is the day of an operator: look at the clients, get a token, make calls, rotate a
// secret and revoke the one before. Nothing that any command says holds a secret, nor a token that
// was not asked for.
func TestCommands(t *testing.T) {
	t.Parallel()
	dir, err := assembly()
	if err != nil {
		t.Fatal(err)
	}
	state := newState(t)
	p := up(t, scratch, "--assembly", dir, "--state", state)
	s := &session{t: t, state: state}
	before := p.operator().current(t, "m2m/dev/reader")

	m2mtest.Contains(t, s.run(0, "clients"), "reader", "writer", "test-api/read", "current", before.ClientID)
	token := strings.TrimSuffix(s.run(0, "token", "reader"), "\n")
	echoed(t, p.call(t, http.MethodGet, "/test_jwt", token))
	// The echoed event holds the request's own token, see `m2m call --help`.
	m2mtest.Contains(t, s.runUnsearched(0, "call", "reader", "GET", "/test_jwt"), `"test-api/read"`)
	m2mtest.Contains(t, s.run(1, "call", "writer", "GET", "/test_jwt/read"), "Forbidden")
	m2mtest.Contains(t, s.run(1, "token", "raeder"), "did you mean reader")

	s.run(0, "rotate", "reader", "--yes")
	after := p.operator().current(t, "m2m/dev/reader")
	p.operator().wantOpen(t, before, true)
	p.operator().wantOpen(t, after, true)
	s.run(0, "rotate", "reader", "--revoke-only", "--yes")
	p.operator().wantOpen(t, before, false)
	p.operator().wantOpen(t, after, true)

	// A rotation by itself spares what callers had until a moment ago; the command asks, and
	// deletes it first.
	s.run(0, "rotate", "reader", "--yes")
	third := p.operator().current(t, "m2m/dev/reader")
	refused := p.operator().rotate(t.Context(), "m2m/dev/reader")
	if refused == nil || !strings.Contains(refused.Error(), "has withdrawn") {
		t.Errorf("a rotation too early: %v", refused)
	}
	p.operator().wantOpen(t, after, true)
	m2mtest.Contains(t, s.run(0, "rotate", "reader", "--yes"), "The previous secret of reader is deleted", "until the next rotation")
	p.operator().wantOpen(t, after, false)
	p.operator().wantOpen(t, third, true)

	// A value that lost the id of its secret in two edits: no secret is deleted on a guess.
	s.run(0, "rotate", "writer", "--yes")
	held := p.operator().current(t, "m2m/dev/writer")
	for range 2 {
		p.operator().paste(t, "m2m/dev/writer", held)
	}
	m2mtest.Contains(t, s.run(1, "rotate", "writer", "--yes"), "the rotation of writer has stopped: two secrets work", "add the client_secret_id of the one in use to the value")
	m2mtest.Contains(t, s.run(0, "clients"), "its rotation has stopped: two secrets work")
	p.operator().wantOpen(t, held, true)

	p.Interrupt(t)
	m2mtest.Contains(t, p.Stderr.String(), "callers may still use it: no rotation before")
	said := s.said.String() + p.Stderr.String()
	for _, secret := range []string{string(before.ClientSecret), string(after.ClientSecret)} {
		if strings.Contains(said, secret) {
			t.Error("a client secret was printed")
		}
	}
	if strings.Contains(p.Stderr.String()+strings.Replace(s.said.String(), token, "", 1), "eyJ") {
		t.Error("a token was printed that was not asked for")
	}
	m2mtest.Contains(t, s.run(1, "clients"), "m2m up")
}

// TestFailedRotation breaks the user pool's domain out of the template, so that a rotation can't
// succeed: the run is there all the same, and says how to go on.
func TestFailedRotation(t *testing.T) {
	t.Parallel()
	dir := patched(t, func(template map[string]any) {
		properties(template, "RotationRotate", "AWS::Lambda::Function", func(p map[string]any) {
			p["Environment"] = map[string]any{"Variables": map[string]any{"USER_POOL_ID": "ap-northeast-1_AnotherOne"}}
		})
	})
	state := newState(t)
	p := up(t, scratch, "--assembly", dir, "--state", state)
	p.says(t, 0, "warning", "m2m/dev/reader", "createSecret", "m2m rotate reader --env dev --resume")
	if p.Clients["reader"].ClientSecret != "" {
		t.Error("a client has a secret before its first rotation has ended")
	}
	s := &session{t: t, state: state}
	m2mtest.Contains(t, s.run(0, "clients"), "m2m rotate reader --state "+state+" --resume")
	m2mtest.Contains(t, s.run(1, "rotate", "reader", "--abandon", "--yes"), "seems to be running", "--abandon --force")
	m2mtest.Contains(t, s.run(1, "token", "reader"), "not rotated yet")
	held, err := p.operator().secrets.GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{SecretId: aws.String("m2m/dev/reader")})
	if err != nil || *held.SecretString != "{}" {
		t.Errorf("the secret is not the placeholder: %v", err)
	}
}

// session runs commands on one state and keeps what they say.
type session struct {
	t     *testing.T
	state string
	said  bytes.Buffer
}

// run returns all that a command said on stdout and stderr.
func (s *session) run(status int, args ...string) string {
	s.t.Helper()
	text := s.runUnsearched(status, args...)
	s.said.WriteString(text)
	return text
}

func (s *session) runUnsearched(status int, args ...string) string {
	s.t.Helper()
	cmd := command(s.t, root, append(args, "--state", s.state)...)
	out, err := cmd.CombinedOutput()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited || cmd.ProcessState.ExitCode() != status {
		s.t.Errorf("m2m %v: %v, want exit status %d\n%s", args, err, status, out)
	}
	return string(out)
}
