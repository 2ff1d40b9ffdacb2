package state_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/m2mtest"
	"cognito-m2m/internal/state"
)

const (
	poolURL  = "http://127.0.0.1:4001"
	readerID = "fake client id"
)

// recorded is a state file of an earlier build with every field that there is. It names the parts
// of its signing keys in their place, which are made anew.
func recorded(t *testing.T) (path, content string) {
	t.Helper()
	content = withKey(t, m2mtest.Read(t, filepath.Join("testdata", "state.json")))
	path = filepath.Join(t.TempDir(), "state.json")
	m2mtest.Write(t, path, content)
	return path, content
}

// TestRecordedState reads the recording, takes every part of it through the types of the services
// and writes it again: not a byte may differ, or runs would lose users' ids and secrets.
func TestRecordedState(t *testing.T) {
	t.Parallel()
	path, content := recorded(t)
	s := read(t, path)
	s.ServeAt(poolURL)
	next := candidateOf(t, s, recordedKeys()...)
	reader := assembly.UserPoolClient{Resource: assembly.Resource{Stack: "m2m-dev-Api", LogicalID: "ClientReader"}, ID: readerID, GenerateSecret: true}
	secrets, err := next.ClientSecrets(reader, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{s.Adopt(next), s.KeepClientSecrets(readerID, secrets), s.KeepSecretsManager(s.SecretsManager())} {
		if err != nil {
			t.Error(err)
		}
	}
	if diff := cmp.Diff(content, m2mtest.Read(t, path)); diff != "" {
		t.Errorf("the state file (-recorded +written):\n%s", diff)
	}
	if !state.AsWritten([]byte(content)) {
		t.Error("it takes encoding/json to read it, which is slow")
	}
}

// recordedKeys are those of the resources in the recording.
func recordedKeys() []assembly.Key {
	return []assembly.Key{
		{Stack: "m2m-dev-Identity", LogicalID: "UserPool", Type: "AWS::Cognito::UserPool", Fingerprint: "f1", Declared: "d1", Region: "eu-central-1"},
		{Stack: "m2m-dev-Api", LogicalID: "ClientReader", Type: "AWS::Cognito::UserPoolClient", Fingerprint: "f2", Region: "eu-central-1"},
		{Stack: "m2m-dev-Api", LogicalID: "AWS::Region::None", Type: assembly.StackType, Region: "eu-central-1"},
	}
}

// candidateOf has the resources of these keys.
func candidateOf(t *testing.T, s *state.State, keys ...assembly.Key) *state.Candidate {
	t.Helper()
	next := s.Candidate()
	for _, key := range keys {
		if _, err := next.ID(key); err != nil {
			t.Fatal(err)
		}
	}
	return next
}

func read(t *testing.T, path string) *state.State {
	t.Helper()
	s, err := state.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// withKey puts the parts of a new RSA key in the place of their names.
func withKey(t *testing.T, recorded string) string {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for name, part := range map[string]*big.Int{
		"modulus": key.N, "private exponent": key.D, "first prime": key.Primes[0], "second prime": key.Primes[1],
		"first exponent": key.Precomputed.Dp, "second exponent": key.Precomputed.Dq, "coefficient": key.Precomputed.Qinv,
	} {
		names = append(names, `"`+name+`"`, `"`+base64.RawURLEncoding.EncodeToString(part.Bytes())+`"`)
	}
	return strings.NewReplacer(names...).Replace(recorded)
}
