package main

import (
	"context"
	"fmt"
	"time"

	"cognito-m2m/internal/target"
)

// revokeOnly deletes the secret before the current one, without a rotation.
func (r *rotation) revokeOnly(ctx context.Context, d *rotationDescription) error {
	previous, err := r.previous(ctx)
	if err != nil {
		return err
	}
	if previous == nil {
		r.speech.say("%s of %s has one secret, the current one: there is none to delete.", r.name, r.target)
		return nil
	}
	question := fmt.Sprintf("Delete the secret of %s of %s that was made on %s?\nEvery caller that has not read the current secret then gets invalid_client.",
		r.name, r.target, previous.Created.UTC().Format(time.RFC1123))
	if err := r.confirm(ctx, question); err != nil {
		return err
	}
	return r.revoke(ctx, *previous, d)
}

// previous is the secret before the current one, if it still works. It is told
// apart by the value of the current one, which the caller must be allowed to read.
func (r *rotation) previous(ctx context.Context) (*target.LiveSecret, error) {
	return r.target.Previous(ctx, r.name)
}

func (r *rotation) revoke(ctx context.Context, previous target.LiveSecret, d *rotationDescription) error {
	if err := r.target.Revoke(ctx, r.name, previous); err != nil {
		return err
	}
	d.RevokedSecret = new(describeSecret(previous))
	r.speech.say("The secret of %s before the current one is deleted. Tokens that were had with it live until they expire: until %s at the latest.",
		r.name, time.Now().Add(r.client.AccessTokenValidity).UTC().Format(time.RFC3339))
	return nil
}
