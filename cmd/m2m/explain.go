package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"cognito-m2m/internal/access"
	"cognito-m2m/internal/explain"
	"cognito-m2m/internal/jwtauth"
	"cognito-m2m/internal/reach"
	"cognito-m2m/internal/run"
	"cognito-m2m/internal/userpool"
)

// statusUndecided is the exit status of `m2m explain` if it can't be decided whether the token
// would be accepted.
const statusUndecided = 2

// explainOptions are the flags of `m2m explain`.
type explainOptions struct {
	target   targetOptions
	assembly string
	route    string
	json     bool
}

const explainHelp = `API Gateway answers 401 and 403 without saying why. This command makes the checks
of its JWT authorizer or of the function authorizer (form, header, issuer, signature,
client, times, scope), says for each what it found and what to change, and ends with
the verdict. A function's refusals are all 403.

Without TOKEN, or with -, the token is read from stdin and so kept out of the
shell's history. "Bearer" before it, or a whole header line as curl takes and shows
it, is fine. The token is sent nowhere, and neither it nor a secret is shown.
The command lists the clients' secrets, without their values, and fetches the user
pool's public keys.

With --assembly and without --deployed, no request is made: signature, issuer and
client are then not checked.

Exit status:
  0  the token would be accepted, without --route by at least one route
  1  it would be refused
  2  this can't be decided`

const explainExamples = `  m2m token reader | m2m explain --route "GET /test_jwt/read"
  pbpaste | m2m explain - --env prod --deployed
  m2m explain --assembly cdk.out --route "GET /orders/7" < token.txt`

func (c *command) explain(cmd *cobra.Command) {
	var o explainOptions
	cmd.Long, cmd.Example, cmd.Args = explainHelp, explainExamples, cobra.ArbitraryArgs
	cmd.ValidArgsFunction = cobra.NoFileCompletions
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		err := c.explainToken(cmd.Context(), o, args, cmd.InOrStdin())
		if _, concluded := errors.AsType[exitStatus](err); err == nil || concluded {
			return err
		}
		c.speech.failure(o.target.plain(err))
		return exitStatus(statusUndecided)
	}
	o.target.register(cmd)
	assemblyFlag(cmd, &o.assembly, expectedAssembly)
	cmd.Flags().StringVar(&o.route, "route", "", `the request: method and path, or a route key ("GET /orders/7")`)
	cmd.Flags().BoolVar(&o.json, "json", false, "print one JSON object")
}

func (c *command) explainToken(ctx context.Context, o explainOptions, args []string, stdin io.Reader) error {
	pasted, err := c.readToken(ctx, args, stdin)
	if err != nil {
		return err
	}
	known, err := o.config(ctx)
	if err != nil {
		return err
	}
	report, err := explain.Explain(pasted, *known)
	if err != nil {
		return withHint(err, "name the route with --route")
	}
	if o.json {
		err = json.NewEncoder(c.stdout).Encode(report)
	} else {
		err = report.WriteText(c.stdout)
	}
	if err != nil {
		return fmt.Errorf("writing the explanation: %w", err)
	}
	switch report.Status {
	case http.StatusOK:
		return nil
	case 0:
		return exitStatus(statusUndecided)
	}
	return exitStatus(1)
}

// readToken is what was pasted. Words that the shell has parted are put together again: Bearer and
// the token.
func (c *command) readToken(ctx context.Context, args []string, stdin io.Reader) (string, error) {
	if len(args) > 0 && (len(args) > 1 || args[0] != "-") {
		return strings.Join(args, " "), nil
	}
	if isTerminal(stdin) {
		c.speech.say("Paste the token, then press Enter and Ctrl-D.")
	}
	const longest = 1 << 20 // far above what API Gateway reads, 10,240 bytes of headers
	raw, err := readAll(ctx, stdin, longest)
	if err != nil {
		return "", fmt.Errorf("reading stdin: %w", err)
	}
	return string(raw), nil
}

// config is what is known about the environment: with --assembly alone, what the assembly says.
func (o explainOptions) config(ctx context.Context) (*explain.Config, error) {
	c := &explain.Config{Route: o.route, Flags: o.target.flags()}
	var err error
	if o.assembly != "" && !o.target.deployed {
		c.NoKeys = "not checked with --assembly"
		c.Environment, err = access.Read(o.assembly, run.Name(o.target.env), access.IDs{})
		return c, err
	}
	t, err := o.target.open(ctx)
	if err != nil {
		return nil, err
	}
	dir, err := o.target.assembly(o.assembly)
	if err != nil {
		return nil, err
	}
	pool, keysAt, err := o.userPool(ctx, t)
	if err != nil {
		return nil, err
	}
	ids := access.IDs{Region: t.Region, UserPoolID: pool}
	if ids.Clients, err = t.ClientIDs(ctx); err != nil {
		return nil, err
	}
	if c.Environment, err = access.Read(dir, run.Name(o.target.env), ids); err != nil {
		return nil, err
	}
	if keysAt == "" {
		keysAt = userpool.JWKSURL(c.Environment.Issuer())
	}
	fetchKeys(ctx, keysAt, c)
	return c, nil
}

// fetchKeys gets the user pool's keys, and what its clock says. Without them the explanation says
// so.
func fetchKeys(ctx context.Context, location string, c *explain.Config) {
	const timeout = 5 * time.Second
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	keys, served, err := jwtauth.FetchKeys(ctx, http.DefaultClient, location)
	if err != nil {
		c.NoKeys = err.Error()
		return
	}
	c.Keys = keys
	if !served.IsZero() {
		c.Ahead = time.Until(served)
	}
}

// userPool is the id of the user pool, and of a local run where its keys are.
func (o explainOptions) userPool(ctx context.Context, t *reach.Target) (id, keysAt string, err error) {
	if t.Deployed() {
		id, err = t.UserPoolID(ctx)
		return id, "", err
	}
	found, err := run.Find(stateDir(o.target.state), o.target.env)
	if err != nil {
		return "", "", err
	}
	return found.UserPoolID, found.JWKSURI, nil
}
