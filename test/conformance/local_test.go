package conformance

import (
	"crypto/rsa"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"cognito-m2m/internal/jwtauth/jwtauthtest"
	"cognito-m2m/internal/m2mtest"
)

// root is the project's folder, seen from this package.
const root = "../.."

// startLocal builds m2m, starts `m2m up` on free ports in a project's folder and returns what it
// describes, with tokens that it must refuse. The assembly is synthesized unless an earlier run of
// this test kept it under the name and nothing has changed. When the test ends the run is
// interrupted, and must end with exit status 0.
func startLocal(t *testing.T, name, project string) target {
	t.Helper()
	binary, err := m2mtest.BuildM2M(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	state := t.TempDir()
	m2mtest.TakeKept(t, root, name, state)
	up := m2mtest.Command(binary, project, m2mtest.OnFreePorts("up", "--env", "dev", "--json", "--state", state)...)
	described, err := decodeTarget(m2mtest.MustStart(t, up).Description)
	if err != nil {
		t.Fatal(err)
	}
	m2mtest.Keep(t, root, name, state)
	described.local = true
	described.attack(t, state)
	return described
}

// withFunctionAuthorizer is a copy of the project whose environment dev has a function authorizer.
func withFunctionAuthorizer(t *testing.T) (dir string) {
	t.Helper()
	dir, err := m2mtest.Place(root, "conformance", t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	written := m2mtest.Read(t, filepath.Join(root, "environments", "dev.yaml"))
	dev := strings.Replace(written, "\napi:\n", "\napi:\n  authorizer: function\n", 1)
	if dev == written {
		t.Fatal("dev.yaml has no line \"api:\"")
	}
	m2mtest.CopyProject(t, root, dir, dev)
	modules, err := filepath.Abs(filepath.Join(root, "node_modules")) // for the pinned Node, where it is installed
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(modules, filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	return dir
}

// attack makes the attacks on the run whose state is in a folder: only there is the private key of
// its user pool.
func (t *target) attack(tb testing.TB, state string) {
	tb.Helper()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		tb.Errorf("a token made the target ask for %s", r.URL)
	}))
	tb.Cleanup(elsewhere.Close)
	p := newPlan(*t)
	key := signingKey(tb, state)
	issuer := jwtauthtest.Issuer{
		URL: t.Issuer, ClientID: p.insider.ID, Scope: p.insider.Scopes[0], KeyID: key.KeyID, Key: key.Key.(*rsa.PrivateKey),
		Now: time.Now(), Ahead: 30 * time.Minute,
	}
	t.attacks, t.valid = issuer.Attacks(tb, elsewhere.URL), issuer.Sign(tb, issuer.ValidClaims())
}

// signingKey is what the user pool of a run signs access tokens with.
func signingKey(t testing.TB, state string) jose.JSONWebKey {
	t.Helper()
	var kept struct {
		Resources map[string]struct {
			Keys struct {
				AccessToken []jose.JSONWebKey `json:"accessToken"`
			} `json:"keys"`
		} `json:"resources"`
	}
	if err := json.Unmarshal([]byte(m2mtest.Read(t, filepath.Join(state, "dev", "state.json"))), &kept); err != nil {
		t.Fatal("the run's state can't be read") // what it holds is not shown
	}
	for _, resource := range kept.Resources {
		if len(resource.Keys.AccessToken) > 0 {
			return resource.Keys.AccessToken[0]
		}
	}
	t.Fatal("the run's state has no signing key")
	return jose.JSONWebKey{}
}
