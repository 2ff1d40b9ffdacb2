package main

import (
	"context"
	"fmt"
	"time"

	"cognito-m2m/internal/printable"
	"cognito-m2m/internal/reach"
)

// longestGrace is how long a rotation spares the secret that the last one replaced
// at the longest, unless the environment file says otherwise (lambda/rotate). A
// secret is deleted here as long as that, although half of everyDays may be less:
// the rotation would delete it all the same.
const longestGrace = 24 * time.Hour

// findSpare finds the secret that the rotation would spare and fail for. A
// rotation that is gone on with has made room, or tells why it does not.
func (r *rotation) findSpare(ctx context.Context) (err error) {
	replaced := r.client.Replaced()
	if r.options.resume || replaced.IsZero() || time.Since(replaced) >= r.grace() {
		return nil
	}
	if r.client.PendingVersion != "" { // to be given up first, which decides what is spare
		r.spare = &r.client.Secrets[0]
		return nil
	}
	r.spare, err = r.findDecided(ctx)
	return err
}

// findDecided finds nothing where the rotation itself will stop, and say so.
func (r *rotation) findDecided(ctx context.Context) (*reach.LiveSecret, error) {
	spare, err := r.target.Spare(ctx, r.name)
	if isProblem(err, reach.NotCurrent) {
		return nil, nil //nolint:nilnil // there is none
	}
	return spare, err
}

// grace is how long the rotation spares a secret.
func (r *rotation) grace() time.Duration {
	file, err := environmentFile(r.options.target.env)
	if err != nil || file == nil || file.Secrets.GraceHours == nil {
		return longestGrace
	}
	return time.Duration(*file.Secrets.GraceHours) * time.Hour
}

func (r *rotation) spareQuestion() string {
	also := ""
	if r.options.revokePrevious {
		also = ", and the present one as soon as there is another"
	}
	return fmt.Sprintf("Rotate the secret of %s of %s?\nThe one before the present one was replaced %s ago. It is deleted first%s: every caller that has not read the new secret then gets invalid_client.",
		r.name, r.target, printable.Duration(time.Since(r.client.Replaced())), also)
}

// makeRoom deletes what was found to be spare.
func (r *rotation) makeRoom(ctx context.Context, d *rotationDescription) error {
	if r.spare == nil {
		return nil
	}
	spare, err := r.findDecided(ctx)
	if err != nil || spare == nil {
		return err
	}
	if err := r.target.Revoke(ctx, r.name, *spare); err != nil {
		return err
	}
	d.RevokedFirst = new(describeSecret(*spare))
	r.speech.say("The secret of %s before the present one is deleted. Tokens issued with it stay valid until they expire: until %s at the latest.",
		r.name, r.lastToken())
	return nil
}
