package rehearse

import (
	"strings"
	"testing"

	"cognito-m2m/internal/m2mtest"
)

// TestARotationTooSoon is what the page says of `rotation.everyDays`: within a day of a rotation
// that was not the first, the one that the edit starts fails. Both secrets of before stay as they
// are.
func TestARotationTooSoon(t *testing.T) {
	needsCLI(t)
	nothingLeaves(t)
	t.Parallel()
	r, e := start(t, t.TempDir()), editOf(t, "change `rotation.everyDays`")
	if failure := r.deploy(t, editFolder(e.From)); failure != "" {
		t.Fatal(failure)
	}
	at, _ := r.reached(t, "dev")
	previous, _ := r.secretOf(t, "writer")
	r.m2m(t, 0, "dev", "rotate", "writer", "--yes")
	current, _ := r.secretOf(t, "writer")
	if current.Secret == previous.Secret {
		t.Fatal("the secret was not rotated")
	}
	if failure := r.deploy(t, editFolder(e.To)); failure != "" {
		t.Fatal(failure)
	}
	m2mtest.Eventually(t, "the rotation to fail", func() bool {
		said := r.Stderr.String()
		return strings.Contains(said, `msg="rotation failed" secret=m2m/dev/writer`) && strings.Contains(said, "callers may still use it")
	})
	if now, _ := r.secretOf(t, "writer"); now != current {
		t.Error("the writer has another secret")
	}
	for which, credentials := range map[string]secretValue{"current": current, "previous": previous} {
		if accessToken, said := token(at.TokenEndpoint, credentials); accessToken == "" {
			t.Errorf("the %s secret gets %s", which, said)
		}
	}
	r.m2m(t, 0, "dev", "verify", "--assembly", absolute(t, editFolder(e.To)))
}
