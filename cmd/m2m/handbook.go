package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"cognito-m2m/internal/handbook"
	"cognito-m2m/internal/nearest"
	"cognito-m2m/internal/offering"
	"cognito-m2m/internal/openapi"
	"cognito-m2m/internal/run"
)

// offerOptions are the flags that say what is described: an environment and its assembly.
type offerOptions struct {
	target   targetOptions
	assembly string
}

func (o *offerOptions) register(cmd *cobra.Command) {
	o.target.register(cmd)
	assemblyFlag(cmd, &o.assembly, "folder of the cloud assembly to describe (default: that of the local run; with --deployed cdk.out in the project)")
}

const openapiHelp = `Prints an OpenAPI 3.1 document of the API: paths, methods, path parameters, which
scopes a token needs (one of them suffices), and the answers 401, 403 and 429 as API
Gateway gives them. What the functions take and answer is not in the templates, and
so left open. A route's ` + "`description`" + ` in the environment file is its text here.

ANY becomes the methods that have no route of their own, a greedy {name+} a parameter
that takes the rest of the path, and $default the path /{path}. The field x-route-key
names the route that an operation comes from.

With --assembly and without --deployed, no request is made: the addresses then have
made-up parts, and the document says so.`

const openapiExamples = `  m2m openapi > openapi.yaml
  m2m openapi --json --env prod --deployed
  m2m openapi --assembly cdk.out --env prod`

func (c *command) openapi(cmd *cobra.Command) {
	var o offerOptions
	var asJSON bool
	cmd.Long, cmd.Example, cmd.Args = openapiHelp, openapiExamples, takes("m2m openapi --env prod")
	cmd.ValidArgsFunction = cobra.NoFileCompletions
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return o.target.plain(c.printOpenAPI(cmd.Context(), o, asJSON))
	}
	o.register(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON, not YAML")
}

func (c *command) printOpenAPI(ctx context.Context, o offerOptions, asJSON bool) error {
	offered, err := o.read(ctx)
	if err != nil {
		return err
	}
	document, err := openapi.Describe(offered)
	if err != nil {
		return err
	}
	write := document.WriteYAML
	if asJSON {
		write = document.WriteJSON
	}
	if err := write(c.stdout); err != nil {
		return fmt.Errorf("writing the document: %w", err)
	}
	return nil
}

const handbookHelp = `Prints what whoever calls the API needs: addresses, scopes and what they allow,
routes, how long a token lives, what 401, 403 and 429 mean and what to do, how secrets
are replaced, limits, and code for curl, Go, Python, JavaScript and Java that works as
it stands. Without CLIENT it is for all clients of the environment; with CLIENT it has
only what concerns that one, and can be given to a partner.

No secret is in it: the code takes the secret from the environment. The client id is in
it, which is no secret. With --deployed it is found with cloudformation:DescribeStacks on
the environment's stacks and secretsmanager:ListSecrets.

With --assembly and without --deployed, no request is made: the addresses then have
made-up parts, and ids are left out.`

const handbookExamples = `  m2m handbook reader > reader.md
  m2m handbook acme --html --env prod --deployed > acme.html
  m2m handbook --assembly cdk.out --env prod`

func (c *command) handbook(cmd *cobra.Command) {
	var o offerOptions
	var asHTML bool
	cmd.Long, cmd.Example, cmd.Args = handbookHelp, handbookExamples, atMostOneClient
	cmd.ValidArgsFunction = completeClient(&o.target)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		name := ""
		if len(args) == 1 {
			name = args[0]
		}
		return o.target.plain(c.printHandbook(cmd.Context(), o, name, asHTML))
	}
	o.register(cmd)
	cmd.Flags().BoolVar(&asHTML, "html", false, "print one HTML page that needs nothing else, not Markdown")
}

func atMostOneClient(_ *cobra.Command, args []string) error {
	if len(args) > 1 || len(args) == 1 && args[0] == "" {
		return withHint(fmt.Errorf("handbook takes one CLIENT or none: got %d", len(args)), "for example: m2m handbook reader")
	}
	return nil
}

func (c *command) printHandbook(ctx context.Context, o offerOptions, name string, asHTML bool) error {
	offered, err := o.read(ctx)
	if err != nil {
		return err
	}
	if _, known := offered.Client(name); name != "" && !known {
		return withHint(fmt.Errorf("%s has no client %q", offered.Environment, name), "%s", someClients(name, offered.Names()))
	}
	write := handbook.Markdown
	if asHTML {
		write = handbook.HTML
	}
	page, err := write(offered, name)
	if err != nil {
		return err
	}
	if _, err := c.stdout.Write(page); err != nil {
		return fmt.Errorf("writing the handbook: %w", err)
	}
	return nil
}

// someClients names the client that was probably meant, or the first ones.
func someClients(meant string, names []string) string {
	const few = 10
	if near := nearest.Word(meant, names); near != "" {
		return fmt.Sprintf("did you mean `m2m handbook %s`?", near)
	}
	if len(names) == 0 {
		return "add one to the environment file"
	}
	named, left := first(names, few)
	list := strings.Join(named, ", ")
	if left > 0 {
		list += fmt.Sprintf(" and %d more", left)
	}
	return "its clients are " + list
}

// read reads what the environment offers: of the local run or the deployment with its addresses and
// ids, with --assembly alone what the assembly says.
func (o offerOptions) read(ctx context.Context) (*offering.Offer, error) {
	name := run.Name(o.target.env)
	if o.assembly != "" && !o.target.deployed {
		return offering.Read(o.assembly, name, offering.Known{})
	}
	t, err := o.target.open(ctx)
	if err != nil {
		return nil, err
	}
	dir, err := o.target.assembly(o.assembly)
	if err != nil {
		return nil, err
	}
	known := offering.Known{Region: t.Region, Local: !t.Deployed()}
	if known.APIURL, err = t.APIURL(ctx); err != nil {
		return nil, err
	}
	if known.TokenEndpoint, err = t.TokenEndpoint(ctx); err != nil {
		return nil, err
	}
	if known.ClientIDs, err = t.ClientIDs(ctx); err != nil {
		return nil, err
	}
	return offering.Read(dir, name, known)
}
