package local

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/m2mtest"
)

// TestRecordedState reads a state file of an earlier build with every field that there is, and writes it again: not
// a byte may differ, or runs would lose users' ids and secrets. The recording names the parts of its signing keys,
// which the test makes.
func TestRecordedState(t *testing.T) {
	t.Parallel()
	recorded := withKey(t, m2mtest.Read(t, filepath.Join("testdata", "state.json")))
	file := filepath.Join(t.TempDir(), "state.json")
	m2mtest.Write(t, file, recorded)
	s, err := readState(file)
	if err != nil {
		t.Fatal(err)
	}
	s.serveAt("http://127.0.0.1:4001")
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if err := s.write(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(recorded, m2mtest.Read(t, file)); diff != "" {
		t.Errorf("the state file (-recorded +written):\n%s", diff)
	}
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
