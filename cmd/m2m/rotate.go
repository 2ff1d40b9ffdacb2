package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"cognito-m2m/internal/printable"
	"cognito-m2m/internal/reach"
	"cognito-m2m/naming"
)

// rotateOptions are the flags of `m2m rotate`.
type rotateOptions struct {
	target         targetOptions
	yes            bool
	resume         bool
	abandon        bool
	force          bool
	revokePrevious bool
	revokeOnly     bool
	json           bool
	timeout        time.Duration
}

func rotateCommand(stdout io.Writer, speech *speech) *cobra.Command {
	var o rotateOptions
	cmd := &cobra.Command{
		Use:   "rotate CLIENT",
		Short: "Give a client a new secret and watch until it is current",
		Long: `Starts a rotation of the client's secret and watches it until the new secret is
current. The secret before it works until the next rotation, so callers have time
to read the new one. Ctrl-C stops the watching; the rotation goes on.

A client has at most two secrets, so a rotation deletes the one before the present
one. While callers may still use that one (secrets.graceHours in the environment
file; 24 hours, or half of everyDays if that is less), a scheduled rotation fails
instead. This command then asks, and deletes it first.

--revoke-previous also deletes the secret that is current now, as soon as the new
one is. --revoke-only starts no rotation: it deletes the secret before the present
one, once callers have read the present one. Tokens issued with a deleted secret
stay valid until they expire.

A rotation that failed blocks the next one. --resume runs its steps again, with
the same new secret; --abandon gives it up and starts another. A rotation that
failed looks like one that still runs, so giving up one that was at work within the
last 5 minutes takes --force.`,
		Example: `  m2m rotate reader
  m2m rotate reader --env prod --deployed --yes --json
  m2m rotate reader --revoke-only        the secret before the current one leaked
  m2m rotate reader --revoke-previous    the current one leaked; no time to lose
  m2m rotate reader --resume             the last rotation did not end`,
		Args:              takes("m2m rotate reader", "CLIENT"),
		ValidArgsFunction: completeClient(&o.target),
		RunE: func(cmd *cobra.Command, args []string) error {
			r := &rotation{options: o, name: args[0], in: cmd.InOrStdin(), stdout: stdout, speech: speech}
			return o.target.plain(r.run(cmd.Context()))
		},
	}
	o.target.register(cmd)
	flags := cmd.Flags()
	flags.BoolVar(&o.yes, "yes", false, "do not ask")
	flags.BoolVar(&o.resume, "resume", false, "go on with the unfinished rotation")
	flags.BoolVar(&o.abandon, "abandon", false, "give the unfinished rotation up and start another")
	flags.BoolVar(&o.force, "force", false, "with --abandon: even if the rotation seems to be running")
	flags.BoolVar(&o.revokePrevious, "revoke-previous", false, "delete the secret before the new one as soon as the new one is current")
	flags.BoolVar(&o.revokeOnly, "revoke-only", false, "start no rotation: delete the secret before the current one")
	flags.BoolVar(&o.json, "json", false, "print one JSON object")
	flags.DurationVar(&o.timeout, "timeout", 0, "how long to watch (default 1m for the local run, 5m for a deployment)")
	cmd.MarkFlagsMutuallyExclusive("resume", "abandon", "revoke-only")
	cmd.MarkFlagsMutuallyExclusive("revoke-previous", "revoke-only")
	return cmd
}

// rotation is one run of `m2m rotate`.
type rotation struct {
	options rotateOptions
	name    string
	in      io.Reader
	stdout  io.Writer
	speech  *speech

	target *reach.Target
	client *reach.Client     // before anything was done
	spare  *reach.LiveSecret // what has to be deleted before the rotation; nil: nothing
}

// rotationDescription is the JSON form of `m2m rotate`: keys are added, never renamed.
type rotationDescription struct {
	Env            string             `json:"env"`
	Deployed       bool               `json:"deployed"`
	Client         string             `json:"client"`
	ClientID       string             `json:"client_id"`
	VersionID      string             `json:"version_id,omitempty"` // of the secret, that became current
	PreviousSecret *secretDescription `json:"previous_secret"`      // that still works; null if none does
	RevokedSecret  *secretDescription `json:"revoked_secret"`       // null if none was
	RevokedFirst   *secretDescription `json:"revoked_first"`        // before the rotation began, to make room; null if none was
}

func (r *rotation) run(ctx context.Context) (err error) {
	if r.target, err = r.options.target.open(ctx); err != nil {
		return err
	}
	if r.client, err = r.target.Client(ctx, r.name); err != nil {
		return err
	}
	if r.client.State == reach.AppClientGone {
		return withHint(fmt.Errorf("%s of %s has a secret and no app client", r.name, r.target), "deploy the environment again")
	}
	d := rotationDescription{Env: r.target.Env, Deployed: r.target.Deployed(), Client: r.name, ClientID: r.client.ID}
	if r.options.revokeOnly {
		err = r.revokeOnly(ctx, &d)
	} else {
		err = r.rotate(ctx, &d)
	}
	if err != nil || !r.options.json {
		return err
	}
	return json.NewEncoder(r.stdout).Encode(d)
}

func (r *rotation) rotate(ctx context.Context, d *rotationDescription) error {
	if err := r.checkUnfinished(); err != nil {
		return err
	}
	if err := r.checkRevocable(ctx); err != nil {
		return err
	}
	if err := r.findSpare(ctx); err != nil {
		return err
	}
	if err := r.confirm(ctx, r.question()); err != nil {
		return err
	}
	version, err := r.begin(ctx, d)
	if errors.Is(err, context.Canceled) {
		return withHint(fmt.Errorf("stopped while the rotation of %s was being started", r.name), "%s", r.later())
	}
	if err != nil {
		return err
	}
	if err := r.watch(ctx, version); err != nil {
		return err
	}
	d.VersionID = version
	if r.options.revokePrevious {
		return r.revokeReplaced(ctx, d)
	}
	return r.tellReplaced(ctx, d)
}

// tellReplaced says whether the secret before the new one works. No value is read
// for that: the rotation has ended, so the older of two is the one before.
func (r *rotation) tellReplaced(ctx context.Context, d *rotationDescription) error {
	now, err := r.target.Client(ctx, r.name)
	if err != nil {
		return withHint(fmt.Errorf("%s has its new secret; whether the one before it works is not known: %w", r.name, r.options.target.plain(err)),
			"`m2m clients%s` shows it", r.options.target.flags())
	}
	switch {
	case now.PendingVersion != "":
		r.speech.say("%s got its new secret. Another rotation has begun since.", r.name)
		return nil
	case len(now.Secrets) < 2:
		r.speech.say("%s has its new secret. No other secret of it works.", r.name)
		return nil
	}
	d.PreviousSecret = new(describeSecret(now.Secrets[0]))
	r.speech.say("%s has its new secret. The one before it works until the next rotation, or until\n  %s --revoke-only", r.name, r.command())
	return nil
}

// checkUnfinished holds --resume and --abandon against what there is.
func (r *rotation) checkUnfinished() error {
	unfinished, idle := r.client.PendingVersion != "", time.Since(r.client.UnfinishedSince)
	switch {
	case r.client.State == reach.SecretUndecided:
		return withHint(fmt.Errorf("a rotation of %s would stop: %s", r.name, undecidedText), "%s", undecidedWay(r.options.target, r.name))
	case r.options.force && !r.options.abandon:
		return withHint(errors.New("--force is only for giving up a rotation"), "add --abandon, or leave it out")
	case unfinished && r.options.abandon && !r.options.force && idle < reach.LongestStep:
		return withHint(fmt.Errorf("the rotation of %s was at work %s ago and seems to be running", r.name, printable.Duration(idle)),
			"wait; if %s says that it has failed: `%s --abandon --force`", r.log(), r.command())
	case unfinished && !r.options.resume && !r.options.abandon:
		return &hinted{
			error: fmt.Errorf("a rotation of %s has been unfinished for %s", r.name, printable.Duration(idle)),
			way:   r.options.target.unfinishedHint(r.name),
		}
	case !unfinished && r.options.resume:
		return withHint(fmt.Errorf("no rotation of %s is unfinished", r.name), "`%s` starts one", r.command())
	}
	return nil
}

// begin starts what the options say and returns the version that is made.
func (r *rotation) begin(ctx context.Context, d *rotationDescription) (version string, err error) {
	if r.options.resume {
		version, err = r.target.Resume(ctx, r.name)
		if err == nil && version == "" {
			return "", withHint(fmt.Errorf("the rotation of %s has ended meanwhile", r.name), "%s", r.later())
		}
		return version, err
	}
	if r.options.abandon && r.client.PendingVersion != "" {
		if err := r.target.Abandon(ctx, r.name, r.client.PendingVersion); err != nil {
			return "", err
		}
	}
	if err := r.makeRoom(ctx, d); err != nil {
		return "", err
	}
	return r.target.Rotate(ctx, r.name)
}

// watch tells how the rotation goes until its version is current.
func (r *rotation) watch(ctx context.Context, version string) error {
	limit := r.options.timeout
	if limit == 0 {
		limit = time.Minute
		if r.target.Deployed() {
			limit = 5 * time.Minute
		}
	}
	watching, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	r.speech.say("Rotating %s of %s: version %s", r.name, r.target, version)
	err := r.target.Watch(watching, r.name, version, func(labels []string) {
		r.speech.say("  %s", labelText(labels))
	})
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.Canceled):
		return withHint(fmt.Errorf("stopped watching: the rotation of %s goes on without this command", r.name), "%s", r.later())
	case errors.Is(err, context.DeadlineExceeded):
		return withHint(fmt.Errorf("the rotation of %s has not ended in %s, and its secret has not changed", r.name, limit),
			"%s says why; once repaired: `%s`, or --abandon", r.log(), r.resumption())
	case isProblem(err, reach.Abandoned):
		return r.withdrawn(ctx, err)
	}
	return withHint(fmt.Errorf("the rotation of %s goes on, but can't be watched: %w", r.name, r.options.target.plain(err)), "%s", r.later())
}

// withdrawn tells why the version has lost its label, as far as it shows.
func (r *rotation) withdrawn(ctx context.Context, err error) error {
	if now, failed := r.target.Client(ctx, r.name); failed == nil && now.State == reach.SecretUndecided {
		return withHint(fmt.Errorf("the rotation of %s has stopped: %s", r.name, undecidedText), "%s", undecidedWay(r.options.target, r.name))
	}
	return withHint(err, "%s says why, unless the rotation was given up; once repaired: `%s`", r.log(), r.command())
}

// resumption is the command that goes on with this rotation.
func (r *rotation) resumption() string {
	if r.options.revokePrevious {
		return r.command() + " --resume --revoke-previous"
	}
	return r.command() + " --resume"
}

// later is what is left to do when this command does not see the rotation's end.
func (r *rotation) later() string {
	text := fmt.Sprintf("`m2m clients%s` shows when it has ended", r.options.target.flags())
	if r.options.revokePrevious {
		text += fmt.Sprintf("; until then, and until `%s --revoke-only`, the secret before it WORKS", r.command())
	}
	return text
}

func isProblem(err error, problems ...reach.Problem) bool {
	told, ok := errors.AsType[*reach.Error](err)
	return ok && slices.Contains(problems, told.Problem)
}

// labelText is the staging labels of the version that is made, for a person.
func labelText(labels []string) string {
	if slices.Contains(labels, naming.CurrentLabel) {
		return naming.CurrentLabel + ": the new secret is current"
	}
	return naming.PendingLabel + ": the new secret is being made and tested"
}

// log is where the reason of a failed rotation stands.
func (r *rotation) log() string {
	if r.target.Deployed() && r.client.RotationFunction != "" {
		return "the log of the function " + r.client.RotationFunction
	}
	return "the output of `m2m up`"
}

// command is this command for the client and target, to be pasted.
func (r *rotation) command() string { return "m2m rotate " + r.name + r.options.target.flags() }

func (r *rotation) confirm(ctx context.Context, question string) error {
	if r.options.yes {
		return nil
	}
	return confirm(ctx, r.in, r.speech, question)
}

// question says what a rotation does to those who call with the secrets there are.
func (r *rotation) question() string {
	switch {
	case r.spare != nil:
		return r.spareQuestion()
	case r.client.State == reach.NotRotated && !r.options.resume:
		return fmt.Sprintf("Start the first rotation of %s of %s, which fills its secret?", r.name, r.target)
	case r.client.State == reach.AppClientReplaced:
		return fmt.Sprintf("Rotate the secret of %s of %s, whose credentials are older than its app client?", r.name, r.target)
	case r.options.revokePrevious:
		return fmt.Sprintf("Rotate the secret of %s of %s, and delete the present one at once?\nEvery caller that has not read the new secret then gets invalid_client.", r.name, r.target)
	case r.options.resume:
		return fmt.Sprintf("Run the steps of the unfinished rotation of %s of %s again?", r.name, r.target)
	case r.options.abandon:
		return fmt.Sprintf("Give up the unfinished rotation of %s of %s and start another?\nThe present secret goes on working.", r.name, r.target)
	case len(r.client.Secrets) > 1:
		return fmt.Sprintf("Rotate the secret of %s of %s?\nThe present secret goes on working; the one before it stops at once.", r.name, r.target)
	}
	return fmt.Sprintf("Rotate the secret of %s of %s?\nThe present secret goes on working until the rotation after this one.", r.name, r.target)
}
