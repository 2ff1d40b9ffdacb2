package state_test

import (
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/cognito"
	"cognito-m2m/internal/m2mtest"
	"cognito-m2m/internal/run"
	"cognito-m2m/internal/secretsmanager"
	"cognito-m2m/internal/state"
	"cognito-m2m/naming"
)

// TestFilesThatCannotBeUsed wants an error that quotes no value, and the file as it was.
func TestFilesThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, content, reason string }{
		{"not JSON", "sesame", "not JSON at byte 1"},
		{"cut off", `{"version": 2, "resources": {`, "not JSON at byte 29"},
		{"a newer version", `{"version": 99}`, "has version 99, and this program reads version 2"},
		{"an older version, of other types", `{"version": 1, "resources": []}`, "has version 1"},
		{"no version", `{}`, "has version 0"},
		{"no id", `{"version": 2, "resources": {"m2m-dev-Api/HttpApi": {}}}`, "no id for"},
		{"a wrong type", `{"version": 2, "resources": []}`, "resources has the wrong JSON type"},
		{"keys that are none", `{"version": 2, "resources": {"a/b": {"id": "x", "keys": {"accessToken": []}}}}`, "can't be read"},
		{"a key that is none", `{"version": 2, "resources": {"a/b": {"id": "x", "keys": {"accessToken": [{"kty": "sesame"}]}}}}`, "can't be read"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "state.json")
			m2mtest.Write(t, file, c.content)
			_, err := state.Read(file)
			unusable, ok := errors.AsType[*state.Error](err)
			if !ok || unusable.File != file || !strings.Contains(err.Error(), c.reason) || strings.Contains(err.Error(), "sesame") {
				t.Errorf("%v, want %q", err, c.reason)
			}
			if content := m2mtest.Read(t, file); content != c.content {
				t.Errorf("the file is now %q", content)
			}
		})
	}
}

var poolKey = assembly.Key{Stack: "s", LogicalID: "Pool", Type: "AWS::Cognito::UserPool", Region: "eu-central-1"}

// TestNewKeysAreKept: those of the first run sign in the next one.
func TestNewKeysAreKept(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "state.json")
	keyIDs := func() (ids []string) {
		t.Helper()
		s := read(t, file)
		next := s.Candidate()
		if _, err := next.ID(poolKey); err != nil {
			t.Fatal(err)
		}
		keys, err := next.Keys(assembly.UserPool{Resource: assembly.Resource{Stack: "s", LogicalID: "Pool"}})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Adopt(next); err != nil {
			t.Fatal(err)
		}
		accessToken, idToken := keys.JWKs()
		for _, key := range append(accessToken, idToken...) {
			ids = append(ids, key.KeyID)
		}
		return ids
	}
	first := keyIDs()
	if diff := cmp.Diff(first, keyIDs()); diff != "" || len(first) != 2 {
		t.Errorf("key ids %q (-first +next):\n%s", first, diff)
	}
}

// TestRotatedKeysAreKept: a candidate of the next assembly has them, and so does the next run.
func TestRotatedKeysAreKept(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "state.json")
	s := read(t, file)
	pool := assembly.UserPool{Resource: assembly.Resource{Stack: "s", LogicalID: "Pool"}}
	keysOf := func(s *state.State) (id string, keys *cognito.Keys, signs string) {
		t.Helper()
		c := s.Candidate()
		id, err := c.ID(poolKey)
		if err != nil {
			t.Fatal(err)
		}
		if keys, err = c.Keys(pool); err != nil {
			t.Fatal(err)
		}
		if err := s.Adopt(c); err != nil {
			t.Fatal(err)
		}
		accessToken, _ := keys.JWKs()
		return id, keys, accessToken[0].KeyID
	}
	id, keys, first := keysOf(s)
	rotated, err := keys.WithNewSigningKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.KeepKeys("eu-central-1_Another00", rotated); err == nil {
		t.Error("keys of a pool that is not there are kept")
	}
	if _, _, signs := keysOf(s); signs != first {
		t.Error("the keys of another pool are this one's")
	}
	if err := s.KeepKeys(id, rotated); err != nil {
		t.Fatal(err)
	}
	_, _, now := keysOf(s)
	_, _, next := keysOf(read(t, file))
	if now == first || next != now {
		t.Errorf("signs: first %s, rotated %s, in the next run %s", first, now, next)
	}
}

const arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:m2m/dev/reader-Fake01"

// holding is a secret whose current version has the value.
func holding(value string) secretsmanager.State {
	at := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	return secretsmanager.State{Secrets: map[string]secretsmanager.SecretState{arn: {
		CreatedAt: at, ChangedAt: at,
		Versions: []secretsmanager.Version{{ID: "1", CreatedAt: at, Value: secretsmanager.Value(value)}},
		Labels:   map[string]string{naming.CurrentLabel: "1"},
	}}}
}

// TestValuesFollowThePool: the file knows no port, and what only looks like the pool's address
// stays.
func TestValuesFollowThePool(t *testing.T) {
	t.Parallel()
	const credentials = `{"client_id":"reader","client_secret":"sesame","token_endpoint":"%/oauth2/token"}`
	for name, c := range map[string]struct{ value, next string }{
		"credentials":  {strings.Replace(credentials, "%", poolURL, 1), strings.Replace(credentials, "%", "http://127.0.0.1:5005", 1)},
		"other text":   {"see " + poolURL + "/pool", "see http://127.0.0.1:5005/pool"},
		"another port": {poolURL + "2/", poolURL + "2/"},
		"no address":   {naming.NotRotated, naming.NotRotated},
	} {
		file := filepath.Join(t.TempDir(), "state.json")
		s := read(t, file)
		s.ServeAt(poolURL)
		if err := s.KeepSecretsManager(holding(c.value)); err != nil {
			t.Fatal(err)
		}
		if got := s.SecretsManager(); cmp.Diff(holding(c.value), got) != "" {
			t.Errorf("%s: in the same run it is %q", name, string(got.Secrets[arn].Versions[0].Value))
		}
		if written := m2mtest.Read(t, file); strings.Contains(written, poolURL+"/") {
			t.Errorf("%s: the file has the address:\n%s", name, written)
		}
		s = read(t, file)
		s.ServeAt("http://127.0.0.1:5005")
		if got := s.SecretsManager(); cmp.Diff(holding(c.next), got) != "" {
			t.Errorf("%s: in the next run it is %q", name, string(got.Secrets[arn].Versions[0].Value))
		}
	}
}

// TestCurrentClientSecret is that of the version under AWSCURRENT, if it is of this client.
func TestCurrentClientSecret(t *testing.T) {
	t.Parallel()
	path, _ := recorded(t)
	s := read(t, path)
	s.ServeAt(poolURL)
	for name, c := range map[string]struct{ arn, client, want string }{
		"the client's":     {arn, readerID, "newer <sesame> & co"},
		"another client's": {arn, "writer", ""},
		"no such secret":   {"arn", readerID, ""},
	} {
		if got := string(s.CurrentClientSecret(c.arn, c.client)); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestWhatCannotBeWrittenIsNotKept: the state is what is in the file.
func TestWhatCannotBeWrittenIsNotKept(t *testing.T) {
	t.Parallel()
	path, _ := recorded(t)
	s := read(t, path)
	before := s.SecretsManager()
	if err := os.RemoveAll(filepath.Dir(path)); err != nil {
		t.Fatal(err)
	}
	next := s.Candidate()
	if _, err := next.ID(poolKey); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"adopting":        s.Adopt(next),
		"client secrets":  s.KeepClientSecrets(readerID, nil),
		"Secrets Manager": s.KeepSecretsManager(holding("sesame")),
	} {
		if _, ok := errors.AsType[*run.StateDirError](err); !ok {
			t.Errorf("%s: %v", name, err)
		}
	}
	if diff := cmp.Diff(before, s.SecretsManager()); diff != "" {
		t.Errorf("Secrets Manager (-before +after):\n%s", diff)
	}
	if err := s.KeepClientSecrets(readerID, nil); err == nil || strings.Contains(err.Error(), "no such client") {
		t.Errorf("the client's resource is gone: %v", err)
	}
}
