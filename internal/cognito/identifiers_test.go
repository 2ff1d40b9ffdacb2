package cognito_test

import (
	"bytes"
	"crypto/rand"
	"regexp"
	"strings"
	"testing"

	"cognito-m2m/internal/cognito"
	"cognito-m2m/internal/userpool"
)

// Shorter than these patterns allow is possible and rarer than one in 2^60.
var (
	poolIDShape = regexp.MustCompile(`^ap-northeast-1_[0-9a-zA-Z]{9}$`)
	clientShape = regexp.MustCompile(`^[1-9a-v][0-9a-v]{12,25}$`)
	secretShape = regexp.MustCompile(`^[1-9a-v][0-9a-v]{38,51}$`)
)

func TestIdentifierShapes(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 500 {
		pool, poolErr := cognito.NewUserPoolID(rand.Reader, "ap-northeast-1")
		client, clientErr := cognito.NewClientID(rand.Reader)
		secret, secretErr := cognito.NewClientSecret(rand.Reader)
		if poolErr != nil || clientErr != nil || secretErr != nil {
			t.Fatal(poolErr, clientErr, secretErr)
		}
		if !poolIDShape.MatchString(pool) || !clientShape.MatchString(client) || !secretShape.MatchString(string(secret)) {
			t.Fatalf("got pool %s, client %s, secret of %d characters: not of AWS's shapes", pool, client, len(secret))
		}
		for _, made := range []string{pool, client, string(secret)} {
			if seen[made] {
				t.Fatal("made the same identifier twice")
			}
			seen[made] = true
		}
	}
}

func TestIdentifiersFromFixedBytes(t *testing.T) {
	t.Parallel()
	ones := func() *bytes.Reader { return bytes.NewReader(bytes.Repeat([]byte{0xff}, 64)) }
	// The first five bits are the first digit: zero, so it is not written.
	leadingZero := func() *bytes.Reader {
		return bytes.NewReader(append([]byte{0x07}, bytes.Repeat([]byte{0xff}, 63)...))
	}
	zeros := func() *bytes.Reader { return bytes.NewReader(make([]byte, 64)) }
	cases := []struct {
		name string
		make func() (string, error)
		want string
	}{
		{"client id, greatest", func() (string, error) { return cognito.NewClientID(ones()) }, strings.Repeat("v", 26)},
		{"client id, leading zero", func() (string, error) { return cognito.NewClientID(leadingZero()) }, strings.Repeat("v", 25)},
		{"secret, greatest", func() (string, error) { return plain(cognito.NewClientSecret(ones())) }, strings.Repeat("v", 52)},
		{"secret, leading zero", func() (string, error) { return plain(cognito.NewClientSecret(leadingZero())) }, strings.Repeat("v", 51)},
		{"user pool id keeps its length", func() (string, error) { return cognito.NewUserPoolID(zeros(), "us-east-1") }, "us-east-1_000000000"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := c.make()
			if err != nil || got != c.want {
				t.Errorf("got %s and error %v, want %s", got, err, c.want)
			}
			isClient, isSecret := strings.HasPrefix(c.name, "client id"), strings.HasPrefix(c.name, "secret")
			if isClient && !userpool.LooksLikeClientID(got) || isSecret && !userpool.IsSecret(got) {
				t.Errorf("%s is not recognized", got)
			}
		})
	}
}

func plain(secret cognito.Secret, err error) (string, error) { return string(secret), err }

func TestIdentifiersNeedRandomnessAndARegion(t *testing.T) {
	t.Parallel()
	short := func() *strings.Reader { return strings.NewReader("short") }
	if _, err := cognito.NewUserPoolID(short(), "us-east-1"); err == nil {
		t.Error("NewUserPoolID: got no error for a dry source")
	}
	if _, err := cognito.NewUserPoolID(rand.Reader, "US_East"); err == nil {
		t.Error("NewUserPoolID: got no error for a malformed region")
	}
	if _, err := cognito.NewClientID(short()); err == nil {
		t.Error("NewClientID: got no error for a dry source")
	}
	if _, err := cognito.NewClientSecret(short()); err == nil {
		t.Error("NewClientSecret: got no error for a dry source")
	}
}
