package rehearse

import (
	"strings"
	"testing"
)

// TestFailedUpdate: an update that fails half way is rolled back, and callers never notice.
func TestFailedUpdate(t *testing.T) {
	needsCLI(t)
	nothingLeaves(t)
	t.Parallel()
	for name, c := range map[string]struct{ edit, fails string }{
		"a replaced client":  {"rename a client", "AWS::ApiGatewayV2::Authorizer"},
		"an added client":    {"add a client", "AWS::SecretsManager::RotationSchedule"},
		"another function":   {"put another function behind a route", "AWS::ApiGatewayV2::Integration"},
		"a changed scope":    {"give a client a scope", "AWS::Cognito::UserPoolClient"},
		"a route's new path": {"change a route's path", "AWS::ApiGatewayV2::Route"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			state := t.TempDir()
			first := start(t, state)
			e := editOf(t, c.edit)
			if failure := first.deploy(t, editFolder(e.From)); failure != "" {
				t.Fatal(failure)
			}
			first.Interrupt(t)

			lines, meanwhile := edited(t, start(t, state, "--fail", c.fails+"=on purpose"), e)
			if len(lines) != 1 || !strings.HasPrefix(lines[0], "fails: Api: UPDATE_ROLLBACK_COMPLETE, ") || !strings.Contains(lines[0], "on purpose") {
				t.Errorf("noticed %q", lines)
			}
			if len(meanwhile) > 0 {
				t.Errorf("meanwhile callers get %q", meanwhile)
			}
		})
	}
}
