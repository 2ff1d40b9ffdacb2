package cognito_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"cognito-m2m/internal/cognito"
	"cognito-m2m/internal/cognito/cognitotest"
)

// keysFile is Keys as JSON, for tests that change it.
type keysFile struct {
	AccessToken []jose.JSONWebKey `json:"accessToken"`
	IDToken     []jose.JSONWebKey `json:"idToken"`
}

// editedKeys takes the tests' keys to JSON, has edit change it, and takes them back.
func editedKeys(t *testing.T, edit func(*keysFile)) (*cognito.Keys, error) {
	t.Helper()
	file := fileOf(t, cognitotest.Keys())
	edit(&file)
	file = reread(t, file)
	return cognito.NewKeys(file.AccessToken, file.IDToken)
}

func fileOf(t *testing.T, k *cognito.Keys) keysFile {
	t.Helper()
	var file keysFile
	file.AccessToken, file.IDToken = k.JWKs()
	return reread(t, file)
}

func reread(t *testing.T, file keysFile) (read keysFile) {
	t.Helper()
	text, err := json.Marshal(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	return read
}

// keysWithID returns the tests' keys with another id for the one that signs access tokens.
func keysWithID(t *testing.T, id string) *cognito.Keys {
	t.Helper()
	loaded, err := editedKeys(t, func(f *keysFile) { f.AccessToken[0].KeyID = id })
	if err != nil {
		t.Fatal(err)
	}
	return loaded
}

func TestKeysSurviveTheStateFile(t *testing.T) {
	t.Parallel()
	before := startPool(t)
	token := before.token(t, readerID, readerSecret, "")
	loaded, err := editedKeys(t, func(*keysFile) {})
	if err != nil {
		t.Fatal(err)
	}
	after := startPool(t, func(c *cognito.Config) { c.Keys = loaded })
	verify(t, after, token)
	verify(t, before, after.token(t, readerID, readerSecret, ""))
}

func TestFirstKeySignsAndTheOthersStayPublished(t *testing.T) {
	t.Parallel()
	before := startPool(t)
	old := before.token(t, readerID, readerSecret, "")
	rotated, err := editedKeys(t, func(f *keysFile) {
		f.AccessToken = append([]jose.JSONWebKey{newJWK(t, 2048)}, f.AccessToken...)
	})
	if err != nil {
		t.Fatal(err)
	}
	after := startPool(t, func(c *cognito.Config) { c.Keys = rotated })
	verify(t, after, old)
	signed, err := jose.ParseSignedCompact(after.token(t, readerID, readerSecret, ""), []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		t.Fatal(err)
	}
	if got := signed.Signatures[0].Header.KeyID; got != "new" {
		t.Errorf("signing key: got %q, want the first of the list", got)
	}
}

func newJWK(t *testing.T, bits int) jose.JSONWebKey {
	t.Helper()
	private, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return jose.JSONWebKey{Key: private, KeyID: "new", Algorithm: "RS256", Use: "sig"}
}

func TestLoadingKeysRefuses(t *testing.T) {
	t.Parallel()
	cases := map[string]func(*keysFile){
		"no access token key":   func(f *keysFile) { f.AccessToken = nil },
		"no ID token key":       func(f *keysFile) { f.IDToken = nil },
		"no key id":             func(f *keysFile) { f.IDToken[0].KeyID = "" },
		"key id used twice":     func(f *keysFile) { f.IDToken[0].KeyID = f.AccessToken[0].KeyID },
		"public key":            func(f *keysFile) { f.AccessToken[0] = f.AccessToken[0].Public() },
		"symmetric key":         func(f *keysFile) { f.AccessToken[0].Key = []byte("0123456789abcdef") },
		"key of 1024 bits":      func(f *keysFile) { f.AccessToken[0] = newJWK(t, 1024) },
		"key of 3072 bits":      func(f *keysFile) { f.AccessToken[0] = newJWK(t, 3072) },
		"another algorithm":     func(f *keysFile) { f.AccessToken[0].Algorithm = "RS512" },
		"key for another use":   func(f *keysFile) { f.AccessToken[0].Use = "enc" },
		"no algorithm":          func(f *keysFile) { f.IDToken[0].Algorithm = "" },
		"one empty list of two": func(f *keysFile) { f.IDToken = []jose.JSONWebKey{} },
	}
	for name, edit := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := editedKeys(t, edit); err == nil {
				t.Error("got no error")
			}
		})
	}
}

func TestKeysAreRedactedWhenPrinted(t *testing.T) {
	t.Parallel()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%q", "%d"} {
		for _, value := range []any{cognitotest.Keys(), *cognitotest.Keys(), struct{ Keys cognito.Keys }{*cognitotest.Keys()}} {
			if got := fmt.Sprintf(verb, value); !strings.Contains(got, "[redacted]") || len(got) > 80 {
				t.Errorf("%s: got %.80s, want [redacted]", verb, got)
			}
		}
	}
}

func TestGenerateKeysFailsWithoutRandomness(t *testing.T) {
	t.Parallel()
	if _, err := cognito.GenerateKeys(strings.NewReader("short")); err == nil {
		t.Error("got no error")
	}
}
