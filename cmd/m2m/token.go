package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/spf13/cobra"
	"golang.org/x/oauth2"

	"cognito-m2m/client"
	"cognito-m2m/internal/reach"
)

// tokenOptions are the flags of `m2m token`.
type tokenOptions struct {
	target targetOptions
	access accessOptions
	json   bool
	header bool
}

// accessOptions are the flags of every command that gets a token.
type accessOptions struct {
	scopes []string
	cached bool
}

func (o *accessOptions) register(cmd *cobra.Command) {
	cmd.Flags().StringSliceVar(&o.scopes, "scope", nil, "ask for this scope alone, by its full name: test-api/read (repeatable; default: all scopes of the client)")
	cmd.Flags().BoolVar(&o.cached, "cached", false, "use the token that an earlier --cached command got, until it expires")
}

const tokenHelp = `Reads the client's credentials from Secrets Manager, asks the token endpoint for
an access token, and prints only the token.

AWS bills each token of a deployment. --cached keeps the token in a folder that only
you can read, below your system's cache folder. Later commands with --cached use it
until shortly before it expires.`

//nolint:gosec // G101: these are command lines
const tokenExamples = `  m2m token reader
  m2m token reader --scope test-api/read --json
  m2m token reader --header | curl -H @- http://127.0.0.1:4000/test_jwt
  m2m token reader --env prod --deployed --cached`

func (c *command) token(cmd *cobra.Command) {
	var o tokenOptions
	cmd.Long, cmd.Example, cmd.Args = tokenHelp, tokenExamples, takes("m2m token reader", "CLIENT")
	cmd.ValidArgsFunction = completeClient(&o.target)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return o.target.plain(c.printToken(cmd.Context(), o, args[0]))
	}
	o.target.register(cmd)
	o.access.register(cmd)
	cmd.Flags().BoolVar(&o.json, "json", false, "print one JSON object: access_token, token_type, expires_in, scope, client_id")
	cmd.Flags().BoolVar(&o.header, "header", false, "print the request header: Authorization: Bearer ...")
	cmd.MarkFlagsMutuallyExclusive("json", "header")
}

func (c *command) printToken(ctx context.Context, o tokenOptions, name string) error {
	t, err := o.target.open(ctx)
	if err != nil {
		return err
	}
	source, err := o.access.tokens(t, name, nil)
	if err != nil {
		return err
	}
	token, err := source.TokenContext(ctx)
	if err != nil {
		return accessError(err, name, o.target.flags())
	}
	switch {
	case o.json:
		return json.NewEncoder(c.stdout).Encode(describeToken(token)) //nolint:gosec // the token is what was asked for
	case o.header:
		_, err = fmt.Fprintf(c.stdout, "Authorization: Bearer %s\n", token.AccessToken)
	default:
		_, err = fmt.Fprintln(c.stdout, token.AccessToken)
	}
	return err
}

// tokens is where the tokens of a client of t come from; more, if it is not nil, changes the
// configuration of package client.
func (o accessOptions) tokens(t *reach.Target, name string, more func(*client.Config)) (*client.TokenSource, error) {
	c := client.Config{Credentials: t.Credentials(name), Scopes: o.scopes}
	if o.cached {
		dir, err := os.UserCacheDir()
		if err != nil {
			return nil, withHint(fmt.Errorf("finding the folder for --cached: %w", err), "leave out --cached")
		}
		c.CacheDir = filepath.Join(dir, "m2m", "tokens")
	}
	if more != nil {
		more(&c)
	}
	return client.NewTokenSource(c)
}

// tokenDescription is the JSON form of a token: keys are added, never renamed.
type tokenDescription struct {
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	ExpiresIn   int64  `json:"expires_in"` // seconds from now
	Scope       string `json:"scope,omitempty"`
	ClientID    string `json:"client_id,omitempty"`
}

// describeToken reads scope and client from the token itself: Cognito's answer does not name them.
// The token came from its issuer, so it is not verified.
func describeToken(token *oauth2.Token) tokenDescription {
	d := tokenDescription{
		AccessToken: token.AccessToken,
		TokenType:   token.TokenType,
		ExpiresIn:   int64(time.Until(token.Expiry).Seconds()),
	}
	var claims struct {
		Scope    string `json:"scope"`
		ClientID string `json:"client_id"`
	}
	parsed, err := jwt.ParseSigned(token.AccessToken, []jose.SignatureAlgorithm{jose.RS256})
	if err == nil && parsed.UnsafeClaimsWithoutVerification(&claims) == nil {
		d.Scope, d.ClientID = claims.Scope, claims.ClientID
	}
	return d
}
