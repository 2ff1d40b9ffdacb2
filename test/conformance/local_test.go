package conformance

import (
	"testing"

	"cognito-m2m/internal/m2mtest"
)

// root is the project's folder, seen from this package.
const root = "../.."

// startLocal builds m2m, starts `m2m up` on free ports with a synth of its own and returns the
// description it prints. When the test ends it is interrupted, and must end with exit status 0.
func startLocal(t *testing.T) []byte {
	t.Helper()
	binary, err := m2mtest.BuildM2M(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	up := m2mtest.Command(binary, root, m2mtest.OnFreePorts("up", "--env", "dev", "--json", "--state", t.TempDir())...)
	return m2mtest.MustStart(t, up).Description
}
