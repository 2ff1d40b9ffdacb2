package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"cognito-m2m/internal/printable"
	"cognito-m2m/internal/reach"
	"cognito-m2m/naming"
)

// clientsOptions are the flags of `m2m clients`.
type clientsOptions struct {
	target  targetOptions
	json    bool
	overdue bool
	refused bool
	names   []string // of clients, or patterns; none: all
	sort    string   // one of orders
	limit   int      // 0: no limit
	after   string   // the client before the first
	refuse  string
	allow   string
}

// statusOverdue is the exit status of `m2m clients --overdue` if there are any. It is none of those
// that a shell or cobra uses.
const statusOverdue = 3

const clientsHelp = `Lists each client with its app client id, its scopes, how old its secret is, when
the next rotation is due and whether the last one ended.

CLIENT is a name or a pattern such as 'partner-*'; without one, all clients are listed,
those of groups too. --limit lists so many, and says how to get those after them. In a
deployment only the clients that are listed are asked about, and Cognito answers a few
calls a second: 100 clients take about a minute. The order of --sort is by name; age has
the oldest secrets first, next the clients whose rotation is due first.

After the first deployment, or the first ` + "`m2m up`" + `, it also says how many first
rotations are left. Until its first rotation has ended, a client has no secret to read.

No value is read from Secrets Manager. Cognito's description of an app client (the
permission cognito-idp:DescribeUserPoolClient) contains a secret, which this command
ignores. Without that permission, the scopes are shown as -, and the rest as usual.

--overdue lists only the clients whose secret is not rotated as it should be: the
rotation is late, does not end, never ran or is turned off, or someone has deleted
the secret. It finds what no alarm finds, such as a rotation function that can't be
called.

--refuse has the function authorizer (api.authorizer: function) let a client in no
more, whatever token it has, until --allow. It takes effect within 30 seconds and
the time for which the API remembers an answer (ttl). The client can still get
tokens as long as its app client exists. Give the id of an app client that is gone.
A later --refuse or --allow takes clients off the list whose app client has been
gone for more than 24 hours, the longest life of a token. --refused lists who is on
it. They need the permissions ssm:GetParametersByPath, PutParameter and DeleteParameter for the list's parameters,
and cognito-idp:ListUserPoolClientSecrets. With cognito-idp:ListUserPoolClients, a list
of more than 20 is tidied with a few calls, instead of one for each.

Exit status:
  0  the clients were listed; with --overdue, there are none
  1  they could not be listed
  3  with --overdue, there are some`

const clientsExamples = `  m2m clients
  m2m clients --env prod --deployed
  m2m clients --env prod --deployed --overdue
  m2m clients 'partner-*' --sort age --limit 20
  m2m clients --env prod --deployed --refuse acme
  m2m clients --env prod --deployed --allow acme
  m2m clients --env prod --deployed --refused
  m2m clients --json | jq -r '.clients[] | select(.state != "current") | .client'`

func (c *command) clients(cmd *cobra.Command) {
	var o clientsOptions
	cmd.Long, cmd.Example, cmd.Args = clientsHelp, clientsExamples, cobra.ArbitraryArgs
	cmd.ValidArgsFunction = completeClient(&o.target)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		o.names = args
		if err := cmp.Or(o.check(), o.checkRefusal(cmd.Flags().Changed)); err != nil {
			return err
		}
		if o.refuse+o.allow != "" {
			return o.target.plain(c.refuseClient(cmd.Context(), o))
		}
		if o.refused {
			return o.target.plain(c.listRefused(cmd.Context(), o))
		}
		return o.target.plain(c.listClients(cmd.Context(), o))
	}
	o.target.register(cmd)
	cmd.Flags().BoolVar(&o.json, "json", false, "print one JSON object")
	cmd.Flags().BoolVar(&o.overdue, "overdue", false, "list only the clients whose secret is not rotated as it should be")
	cmd.Flags().StringVar(&o.sort, "sort", byName, "name, age or next")
	cmd.Flags().IntVar(&o.limit, "limit", 0, "list at most so many clients (default all)")
	cmd.Flags().StringVar(&o.after, "after", "", "begin after this client")
	offer(cmd, "sort", cobra.FixedCompletions([]cobra.Completion{byName, byAge, byNext}, cobra.ShellCompDirectiveNoFileComp))
	offer(cmd, "limit", cobra.NoFileCompletions)
	offer(cmd, "after", completeClient(&o.target))
	cmd.Flags().StringVar(&o.refuse, "refuse", "", "have the function authorizer refuse the client of this `NAME` or id")
	cmd.Flags().StringVar(&o.allow, "allow", "", "take the client of this `NAME` or id off the list of refused clients")
	cmd.Flags().BoolVar(&o.refused, "refused", false, "list the clients that the function authorizer refuses")
	cmd.MarkFlagsMutuallyExclusive("refuse", "allow", "overdue", "refused")
	offer(cmd, "refuse", completeClient(&o.target))
	offer(cmd, "allow", completeClient(&o.target))
	for _, flag := range []string{"refuse", "allow", "refused"} {
		for _, other := range []string{"sort", "limit", "after"} {
			cmd.MarkFlagsMutuallyExclusive(flag, other)
		}
	}
}

func (c *command) listClients(ctx context.Context, o clientsOptions) error {
	t, err := o.target.open(ctx)
	if err != nil {
		return err
	}
	list, err := c.chooseClients(ctx, t, o)
	if err != nil {
		return err
	}
	if err := c.printClients(o, list); err != nil {
		return err
	}
	if o.overdue && len(list.clients) > 0 {
		return exitStatus(statusOverdue)
	}
	return nil
}

// clientList is what is printed.
type clientList struct {
	target  *reach.Target
	clients []reach.Client
	now     time.Time
	flags   string // those of targetOptions, for commands to paste
	left    int    // clients that --limit leaves out

	firstRotations int // that are left, of all clients
}

func (c *command) printClients(o clientsOptions, list clientList) error {
	switch {
	case o.json:
		return json.NewEncoder(c.stdout).Encode(list.describe())
	case len(list.clients) == 0 && o.overdue:
		c.speech.say("Every secret of %s is rotated as it should be.", list.target)
		return nil
	case len(list.clients) == 0:
		c.speech.say("%s has no clients.", list.target)
		return nil
	}
	if o.overdue {
		for _, late := range list.clients {
			c.speech.say("overdue: the secret of %s: %s", late.Name, late.Overdue(list.now))
		}
	}
	if err := list.write(c.stdout); err != nil {
		return err
	}
	if list.left > 0 {
		c.speech.say("%s", o.rest(list))
	}
	if list.firstRotations > 0 {
		c.speech.say("First rotations that are left, of all clients: %d", list.firstRotations)
	}
	return nil
}

// clientsDescription is the JSON form of `m2m clients`: keys are added, never renamed.
type clientsDescription struct {
	Env      string              `json:"env"`
	Deployed bool                `json:"deployed"`
	Region   string              `json:"region"`
	Clients  []clientDescription `json:"clients"`
	Left     int                 `json:"left,omitempty"` // clients that --limit leaves out
	// FirstRotationsLeft is how many of all clients still wait for the end of their first rotation.
	FirstRotationsLeft int `json:"first_rotations_left"`
}

// clientDescription has null for what is not known.
type clientDescription struct {
	Client              string              `json:"client"`
	ClientID            string              `json:"client_id"`
	Scopes              []string            `json:"scopes"`
	AccessTokenValidity *int64              `json:"access_token_validity"` // seconds
	State               reach.State         `json:"state"`
	RotatedAt           *time.Time          `json:"rotated_at"`
	NextRotation        *time.Time          `json:"next_rotation"`
	RotationEveryDays   int                 `json:"rotation_every_days"`
	UnfinishedSince     *time.Time          `json:"unfinished_since"`
	Secrets             []secretDescription `json:"secrets"` // those that work, the oldest first
	Overdue             *string             `json:"overdue"` // why the secret is not rotated as it should be
}

type secretDescription struct {
	ClientSecretID string     `json:"client_secret_id"`
	CreatedAt      *time.Time `json:"created_at"`
}

func (l clientList) describe() clientsDescription {
	t := l.target
	d := clientsDescription{Env: t.Env, Deployed: t.Deployed(), Region: t.Region, Clients: []clientDescription{}, Left: l.left, FirstRotationsLeft: l.firstRotations}
	for _, c := range l.clients {
		described := clientDescription{
			Client:              c.Name,
			ClientID:            c.ID,
			Scopes:              c.Scopes,
			AccessTokenValidity: wholeSeconds(c.AccessTokenValidity),
			State:               c.State,
			RotatedAt:           utc(c.RotatedAt),
			NextRotation:        utc(c.NextRotation),
			RotationEveryDays:   c.EveryDays,
			UnfinishedSince:     utc(c.UnfinishedSince),
			Overdue:             known(c.Overdue(l.now)),
			Secrets:             []secretDescription{},
		}
		for _, s := range c.Secrets {
			described.Secrets = append(described.Secrets, describeSecret(s))
		}
		d.Clients = append(d.Clients, described)
	}
	return d
}

func describeSecret(s reach.LiveSecret) secretDescription {
	return secretDescription{ClientSecretID: s.ID, CreatedAt: utc(s.Created)}
}

// utc is a time in UTC, nil if there is none.
func utc(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// known is text, nil if there is none.
func known(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// wholeSeconds is a duration in seconds, nil if it is not known.
func wholeSeconds(d time.Duration) *int64 {
	if d == 0 {
		return nil
	}
	return new(int64(d / time.Second))
}

func (l clientList) write(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "CLIENT\tID\tSCOPES\tSECRET AGE\tNEXT ROTATION\tSTATE")
	for _, c := range l.clients {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n",
			printable.Text(c.Name), orDash(printable.Text(c.ID)), orDash(printable.Text(strings.Join(c.Scopes, " "))), secretAge(c, l.now), nextRotation(c, l.now), printable.Text(l.stateText(c)))
	}
	return table.Flush()
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

func secretAge(c reach.Client, now time.Time) string {
	if c.RotatedAt.IsZero() {
		return "-"
	}
	return printable.Duration(now.Sub(c.RotatedAt))
}

func nextRotation(c reach.Client, now time.Time) string {
	switch {
	case c.NextRotation.IsZero():
		return "-"
	case c.NextRotation.Before(now):
		return "overdue since " + c.NextRotation.UTC().Format(time.DateOnly)
	}
	return "by " + c.NextRotation.UTC().Format(time.DateOnly)
}

// stateText is the state for a person, with what to do about it.
func (l clientList) stateText(c reach.Client) string {
	rotate := fmt.Sprintf("`m2m rotate %s%s`", c.Name, l.flags)
	unfinished := fmt.Sprintf("rotation unfinished for %s: if it does not end, `m2m rotate %s%s --resume`", printable.Duration(l.now.Sub(c.UnfinishedSince)), c.Name, l.flags)
	switch c.State {
	case reach.Current:
		if len(c.Secrets) > 1 {
			return "current; the previous secret still works"
		}
		return "current"
	case reach.NotRotated:
		if c.PendingVersion != "" {
			return "not rotated yet; " + unfinished
		}
		return "not rotated yet: " + rotate
	case reach.RotationUnfinished:
		return unfinished
	case reach.RotationOff:
		return c.State.Fault()
	case reach.SecretUndecided:
		return "its rotation has stopped: " + undecidedText + "; " + undecidedHint(c.Name, l.flags)
	case reach.AppClientReplaced:
		return c.State.Fault() + ": " + rotate
	case reach.AppClientGone:
		return c.State.Fault() + ": deploy again"
	case reach.SecretGone:
		return fmt.Sprintf("its secret was deleted: `aws secretsmanager restore-secret --secret-id %s`; if it can't be restored, give the client another name and deploy", naming.Secret(l.target.Env, c.Name))
	}
	return string(c.State)
}

// refusingDescription is the JSON form of `m2m clients --refuse` and `--allow`: keys are added,
// never renamed.
type refusingDescription struct {
	Env      string   `json:"env"`
	Deployed bool     `json:"deployed"`
	ClientID string   `json:"client_id"`
	Refused  bool     `json:"refused"` // from now on
	Changed  bool     `json:"changed"` // false: it was so before
	Exists   bool     `json:"exists"`  // the app client, which can get tokens
	Removed  []string `json:"removed"` // ids of other clients that are gone for so long that no token of theirs is left
}

// openRefused opens a target whose API has a list of refused clients.
func (o clientsOptions) openRefused(ctx context.Context) (*reach.Target, error) {
	environment, err := environmentFile(o.target.env)
	if err == nil && environment != nil && environment.API.Authorizer == nil {
		return nil, withHint(fmt.Errorf("the API of %s has no function authorizer, which alone reads the list of refused clients", o.target.env),
			"write `authorizer: function` under `api` and deploy, or remove the client: see docs/many-clients.md")
	}
	return o.target.open(ctx)
}

// refusedDescription is the JSON form of `m2m clients --refused`: keys are added, never renamed.
type refusedDescription struct {
	Env      string          `json:"env"`
	Deployed bool            `json:"deployed"`
	Region   string          `json:"region"`
	Refused  []refusedClient `json:"refused"`
}

// refusedClient has null for what is not known.
type refusedClient struct {
	Client    *string    `json:"client"` // null: there is no client with this app client any more
	ClientID  string     `json:"client_id"`
	RefusedAt *time.Time `json:"refused_at"`
}

// listRefused prints the list of clients that the function authorizer refuses.
func (c *command) listRefused(ctx context.Context, o clientsOptions) error {
	t, err := o.openRefused(ctx)
	if err != nil {
		return err
	}
	refused, err := t.Refused(ctx)
	if err != nil {
		return err
	}
	d := refusedDescription{Env: t.Env, Deployed: t.Deployed(), Region: t.Region, Refused: []refusedClient{}}
	for _, r := range refused {
		d.Refused = append(d.Refused, refusedClient{Client: known(r.Name), ClientID: r.ClientID, RefusedAt: utc(r.Since)})
	}
	if o.json {
		return json.NewEncoder(c.stdout).Encode(d)
	}
	if len(refused) == 0 {
		c.speech.say("%s refuses no client.", t)
		return nil
	}
	table := tabwriter.NewWriter(c.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "CLIENT\tID\tREFUSED SINCE")
	for _, r := range refused {
		since := "-"
		if !r.Since.IsZero() {
			since = r.Since.UTC().Format(time.DateTime)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\n", orDash(printable.Text(r.Name)), printable.Text(r.ClientID), since)
	}
	return table.Flush()
}

// refuseClient puts a client on the list of those that the function authorizer refuses, or takes it
// off.
func (c *command) refuseClient(ctx context.Context, o clientsOptions) error {
	t, err := o.openRefused(ctx)
	if err != nil {
		return err
	}
	var done *reach.Refusing
	if o.refuse != "" {
		done, err = t.Refuse(ctx, o.refuse)
	} else {
		done, err = t.Allow(ctx, o.allow)
	}
	if done == nil {
		return err
	}
	if err != nil {
		return withHint(fmt.Errorf("%s of %s: the list is changed, but other entries could not be looked at: %w", done.ClientID, t, o.target.plain(err)),
			"run it again when that is repaired, to tidy the list")
	}
	slices.Sort(done.Removed)
	if o.json {
		return json.NewEncoder(c.stdout).Encode(refusingDescription{
			Env: t.Env, Deployed: t.Deployed(), ClientID: done.ClientID, Refused: o.refuse != "", Changed: done.Changed, Exists: done.Exists,
			Removed: append([]string{}, done.Removed...),
		})
	}
	c.sayRefusing(o, t, done)
	return nil
}

func (c *command) sayRefusing(o clientsOptions, t *reach.Target, done *reach.Refusing) {
	client := printable.Text(done.ClientID)
	if name := o.refuse + o.allow; name != done.ClientID {
		client = fmt.Sprintf("%s (%s)", printable.Text(name), client)
	}
	switch {
	case o.allow != "" && done.Changed:
		c.speech.say("%s of %s is allowed again. The API follows within 30 seconds and the time for which it remembers an answer (ttl).", client, t)
	case o.allow != "":
		c.speech.say("%s of %s was not refused.", client, t)
	case done.Changed:
		c.speech.say("%s of %s is refused. The API follows within 30 seconds and the time for which it remembers an answer (ttl).", client, t)
	default:
		c.speech.say("%s of %s was refused already.", client, t)
	}
	if o.refuse != "" && done.Exists {
		c.speech.say("It can still get tokens, which the API refuses, because its app client exists.")
	}
	if len(done.Removed) > 0 {
		c.speech.say("Taken off the list, because they have been gone for longer than a token lives: %s.", printable.Text(strings.Join(done.Removed, ", ")))
	}
}

// checkRefusal refuses a name that is none.
func (o clientsOptions) checkRefusal(given func(flag string) bool) error {
	if o.refused && len(o.names) > 0 {
		return withHint(errors.New("--refused lists all refused clients, and there is another argument"), "leave out %s", printable.Text(strings.Join(o.names, " ")))
	}
	for _, flag := range []string{"refuse", "allow"} {
		if given(flag) && o.refuse+o.allow == "" {
			return withHint(errors.New("--"+flag+" needs the name of a client or the id of its app client"), "`m2m clients%s` lists them", o.target.flags())
		}
		if given(flag) && len(o.names) > 0 {
			return withHint(errors.New("--"+flag+" takes one client, and there is another argument"), "leave out %s", printable.Text(strings.Join(o.names, " ")))
		}
	}
	return nil
}
