package local_test

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/m2mtest"
	"cognito-m2m/internal/serving"
	"cognito-m2m/internal/serving/servingtest"
	"cognito-m2m/internal/state"
)

// runOnce starts and closes a run and returns what it described.
func runOnce(t *testing.T, state, dir string) *serving.Description {
	t.Helper()
	runtime, d := start(t, serving.Config{StateDir: state}, dir)
	if err := runtime.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestIdsSurviveARestart(t *testing.T) {
	t.Parallel()
	state, dir := t.TempDir(), servingtest.AssemblyDir(t, nil)
	first, second := runOnce(t, state, dir), runOnce(t, state, dir)
	if diff := cmp.Diff(first.Clients, second.Clients); diff != "" {
		t.Errorf("clients (-first +second):\n%s", diff)
	}
	if first.UserPoolID != second.UserPoolID {
		t.Errorf("user pool %s became %s", first.UserPoolID, second.UserPoolID)
	}
}

func TestTokenOfTheFirstRun(t *testing.T) {
	t.Parallel()
	state, dir := t.TempDir(), servingtest.AssemblyDir(t, nil)
	runtime, d := start(t, serving.Config{StateDir: state}, dir)
	reader := servingtest.Token(t, d, "reader")
	if err := runtime.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	_, second := start(t, serving.Config{StateDir: state}, dir)
	if got, body := servingtest.Status(t, second, "/test_jwt", reader); got != 200 {
		t.Errorf("%d %s", got, body)
	}
}

func without(api servingtest.Template) {
	delete(api.Resources(), servingtest.ReaderID)
	delete(api.Outputs(), "ClientIdReader")
	api.SetAudience(servingtest.WriterID)
}

// TestReplacedClients are the edits that give a client a new id on AWS.
func TestReplacedClients(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name  string
		edits []func(servingtest.Template) // one run each, between the first and the last
		last  func(servingtest.Template)
	}{
		{name: "a renamed construct", last: servingtest.Rename},
		{name: "removed and added back", edits: []func(servingtest.Template){without}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			state := t.TempDir()
			before := runOnce(t, state, servingtest.AssemblyDir(t, nil))
			for _, edit := range c.edits {
				runOnce(t, state, servingtest.AssemblyDir(t, edit))
			}
			after := runOnce(t, state, servingtest.AssemblyDir(t, c.last))
			if before.Clients["reader"].ClientID == after.Clients["reader"].ClientID ||
				before.Clients["reader"].ClientSecret == after.Clients["reader"].ClientSecret {
				t.Error("reader has its old id or secret")
			}
			if diff := cmp.Diff(before.Clients["writer"], after.Clients["writer"]); diff != "" {
				t.Errorf("writer changed:\n%s", diff)
			}
		})
	}
}

// TestStateWithoutDeclared reads a state that was written when fewer properties counted: what has
// not changed keeps its id, and a later change replaces it.
func TestStateWithoutDeclared(t *testing.T) {
	t.Parallel()
	withPolicy := func(path string) func(servingtest.Template) {
		return func(api servingtest.Template) {
			api.Resources()["Policy"] = map[string]any{
				"Type": "AWS::IAM::ManagedPolicy", "Properties": map[string]any{"Path": path, "PolicyDocument": map[string]any{}},
			}
			api.Outputs()["Policy"] = map[string]any{"Value": map[string]any{"Ref": "Policy"}}
		}
	}
	state := t.TempDir()
	idsAfter := func(path string) map[string]string {
		runOnce(t, state, servingtest.AssemblyDir(t, withPolicy(path)))
		return idsIn(t, state)
	}
	before := idsAfter("/here/")
	file := filepath.Join(state, "dev", "state.json")
	written := m2mtest.Read(t, file)
	former := regexp.MustCompile(`\n *"declared_fingerprint": "[0-9a-f]+",`).ReplaceAllString(written, "")
	if written == former {
		t.Fatalf("no fingerprint to take out of %s", written)
	}
	if err := os.WriteFile(file, []byte(former), 0o600); err != nil {
		t.Fatal(err)
	}
	same := idsAfter("/here/")
	if diff := cmp.Diff(before, same); diff != "" {
		t.Errorf("ids (-before +after):\n%s", diff)
	}
	after := idsAfter("/there/")
	const policy = "m2m-dev-Api/Policy"
	if after[policy] == same[policy] || same[policy] == "" {
		t.Errorf("the policy is %q at one path and %q at the other", same[policy], after[policy])
	}
	delete(same, policy)
	delete(after, policy)
	if diff := cmp.Diff(same, after); diff != "" {
		t.Errorf("ids of the others (-before +after):\n%s", diff)
	}
}

// idsIn are those of the resources in a state file.
func idsIn(t *testing.T, state string) map[string]string {
	t.Helper()
	var document struct {
		Resources map[string]struct {
			ID string `json:"id"`
		} `json:"resources"`
	}
	if err := json.Unmarshal([]byte(m2mtest.Read(t, filepath.Join(state, "dev", "state.json"))), &document); err != nil {
		t.Fatal(err)
	}
	ids := map[string]string{}
	for name, r := range document.Resources {
		ids[name] = r.ID
	}
	return ids
}

// TestStateThatCannotBeUsed wants an error from Open, and the file as it was.
func TestStateThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "dev", "state.json")
	m2mtest.Write(t, file, "sesame")
	err := startFails(t, serving.Config{StateDir: dir}, "")
	if unusable, ok := errors.AsType[*state.Error](err); !ok || unusable.File != file {
		t.Errorf("got %v", err)
	}
	if content := m2mtest.Read(t, file); content != "sesame" {
		t.Errorf("the file is now %q", content)
	}
}

// TestAnotherRegion is a new system, not the old one elsewhere.
func TestAnotherRegion(t *testing.T) {
	t.Parallel()
	state := t.TempDir()
	before := runOnce(t, state, servingtest.AssemblyDir(t, nil))
	moved := servingtest.AssemblyDir(t, nil)
	for _, file := range []string{"manifest.json", "assembly-dev/manifest.json"} {
		replaceIn(t, filepath.Join(moved, file), "ap-northeast-1", "eu-west-1")
	}
	after := runOnce(t, state, moved)
	if !strings.HasPrefix(after.UserPoolID, "eu-west-1_") || !strings.HasSuffix(after.Issuer, after.UserPoolID) {
		t.Errorf("user pool %s of %s", after.UserPoolID, after.Issuer)
	}
	if before.Clients["reader"].ClientID == after.Clients["reader"].ClientID {
		t.Error("reader has its old id")
	}
}

func replaceIn(t *testing.T, file, old, replacement string) {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(strings.ReplaceAll(string(raw), old, replacement)), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestRefusedRunKeepsTheState: an assembly that can't be run forgets nothing.
func TestRefusedRunKeepsTheState(t *testing.T) {
	t.Parallel()
	state := t.TempDir()
	before := runOnce(t, state, servingtest.AssemblyDir(t, nil))
	broken := servingtest.AssemblyDir(t, func(api servingtest.Template) {
		without(api)
		api.Resources()["Thing"] = map[string]any{"Type": "AWS::Nowhere::Thing"}
	})
	t.Log(startFails(t, serving.Config{StateDir: state}, broken))
	after := runOnce(t, state, servingtest.AssemblyDir(t, nil))
	if diff := cmp.Diff(before.Clients, after.Clients); diff != "" {
		t.Errorf("clients (-before +after):\n%s", diff)
	}
}

func TestStateFileMode(t *testing.T) {
	t.Parallel()
	state := t.TempDir()
	runOnce(t, state, servingtest.AssemblyDir(t, nil))
	info, err := os.Stat(filepath.Join(state, "dev", "state.json"))
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
}

// TestHalfWrittenFilesAreRemoved finds what a run leaves that is killed while it writes. It may
// hold keys and secrets, so it must not stay.
func TestHalfWrittenFilesAreRemoved(t *testing.T) {
	t.Parallel()
	state := t.TempDir()
	before := runOnce(t, state, servingtest.AssemblyDir(t, nil))
	halves := []string{".state.json8020830193239729031", ".run.json353887093490963840"}
	for _, name := range halves {
		if err := os.WriteFile(filepath.Join(state, "dev", name), []byte(`{"version": 2, "res`), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	after := runOnce(t, state, servingtest.AssemblyDir(t, nil))
	if diff := cmp.Diff(before.Clients, after.Clients); diff != "" {
		t.Errorf("clients (-before +after):\n%s", diff)
	}
	for _, name := range halves {
		if _, err := os.Stat(filepath.Join(state, "dev", name)); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is still there: %v", name, err)
		}
	}
}

// A state file that keeps its reader waiting, or has no end, is refused by its name.
func TestStateIsARegularFile(t *testing.T) {
	t.Parallel()
	for name, make := range map[string]func(path string) error{
		"FIFO":   func(path string) error { return syscall.Mkfifo(path, 0o600) },
		"device": func(path string) error { return os.Symlink("/dev/zero", path) },
	} {
		for _, file := range []string{"state.json", "functions.env"} {
			t.Run(name+" "+file, func(t *testing.T) {
				t.Parallel()
				state := t.TempDir()
				path := filepath.Join(state, "dev", file)
				if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := make(path); err != nil {
					t.Fatal(err)
				}
				if err := startFails(t, serving.Config{StateDir: state}, ""); !strings.Contains(err.Error(), path+" is not a regular file") {
					t.Errorf("the error is %v, want one that names the file", err)
				}
			})
		}
	}
}
