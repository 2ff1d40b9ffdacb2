package cognito_test

import (
	"io"
	"strings"
	"testing"
	"time"

	"cognito-m2m/internal/cognito"
)

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		edit func(*cognito.Config)
		want string
	}{
		{"malformed pool id", func(c *cognito.Config) { c.UserPool.ID = "pool" }, `user pool id "pool"`},
		{"pool id with a slash", func(c *cognito.Config) { c.UserPool.ID = "a/b_1" }, `user pool id "a/b_1"`},
		{"no region", func(c *cognito.Config) { c.UserPool.Region = "" }, "user pool region"},
		{"issuer without scheme", func(c *cognito.Config) { c.UserPool.Issuer = "cognito-idp/pool" }, "user pool issuer"},
		{"no keys", func(c *cognito.Config) { c.Keys = nil }, "GenerateKeys"},
		{"empty keys", func(c *cognito.Config) { c.Keys = &cognito.Keys{} }, "GenerateKeys"},
		{"no base URL", func(c *cognito.Config) { c.BaseURL = "" }, "base URL"},
		{"base URL with a path", func(c *cognito.Config) { c.BaseURL = "http://127.0.0.1:1/pool" }, "path"},
		{"resource server twice", func(c *cognito.Config) { c.ResourceServers[1].Identifier = "test-api" }, `"test-api": there are two`},
		{"client twice", func(c *cognito.Config) { c.Clients[1].ID = readerID }, "there are two"},
		{"malformed client id", func(c *cognito.Config) { c.Clients[0].ID = "a-b" }, `app client "reader": id`},
		{"three secrets", func(c *cognito.Config) {
			c.Clients[0].Secrets = append(c.Clients[0].Secrets, secretsOf(writerID, writerSecret)...)
		}, "at most two secrets"},
		{"short secret", func(c *cognito.Config) { c.Clients[0].Secrets = secretsOf(readerID, "short") }, "24 to 64"},
		{"client_credentials without a secret", func(c *cognito.Config) { c.Clients[0].Secrets = nil }, "needs a client secret"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			config := baseConfig(io.Discard)
			c.edit(&config)
			_, err := cognito.New(config)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
		})
	}
}

func TestNewNamesEveryProblemAndNoSecret(t *testing.T) {
	t.Parallel()
	const bad = "bad secret with spaces in it"
	config := baseConfig(io.Discard)
	config.BaseURL = ""
	config.Clients[0].Secrets = secretsOf(readerID, bad)
	config.Clients[1].Secrets = nil
	_, err := cognito.New(config)
	if err == nil {
		t.Fatal("got no error")
	}
	for _, want := range []string{"base URL", `"reader"`, `"writer"`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q in it", err, want)
		}
	}
	if strings.Contains(err.Error(), bad) {
		t.Error("the error shows a secret")
	}
}

func TestServerKeepsItsOwnCopyOfTheConfig(t *testing.T) {
	t.Parallel()
	var writer cognito.Client
	p := startPool(t, func(c *cognito.Config) { writer = c.Clients[1] })
	writer.AllowedOAuthScopes[0], writer.AllowedOAuthFlows[0] = "test-api/read", "code"
	if got := verify(t, p, p.token(t, writerID, writerSecret, ""))["scope"]; got != "test-api/write" {
		t.Errorf("scope after the caller changed its slices: got %v, want test-api/write", got)
	}
}

func TestZeroConfigFieldsHaveDefaults(t *testing.T) {
	t.Parallel()
	p := startPool(t, func(c *cognito.Config) { c.Now, c.Rand, c.Log = nil, nil, nil })
	earliest := time.Now().Add(-time.Minute).Unix()
	if got := verify(t, p, p.token(t, readerID, readerSecret, ""))["iat"].(float64); int64(got) < earliest {
		t.Errorf("iat: got %v, want now", got)
	}
}
