package conformance

import (
	"testing"

	"cognito-m2m/internal/m2mtest"
)

// root is the project's folder, seen from this package.
const root = "../.."

// startLocal builds m2m, starts `m2m up` on free ports and returns the description it prints. The
// assembly is synthesized unless an earlier run of this test did and nothing has changed. When the
// test ends the run is interrupted, and must end with exit status 0.
func startLocal(t *testing.T) []byte {
	t.Helper()
	binary, err := m2mtest.BuildM2M(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	state := t.TempDir()
	m2mtest.TakeKept(t, root, "conformance", state)
	up := m2mtest.Command(binary, root, m2mtest.OnFreePorts("up", "--env", "dev", "--json", "--state", state)...)
	description := m2mtest.MustStart(t, up).Description
	m2mtest.Keep(t, root, "conformance", state)
	return description
}
