package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"cognito-m2m/internal/reach"
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

const rotateHelp = `Starts a rotation of the client's secret and watches it until the new secret is
current. The secret that was current becomes the previous one, and works until the
next rotation, so callers have time to read the new one. Ctrl-C stops the watching;
the rotation goes on.

A client has at most two secrets, so a rotation deletes the previous one. While
callers may still use it (secrets.graceHours in the environment file; 24 hours, or
half of everyDays if that is less), a scheduled rotation fails instead. This command
then asks, and deletes it first.

--revoke-previous also deletes the secret that is current now, as soon as the new
one is current. --revoke-only starts no rotation: it deletes the previous secret,
for when callers have read the current one. Tokens issued with a deleted secret stay
valid until they expire.

A rotation that failed blocks the next one. --resume runs its steps again, with
the same new secret; --abandon gives it up and starts another. A rotation that
failed looks like one that still runs, so giving up one that was at work within the
last 5 minutes takes --force.`

const rotateExamples = `  m2m rotate reader
  m2m rotate reader --env prod --deployed --yes --json
  m2m rotate reader --revoke-only        the previous secret leaked
  m2m rotate reader --revoke-previous    the current secret leaked; no time to lose
  m2m rotate reader --resume             the last rotation did not end`

func (c *command) rotate(cmd *cobra.Command) {
	var o rotateOptions
	cmd.Long, cmd.Example = rotateHelp, rotateExamples
	cmd.Args, cmd.ValidArgsFunction = takes("m2m rotate reader", "CLIENT"), completeClient(&o.target)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		r := &rotation{command: c, options: o, name: args[0], in: cmd.InOrStdin()}
		return o.target.plain(r.run(cmd.Context()))
	}
	o.target.register(cmd)
	flags := cmd.Flags()
	flags.BoolVar(&o.yes, "yes", false, "do not ask for confirmation")
	flags.BoolVar(&o.resume, "resume", false, "run the steps of the unfinished rotation again")
	flags.BoolVar(&o.abandon, "abandon", false, "give up the unfinished rotation and start another")
	flags.BoolVar(&o.force, "force", false, "with --abandon: even if the rotation seems to be running")
	flags.BoolVar(&o.revokePrevious, "revoke-previous", false, "delete the secret that is current now, as soon as the new one is current")
	flags.BoolVar(&o.revokeOnly, "revoke-only", false, "start no rotation: delete the previous secret")
	flags.BoolVar(&o.json, "json", false, "print one JSON object")
	flags.DurationVar(&o.timeout, "timeout", 0, "how long to watch (default 1m for the local run, 5m for a deployment)")
	cmd.MarkFlagsMutuallyExclusive("resume", "abandon", "revoke-only")
	cmd.MarkFlagsMutuallyExclusive("revoke-previous", "revoke-only")
}

// rotation is one run of `m2m rotate`. Package reach decides; this asks, and says what happens.
type rotation struct {
	*command

	options rotateOptions
	name    string
	in      io.Reader

	target *reach.Target
	client *reach.Client // before anything was done
	report rotationDescription
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
	if r.options.force && !r.options.abandon {
		return withHint(errors.New("--force is only for giving up a rotation"), "add --abandon, or leave it out")
	}
	if r.target, err = r.options.target.open(ctx); err != nil {
		return err
	}
	if r.client, err = r.target.Client(ctx, r.name); err != nil {
		return err
	}
	r.report = rotationDescription{Env: r.target.Env, Deployed: r.target.Deployed(), Client: r.name, ClientID: r.client.ID}
	if r.options.revokeOnly {
		err = r.revokeOnly(ctx)
	} else {
		err = r.rotateTo(ctx)
	}
	if err != nil || !r.options.json {
		return err
	}
	return json.NewEncoder(r.stdout).Encode(r.report)
}

// order is what the flags ask for.
func (o rotateOptions) order() reach.Order {
	return reach.Order{Resume: o.resume, Abandon: o.abandon, Force: o.force, RevokePrevious: o.revokePrevious, Grace: o.target.grace()}
}

// rotateTo rotates to a new secret.
func (r *rotation) rotateTo(ctx context.Context) error {
	plan, err := r.target.PlanRotation(ctx, r.client, r.options.order())
	if err != nil {
		return r.refused(err)
	}
	if err := r.confirm(ctx, r.question(plan)); err != nil {
		return err
	}
	if r.report.VersionID, err = r.begin(ctx, plan); err != nil {
		return err
	}
	if err := r.watch(ctx, plan); err != nil {
		return err
	}
	if r.options.revokePrevious {
		return r.revokeReplaced(ctx)
	}
	return r.sayReplaced(ctx)
}

func (r *rotation) begin(ctx context.Context, plan *reach.Plan) (version string, err error) {
	version, deleted, err := plan.Begin(ctx)
	if deleted != nil {
		r.report.RevokedFirst = new(describeSecret(*deleted))
		r.sayDeleted()
	}
	var ended *reach.Refusal
	switch {
	case errors.Is(err, context.Canceled):
		return "", withHint(fmt.Errorf("stopped while the rotation of %s was being started", r.name), "%s", r.later())
	case errors.As(err, &ended): // the plan has been made: only the end of the rotation to resume can come between
		return "", withHint(fmt.Errorf("the rotation of %s has ended meanwhile", r.name), "%s", r.later())
	}
	return version, err
}

// watch says how the rotation goes until its version is current.
func (r *rotation) watch(ctx context.Context, plan *reach.Plan) error {
	limit := cmp.Or(r.options.timeout, r.target.Patience())
	r.speech.say("Rotating %s of %s: version %s", r.name, r.target, r.report.VersionID)
	err := plan.Watch(ctx, r.report.VersionID, limit, func(labels []string) { r.speech.say("  %s", labelText(labels)) })
	var stopped *reach.Refusal
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.Canceled):
		return withHint(fmt.Errorf("stopped watching: the rotation of %s goes on without this command", r.name), "%s", r.later())
	case errors.Is(err, context.DeadlineExceeded):
		return withHint(fmt.Errorf("the rotation of %s has not ended in %s, and its secret has not changed", r.name, limit),
			"%s says why; once that is repaired, run `%s`, or --abandon", r.log(), r.resumption())
	case errors.As(err, &stopped):
		return withHint(fmt.Errorf("the rotation of %s has stopped: %s", r.name, undecidedText), "%s", undecidedHint(r.name, r.options.target.flags()))
	case reach.IsProblem(err, reach.Abandoned):
		return withHint(err, "%s says why, unless the rotation was given up; once that is repaired, run `%s`", r.log(), r.line())
	}
	return withHint(fmt.Errorf("the rotation of %s goes on, but can't be watched: %w", r.name, r.options.target.plain(err)), "%s", r.later())
}

// revokeOnly deletes the secret before the current one, without a rotation.
func (r *rotation) revokeOnly(ctx context.Context) error {
	previous, err := r.target.Previous(ctx, r.name)
	if err != nil {
		return r.refused(err)
	}
	if previous == nil {
		r.speech.say("%s of %s has no previous secret to delete.", r.name, r.target)
		return nil
	}
	if err := r.confirm(ctx, r.revokeQuestion(*previous)); err != nil {
		return err
	}
	return r.revoke(ctx, *previous)
}

// revokeReplaced deletes the secret that the rotation has replaced.
func (r *rotation) revokeReplaced(ctx context.Context) error {
	previous, err := r.target.Previous(ctx, r.name)
	if err == nil && previous == nil {
		r.speech.say("%s has its new secret. No other secret works.", r.name)
		return nil
	}
	if err == nil {
		err = r.revoke(ctx, *previous)
	}
	if err != nil {
		return withHint(fmt.Errorf("%s has its new secret; the previous one STILL WORKS: %w", r.name, r.options.target.plain(r.refused(err))),
			"once that is repaired, delete it with `%s --revoke-only`", r.line())
	}
	return nil
}

func (r *rotation) revoke(ctx context.Context, previous reach.LiveSecret) error {
	if err := r.target.Revoke(ctx, r.name, previous); err != nil {
		return err
	}
	r.report.RevokedSecret = new(describeSecret(previous))
	r.sayDeleted()
	return nil
}

// sayReplaced says whether the secret before the new one works.
func (r *rotation) sayReplaced(ctx context.Context) error {
	now, err := r.target.Client(ctx, r.name)
	if err != nil {
		return withHint(fmt.Errorf("%s has its new secret; whether the previous one works is not known: %w", r.name, r.options.target.plain(err)),
			"`m2m clients%s` shows it", r.options.target.flags())
	}
	previous := now.LeftOver()
	switch {
	case previous != nil:
		r.report.PreviousSecret = new(describeSecret(*previous))
		r.speech.say("%s has its new secret. The previous one works until the next rotation, or until\n  %s --revoke-only", r.name, r.line())
	case now.PendingVersion != "":
		r.speech.say("%s got its new secret. Another rotation has begun since.", r.name)
	default:
		r.speech.say("%s has its new secret. No other secret works.", r.name)
	}
	return nil
}

func (r *rotation) confirm(ctx context.Context, question string) error {
	if r.options.yes {
		return nil
	}
	return confirm(ctx, r.in, r.speech, question)
}
