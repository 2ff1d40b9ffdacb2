package main

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"cognito-m2m/internal/reach"
)

// revokeOnly deletes the secret before the current one, without a rotation.
func (r *rotation) revokeOnly(ctx context.Context, d *rotationDescription) error {
	previous, err := r.target.Previous(ctx, r.name)
	if err != nil {
		return err
	}
	if previous == nil {
		r.speech.say("%s of %s has no secret before the current one: there is none to delete.", r.name, r.target)
		return nil
	}
	question := fmt.Sprintf("Delete the secret of %s of %s that was made on %s?\nEvery caller that has not read the current secret then gets invalid_client.",
		r.name, r.target, previous.Created.UTC().Format(time.RFC1123))
	if err := r.confirm(ctx, question); err != nil {
		return err
	}
	return r.revoke(ctx, *previous, d)
}

// checkRevocable reads the current credentials if a secret is to be deleted after
// the rotation. The value tells which secret to delete, so a missing permission must
// show before the rotation. A value that is empty or can't be understood is not an
// error: the rotation repairs it.
func (r *rotation) checkRevocable(ctx context.Context) error {
	if !r.options.revokePrevious {
		return nil
	}
	_, err := r.target.Credentials(r.name).Credentials(ctx)
	if isProblem(err, reach.NotYetRotated, reach.Unreadable) {
		return nil
	}
	return err
}

// revokeReplaced deletes the secret that the rotation has replaced.
func (r *rotation) revokeReplaced(ctx context.Context, d *rotationDescription) error {
	previous, err := r.target.Previous(ctx, r.name)
	if err == nil && previous == nil {
		r.speech.say("%s has its new secret. No other secret of it works.", r.name)
		return nil
	}
	if err == nil {
		err = r.revoke(ctx, *previous, d)
	}
	if err != nil {
		return withHint(fmt.Errorf("%s has its new secret; the one before it STILL WORKS: %w", r.name, r.options.target.plain(err)),
			"once repaired, delete it: `%s --revoke-only`", r.command())
	}
	return nil
}

// longestValidity is the longest time that a token of any client is valid.
const longestValidity = 24 * time.Hour

func (r *rotation) revoke(ctx context.Context, previous reach.LiveSecret, d *rotationDescription) error {
	if err := r.target.Revoke(ctx, r.name, previous); err != nil {
		return err
	}
	d.RevokedSecret = new(describeSecret(previous))
	r.speech.say("The secret of %s before the current one is deleted. Tokens issued with it stay valid until they expire: until %s at the latest.",
		r.name, r.lastToken())
	return nil
}

// lastToken is when the last token of a secret that is deleted now expires.
func (r *rotation) lastToken() string {
	validity := cmp.Or(r.client.AccessTokenValidity, longestValidity)
	return time.Now().Add(validity).UTC().Format(time.RFC3339)
}
